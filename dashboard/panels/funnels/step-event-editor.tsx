'use client';

import { ListFilter, X } from 'lucide-react';
import { useState } from 'react';
import { Button, buttonClass } from '@/components/ui/button';
import { Input } from '@/components/ui/field';
import { PopoverPanel, PopoverRoot, PopoverTrigger } from '@/components/ui/overlay';
import type { StepEvent } from '@/lib/api/funnel-types';
import { filterToText } from '@/lib/filters/url';
import { filterSentence } from '@/lib/labels';
import { FilterForm } from '@/panels/filters/filter-form';

interface StepEventEditorProps {
  event: StepEvent;
  events: string;
  label: string;
  onChange: (event: StepEvent) => void;
  onRemove?: () => void;
}

/** An event by name, optionally on a path and with filters. */
export function StepEventEditor({ event, events, label, onChange, onRemove }: StepEventEditorProps) {
  const [adding, setAdding] = useState(false);
  const filters = event.filters ?? [];
  return (
    <div>
      <div className="flex items-center gap-1.5">
        <Input
          aria-label={label}
          list={events}
          value={event.event}
          maxLength={100}
          placeholder="Event"
          autoComplete="off"
          spellCheck={false}
          className="h-8! flex-[1.3]"
          onChange={(change) => onChange({ ...event, event: change.target.value })}
        />
        <Input
          aria-label={`${label}: path`}
          value={event.path ?? ''}
          placeholder="any path"
          autoComplete="off"
          spellCheck={false}
          className="h-8! flex-1"
          onChange={(change) => onChange({ ...event, path: change.target.value })}
        />
        <PopoverRoot open={adding} onOpenChange={setAdding}>
          <PopoverTrigger
            className={buttonClass('ghost', 'icon', 'size-8')}
            aria-label={`${label}: add a filter`}
          >
            <ListFilter aria-hidden />
          </PopoverTrigger>
          <PopoverPanel align="end" className="w-80" aria-label="Add a filter">
            <FilterForm
              onDone={(filter) => {
                onChange({ ...event, filters: [...filters, filter] });
                setAdding(false);
              }}
            />
          </PopoverPanel>
        </PopoverRoot>
        {onRemove && (
          <Button
            look="ghost"
            size="icon"
            className="size-8"
            aria-label={`${label}: remove`}
            onClick={onRemove}
          >
            <X aria-hidden />
          </Button>
        )}
      </div>
      {filters.length > 0 && (
        <ul className="mt-1.5 flex flex-wrap gap-1">
          {filters.map((filter, index) => (
            <li key={filterToText(filter)} className="min-w-0">
              <button
                type="button"
                onClick={() => onChange({ ...event, filters: filters.filter((_, at) => at !== index) })}
                className="max-w-full truncate rounded-md bg-accent-soft px-2 py-0.5 text-accent text-xs"
              >
                <span className="sr-only">Remove the filter: </span>
                {filterSentence(filter)} ×
              </button>
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
