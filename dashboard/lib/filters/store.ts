'use client';

/** The global filters: one store, mirrored in the address bar; Back and Forward walk through what was chosen. */
import { create } from 'zustand';
import type { Compare, Filter, Interval } from '@/lib/api/types';
import type { RangeChoice } from './range';
import { DEFAULTS, type FilterState, fromQuery, type MainMetric, mergeQuery } from './url';

interface FilterStore extends FilterState {
  /** False until the address bar was read: nothing may be asked of the API before. */
  ready: boolean;
  setProject: (project: string) => void;
  setRange: (range: RangeChoice) => void;
  setCompare: (compare: Compare) => void;
  setInterval: (interval: Interval | 'auto') => void;
  setMetric: (metric: MainMetric) => void;
  addFilter: (filter: Filter) => void;
  replaceFilter: (index: number, filter: Filter) => void;
  removeFilter: (index: number) => void;
  clearFilters: () => void;
  readAddress: () => void;
}

function stateOf(store: FilterStore): FilterState {
  const { project, range, compare, interval, metric, filters } = store;
  return { project, range, compare, interval, metric, filters };
}

function same(one: Filter, other: Filter): boolean {
  return (
    one.dimension === other.dimension &&
    one.operator === other.operator &&
    one.scope === other.scope &&
    one.values.length === other.values.length &&
    one.values.every((value, index) => value === other.values[index])
  );
}

export const useFilters = create<FilterStore>((set, get) => {
  const change = (part: Partial<FilterState>, how: 'push' | 'replace' = 'push') => {
    set(part);
    const url = `${window.location.pathname}${mergeQuery(window.location.search, stateOf(get()))}`;
    if (url === window.location.pathname + window.location.search) return;
    if (how === 'push') window.history.pushState(null, '', url);
    else window.history.replaceState(null, '', url);
  };
  return {
    ...DEFAULTS,
    ready: false,
    // A project's dimensions and values mean nothing in another one, so the filters go with it.
    setProject: (project) =>
      change(
        { project, ...(get().project && get().project !== project ? { filters: [] } : {}) },
        get().project ? 'push' : 'replace',
      ),
    setRange: (range) => change({ range, interval: 'auto' }),
    setCompare: (compare) => change({ compare }),
    setInterval: (interval) => change({ interval }),
    setMetric: (metric) => change({ metric }),
    addFilter: (filter) => {
      if (get().filters.some((present) => same(present, filter))) return;
      change({ filters: [...get().filters, filter] });
    },
    replaceFilter: (index, filter) =>
      change({ filters: get().filters.map((present, at) => (at === index ? filter : present)) }),
    removeFilter: (index) => change({ filters: get().filters.filter((_, at) => at !== index) }),
    clearFilters: () => change({ filters: [] }),
    readAddress: () => set({ ...fromQuery(window.location.search), ready: true }),
  };
});
