'use client';

import { X } from 'lucide-react';
import { useState } from 'react';
import { PopoverPanel, PopoverRoot, PopoverTrigger } from '@/components/ui/overlay';
import type { Filter } from '@/lib/api/types';
import { useFilters } from '@/lib/filters/store';
import { filterToText } from '@/lib/filters/url';
import { dimensionLabel, filterSentence, OPERATOR_LABELS, valueLabel } from '@/lib/labels';
import { FilterForm } from './filter-form';

/** The filters that are on, as chips: click one to change it, its cross to drop it. */
export function FilterBar() {
  const { filters, clearFilters } = useFilters();
  if (filters.length === 0) return null;
  return (
    <ul
      aria-label="Filters"
      className="mx-auto flex w-full max-w-[96rem] flex-wrap items-center gap-1.5 px-3 pb-2.5 sm:px-6"
    >
      {filters.map((filter, index) => (
        <li key={filterToText(filter)} className="min-w-0">
          <Chip filter={filter} index={index} />
        </li>
      ))}
      {filters.length > 1 && (
        <li>
          <button
            type="button"
            onClick={clearFilters}
            className="h-7 rounded-lg px-2 font-medium text-muted text-xs hover:bg-sunken hover:text-text"
          >
            Clear all
          </button>
        </li>
      )}
    </ul>
  );
}

function Chip({ filter, index }: { filter: Filter; index: number }) {
  const [open, setOpen] = useState(false);
  const { replaceFilter, removeFilter } = useFilters();
  const values = filter.values.map((value) => valueLabel(filter.dimension, value));
  return (
    <span className="flex h-7 min-w-0 items-center rounded-lg border border-accent/25 bg-accent-soft text-xs">
      <PopoverRoot open={open} onOpenChange={setOpen}>
        <PopoverTrigger className="flex h-full min-w-0 items-center gap-1 rounded-l-lg pr-1 pl-2.5 hover:text-accent">
          <span className="shrink-0 text-muted">
            <span className="sr-only">Change the filter: </span>
            {filter.scope === 'visit' && 'First event’s '}
            {dimensionLabel(filter.dimension)} {OPERATOR_LABELS[filter.operator]}{' '}
          </span>
          <span className="truncate font-medium">
            {values.slice(0, 2).join(' or ')}
            {values.length > 2 && ` or ${values.length - 2} more`}
          </span>
        </PopoverTrigger>
        <PopoverPanel className="w-80" aria-label="Change the filter">
          <FilterForm
            initial={filter}
            onDone={(changed) => {
              replaceFilter(index, changed);
              setOpen(false);
            }}
          />
        </PopoverPanel>
      </PopoverRoot>
      <button
        type="button"
        aria-label={`Remove the filter: ${filterSentence(filter)}`}
        onClick={() => removeFilter(index)}
        className="grid h-full w-6 shrink-0 place-items-center rounded-r-lg text-muted hover:text-text"
      >
        <X className="size-3.5" aria-hidden />
      </button>
    </span>
  );
}
