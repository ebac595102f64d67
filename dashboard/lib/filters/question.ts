'use client';

/** The common part of every analytics question: which project, which days, which filters. */
import { useMemo } from 'react';
import { useShallow } from 'zustand/react/shallow';
import type { Query } from '@/lib/api/client';
import { useCurrentProject } from '@/lib/api/queries';
import type { Compare, Filter, Interval } from '@/lib/api/types';
import { chooseInterval, type DayRange, daysBetween, resolveRange } from './range';
import { useFilters } from './store';

export interface Question {
  project: string;
  timezone: string;
  range: DayRange;
  days: number;
  params: Query;
  compare: Compare;
  filters: Filter[];
}

export function filtersParam(filters: Filter[]): string | undefined {
  return filters.length > 0 ? JSON.stringify(filters) : undefined;
}

/** Null until the address was read and a project is chosen. */
export function useQuestion(): Question | null {
  const project = useCurrentProject();
  // Picked one by one, so that another main figure or interval does not draw every panel anew.
  const { choice, compare, filters, ready } = useFilters(
    useShallow((state) => ({
      choice: state.range,
      compare: state.compare,
      filters: state.filters,
      ready: state.ready,
    })),
  );
  return useMemo(() => {
    if (!ready || !project) return null;
    const range = resolveRange(choice, project.timezone);
    const days = daysBetween(range);
    return {
      project: project.id,
      timezone: project.timezone,
      range,
      days,
      params: { project: project.id, from: range.from, to: range.to, filters: filtersParam(filters) },
      compare,
      filters,
    };
  }, [ready, project, choice, compare, filters]);
}

/** The interval of series: the one that was picked where it fits the range, else the one that fits. */
export function useInterval(question: Question | null): Interval {
  const wanted = useFilters((state) => state.interval);
  return chooseInterval(wanted, question?.days ?? 30);
}
