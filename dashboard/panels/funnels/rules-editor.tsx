'use client';

import { Plus, X } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Field, Input, Select } from '@/components/ui/field';
import { Segments } from '@/components/ui/tabs';
import type { Exclusion, FunnelDefinition, FunnelOrder, Touch } from '@/lib/api/funnel-types';
import { formatSeconds } from '@/lib/format';
import { WINDOWS } from '@/lib/funnel';
import { DIMENSIONS } from '@/lib/labels';

const ORDERS: readonly { key: FunnelOrder; label: string }[] = [
  { key: 'ordered', label: 'In order' },
  { key: 'strict', label: 'Strict' },
  { key: 'any', label: 'Any order' },
];
const ORDER_HINTS: Record<FunnelOrder, string> = {
  ordered: 'Other events may come between two steps.',
  strict: 'A step must be the very next event.',
  any: 'The steps may come in whatever order.',
};
const TOUCHES: readonly { key: Touch; label: string }[] = [
  { key: 'first', label: 'First seen' },
  { key: 'last', label: 'Last seen' },
  { key: 'all', label: 'Every value' },
  { key: 'first_step', label: 'At the first step' },
];

interface RulesEditorProps {
  draft: FunnelDefinition;
  events: string;
  onChange: (draft: FunnelDefinition) => void;
}

/** Order, whose steps, window, exclusions, breakdown. */
export function RulesEditor({ draft, events, onChange }: RulesEditorProps) {
  const isProperty = draft.per.startsWith('property:');
  const windows = WINDOWS.some(({ seconds }) => seconds === draft.window_s)
    ? WINDOWS
    : [
        ...WINDOWS,
        ...(draft.window_s ? [{ seconds: draft.window_s, label: formatSeconds(draft.window_s) }] : []),
      ];
  return (
    <div className="space-y-4 border-line border-t p-4">
      <div>
        <Segments
          label="Order of the steps"
          value={draft.order}
          onChange={(order) => onChange({ ...draft, order })}
          options={ORDERS}
        />
        <p className="mt-1 text-muted text-xs">{ORDER_HINTS[draft.order]}</p>
      </div>
      <div className="grid grid-cols-2 gap-3">
        <Field label="Count">
          {(control) => (
            <Select
              {...control}
              value={isProperty ? 'property:' : draft.per}
              onChange={(event) => onChange({ ...draft, per: event.target.value })}
            >
              <option value="person">People</option>
              <option value="session">Sessions</option>
              <option value="property:">Values of a property</option>
            </Select>
          )}
        </Field>
        <Field label="Within">
          {(control) => (
            <Select
              {...control}
              value={draft.window_s ?? ''}
              onChange={(event) =>
                onChange({ ...draft, window_s: event.target.value ? Number(event.target.value) : null })
              }
            >
              <option value="">{draft.per === 'session' ? 'The session' : '14 days (default)'}</option>
              {windows.map(({ seconds, label }) => (
                <option key={seconds} value={seconds}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
        {isProperty && (
          <Field label="Property" className="col-span-2">
            {(control) => (
              <Input
                {...control}
                value={draft.per.slice('property:'.length)}
                placeholder="pin"
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => onChange({ ...draft, per: `property:${event.target.value.trim()}` })}
              />
            )}
          </Field>
        )}
      </div>
      <Breakdown draft={draft} onChange={onChange} />
      {draft.order !== 'any' && draft.steps.length > 1 && (
        <Exclusions draft={draft} events={events} onChange={onChange} />
      )}
    </div>
  );
}

function Breakdown({ draft, onChange }: Omit<RulesEditorProps, 'events'>) {
  const { breakdown } = draft;
  const isProperty = breakdown?.dimension.startsWith('property:') ?? false;
  return (
    <div className="grid grid-cols-2 gap-3">
      <Field label="Break down by">
        {(control) => (
          <Select
            {...control}
            value={isProperty ? 'property:' : (breakdown?.dimension ?? '')}
            onChange={(event) =>
              onChange({
                ...draft,
                breakdown: event.target.value
                  ? { dimension: event.target.value, touch: breakdown?.touch ?? 'first' }
                  : null,
              })
            }
          >
            <option value="">Nothing</option>
            {DIMENSIONS.map((dimension) => (
              <option key={dimension.key} value={dimension.key}>
                {dimension.label}
              </option>
            ))}
            <option value="property:">A property…</option>
          </Select>
        )}
      </Field>
      {breakdown && (
        <Field label="Which value">
          {(control) => (
            <Select
              {...control}
              value={breakdown.touch}
              onChange={(event) =>
                onChange({ ...draft, breakdown: { ...breakdown, touch: event.target.value as Touch } })
              }
            >
              {TOUCHES.map(({ key, label }) => (
                <option key={key} value={key}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
      {breakdown && isProperty && (
        <Field label="Property to break down by" className="col-span-2">
          {(control) => (
            <Input
              {...control}
              value={breakdown.dimension.slice('property:'.length)}
              placeholder="obligation_type"
              autoComplete="off"
              spellCheck={false}
              onChange={(event) =>
                onChange({
                  ...draft,
                  breakdown: { ...breakdown, dimension: `property:${event.target.value.trim()}` },
                })
              }
            />
          )}
        </Field>
      )}
    </div>
  );
}

function Exclusions({ draft, events, onChange }: RulesEditorProps) {
  const set = (exclusions: Exclusion[]) => onChange({ ...draft, exclusions });
  const change = (index: number, part: Partial<Exclusion>) =>
    set(draft.exclusions.map((each, at) => (at === index ? { ...each, ...part } : each)));
  const numbers = draft.steps.map((_, index) => index + 1);
  return (
    <div>
      <p className="mb-1.5 font-medium text-[0.8125rem]">Leave out whoever did, in between</p>
      <ul className="space-y-2">
        {draft.exclusions.map((exclusion, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: exclusions have no id; their inputs are controlled
          <li key={index} className="flex flex-wrap items-center gap-1.5">
            <Input
              aria-label={`Excluded event ${index + 1}`}
              list={events}
              value={exclusion.event}
              placeholder="Event"
              autoComplete="off"
              spellCheck={false}
              className="h-8! min-w-32 flex-1"
              onChange={(event) => change(index, { event: event.target.value })}
            />
            <Select
              aria-label={`Excluded event ${index + 1}: after step`}
              value={exclusion.after_step}
              className="w-20"
              onChange={(event) => change(index, { after_step: Number(event.target.value) })}
            >
              {numbers.slice(0, -1).map((number) => (
                <option key={number}>{number}</option>
              ))}
            </Select>
            <span className="text-muted text-xs">and</span>
            <Select
              aria-label={`Excluded event ${index + 1}: before step`}
              value={exclusion.before_step}
              className="w-20"
              onChange={(event) => change(index, { before_step: Number(event.target.value) })}
            >
              {numbers.slice(1).map((number) => (
                <option key={number}>{number}</option>
              ))}
            </Select>
            <Button
              look="ghost"
              size="icon"
              aria-label={`Remove excluded event ${index + 1}`}
              onClick={() => set(draft.exclusions.filter((_, at) => at !== index))}
            >
              <X aria-hidden />
            </Button>
          </li>
        ))}
      </ul>
      <Button
        look="ghost"
        className="-ml-2 mt-1 text-accent!"
        onClick={() =>
          set([...draft.exclusions, { event: '', after_step: 1, before_step: draft.steps.length }])
        }
      >
        <Plus aria-hidden /> Exclude an event
      </Button>
    </div>
  );
}
