'use client';

import { Check, ListFilter, Plus } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { Button, buttonClass } from '@/components/ui/button';
import { Field, Input, Select } from '@/components/ui/field';
import { PopoverPanel, PopoverRoot, PopoverTrigger } from '@/components/ui/overlay';
import { ValueLabel } from '@/components/value-label';
import { useDimensionValues } from '@/lib/api/queries';
import type { Filter, Operator, Scope } from '@/lib/api/types';
import { useQuestion } from '@/lib/filters/question';
import { useFilters } from '@/lib/filters/store';
import { formatCompact } from '@/lib/format';
import { DIMENSIONS, OPERATOR_LABELS, valueLabel } from '@/lib/labels';

const GROUPS = [...new Set(DIMENSIONS.map((dimension) => dimension.group))];
const OPERATORS = Object.entries(OPERATOR_LABELS) as [Operator, string][];
const PROPERTY = 'property';

export function AddFilter() {
  const [open, setOpen] = useState(false);
  const addFilter = useFilters((state) => state.addFilter);
  return (
    <PopoverRoot open={open} onOpenChange={setOpen}>
      <PopoverTrigger className={buttonClass('outline')}>
        <ListFilter aria-hidden />
        <span className="max-sm:sr-only">
          <span className="sr-only">Add a </span>Filter
        </span>
      </PopoverTrigger>
      <PopoverPanel align="end" className="w-80" aria-label="Add a filter">
        <FilterForm
          onDone={(filter) => {
            addFilter(filter);
            setOpen(false);
          }}
        />
      </PopoverPanel>
    </PopoverRoot>
  );
}

interface FilterFormProps {
  initial?: Filter;
  onDone: (filter: Filter) => void;
}

