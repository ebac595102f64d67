'use client';

import { ArrowDown, ArrowUp, X } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Input } from '@/components/ui/field';
import type { FunnelStep, StepEvent } from '@/lib/api/funnel-types';
import { StepEventEditor } from './step-event-editor';

interface StepEditorProps {
  step: FunnelStep;
  number: number;
  /** The id of the datalist with known event names. */
  events: string;
  onChange: (step: FunnelStep) => void;
  onRemove?: () => void;
  onUp?: () => void;
  onDown?: () => void;
}

export function StepEditor({ step, number, events, onChange, onRemove, onUp, onDown }: StepEditorProps) {
  const setEvents = (any_of: StepEvent[]) => onChange({ ...step, any_of });
  return (
    <fieldset className="rounded-lg border border-line bg-bg/60 p-2.5">
      <legend className="sr-only">Step {number}</legend>
      <div className="flex items-center gap-1">
        <span
          aria-hidden
          className="grid size-6 shrink-0 place-items-center rounded-full bg-accent font-semibold text-accent-text text-xs"
        >
          {number}
        </span>
        <Input
          aria-label={`Name of step ${number}`}
          placeholder={step.any_of[0]?.event || `Step ${number}`}
          value={step.name}
          maxLength={200}
          onChange={(event) => onChange({ ...step, name: event.target.value })}
          className="mx-1 h-8! border-transparent! bg-transparent px-1.5! font-medium shadow-none!"
        />
        <Button
          look="ghost"
          size="icon"
          className="size-7"
          aria-label={`Move step ${number} up`}
          disabled={!onUp}
          onClick={onUp}
        >
          <ArrowUp aria-hidden />
        </Button>
        <Button
          look="ghost"
          size="icon"
          className="size-7"
          aria-label={`Move step ${number} down`}
          disabled={!onDown}
          onClick={onDown}
        >
          <ArrowDown aria-hidden />
        </Button>
        <Button
          look="ghost"
          size="icon"
          className="size-7"
          aria-label={`Remove step ${number}`}
          disabled={!onRemove}
          onClick={onRemove}
        >
          <X aria-hidden />
        </Button>
      </div>
      <ul className="mt-2 space-y-2">
        {step.any_of.map((event, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: alternatives have no id; their inputs are controlled
          <li key={index}>
            {index > 0 && <p className="mb-1.5 pl-1 font-medium text-muted text-xs">or</p>}
            <StepEventEditor
              event={event}
              events={events}
              label={`Event ${index + 1} of step ${number}`}
              onChange={(changed) =>
                setEvents(step.any_of.map((each, at) => (at === index ? changed : each)))
              }
              onRemove={
                step.any_of.length > 1
                  ? () => setEvents(step.any_of.filter((_, at) => at !== index))
                  : undefined
              }
            />
          </li>
        ))}
      </ul>
      <button
        type="button"
        onClick={() => setEvents([...step.any_of, { event: '' }])}
        className="mt-1.5 rounded px-1 py-0.5 font-medium text-accent text-xs hover:underline"
      >
        Or another event
      </button>
    </fieldset>
  );
}