/** Dimension, operator, values (suggested from the data), and whether the event or the visit is asked. */
export function FilterForm({ initial, onDone }: FilterFormProps) {
  const isProperty = initial?.dimension.startsWith('property:') ?? false;
  const [dimension, setDimension] = useState(isProperty ? PROPERTY : (initial?.dimension ?? 'page_path'));
  const [property, setProperty] = useState(isProperty ? (initial?.dimension.slice(9) ?? '') : '');
  const [operator, setOperator] = useState<Operator>(initial?.operator ?? 'is');
  const [values, setValues] = useState<string[]>(initial?.values ?? []);
  const [scope, setScope] = useState<Scope | undefined>(initial?.scope);
  const [typed, setTyped] = useState('');

  const key = dimension === PROPERTY ? `property:${property.trim()}` : dimension;
  const needsValues = operator !== 'exists' && operator !== 'not_exists';
  const suggests = operator === 'is' || operator === 'is_not';
  const chosen = typed.trim() && !values.includes(typed.trim()) ? [...values, typed.trim()] : values;
  const complete = (key !== 'property:' && !needsValues) || chosen.length > 0;

  const toggle = (value: string) => {
    setValues(values.includes(value) ? values.filter((present) => present !== value) : [...values, value]);
    setTyped('');
  };

  return (
    <form
      className="space-y-3 p-3"
      onSubmit={(event) => {
        event.preventDefault();
        if (complete)
          onDone({ dimension: key, operator, values: needsValues ? chosen : [], ...(scope && { scope }) });
      }}
    >
      <div className="grid grid-cols-2 gap-2">
        <Field label="Where">
          {(control) => (
            <Select
              {...control}
              value={dimension}
              onChange={(event) => {
                setDimension(event.target.value);
                setValues([]);
              }}
            >
              {GROUPS.map((group) => (
                <optgroup key={group} label={group}>
                  {DIMENSIONS.filter((each) => each.group === group).map((each) => (
                    <option key={each.key} value={each.key}>
                      {each.label}
                    </option>
                  ))}
                </optgroup>
              ))}
              <optgroup label="Property">
                <option value={PROPERTY}>Event property…</option>
              </optgroup>
            </Select>
          )}
        </Field>
        <Field label="Is">
          {(control) => (
            <Select
              {...control}
              value={operator}
              onChange={(event) => setOperator(event.target.value as Operator)}
            >
              {OPERATORS.map(([each, label]) => (
                <option key={each} value={each}>
                  {label}
                </option>
              ))}
            </Select>
          )}
        </Field>
      </div>
      {dimension === PROPERTY && (
        <Field label="Property name">
          {(control) => (
            <Input
              {...control}
              value={property}
              placeholder="obligation_type"
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setProperty(event.target.value)}
            />
          )}
        </Field>
      )}
      {needsValues && (
        <Field
          label={chosen.length > 1 ? `Any of ${chosen.length} values` : 'Value'}
          hint={operator === 'matches' ? '* stands for anything but “/”, ** for anything.' : undefined}
        >
          {(control) => (
            <Input
              {...control}
              value={typed}
              placeholder={suggests ? 'Search or type' : 'Type'}
              autoComplete="off"
              onChange={(event) => setTyped(event.target.value)}
            />
          )}
        </Field>
      )}
      {needsValues && values.length > 0 && (
        <ul className="flex flex-wrap gap-1" aria-label="Chosen values">
          {values.map((value) => (
            <li key={value}>
              <button
                type="button"
                aria-label={`Remove ${valueLabel(key, value)}`}
                onClick={() => toggle(value)}
                className="max-w-64 truncate rounded-md bg-accent-soft px-2 py-1 font-medium text-accent text-xs"
              >
                {valueLabel(key, value)} ×
              </button>
            </li>
          ))}
        </ul>
      )}
      {needsValues && suggests && (
        <Suggestions dimension={key} search={typed} chosen={values} onToggle={toggle} />
      )}
      <div className="flex items-center justify-between gap-2">
        <label className="flex items-center gap-2 text-muted text-xs">
          <input
            type="checkbox"
            className="size-3.5"
            checked={scope === 'visit'}
            onChange={(event) => setScope(event.target.checked ? 'visit' : undefined)}
          />
          Only the visit’s first event
        </label>
        <Button type="submit" look="primary" disabled={!complete}>
          {initial ? 'Change' : 'Add'}
        </Button>
      </div>
    </form>
  );
}

interface SuggestionsProps {
  dimension: string;
  search: string;
  chosen: string[];
  onToggle: (value: string) => void;
}

function Suggestions({ dimension, search, chosen, onToggle }: SuggestionsProps) {
  const asked = useDeferredValue(search.trim());
  const question = useQuestion();
  const { data } = useDimensionValues(question, dimension, asked);
  const found = data?.values.filter(({ value }) => value !== '') ?? [];
  if (found.length === 0) {
    return (
      <p className="rounded-lg bg-sunken px-3 py-2 text-muted text-xs">
        {data ? 'No such value in this range. What you type is used as it is.' : 'Looking for values…'}
      </p>
    );
  }
  return (
    <ul className="-mx-1 max-h-48 overflow-y-auto" aria-label="Values in this range">
      {found.map(({ value, events }) => {
        const on = chosen.includes(value);
        return (
          <li key={value}>
            <button
              type="button"
              aria-pressed={on}
              onClick={() => onToggle(value)}
              className="-outline-offset-2 flex w-full items-center gap-2 rounded-lg px-2 py-1.5 text-left text-[0.8125rem] hover:bg-sunken"
            >
              {on ? (
                <Check className="size-3.5 shrink-0 text-accent" aria-hidden />
              ) : (
                <Plus className="size-3.5 shrink-0 text-muted" aria-hidden />
              )}
              <span className="min-w-0 flex-1">
                <ValueLabel dimension={dimension} value={value} />
              </span>
              <span className="text-muted text-xs">{formatCompact(events)}</span>
            </button>
          </li>
        );
      })}
    </ul>
  );
}
