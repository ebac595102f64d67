'use client';

/** The common part of every analytics question: which project, which days, which filters. */
import { useMemo } from 'react';
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
  interval: Interval;
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
  const { range: choice, compare, interval: wanted, filters, ready } = useFilters();
  return useMemo(() => {
    if (!ready || !project) return null;
    const range = resolveRange(choice, project.timezone);
    const days = daysBetween(range);
    return {
      project: project.id,
      timezone: project.timezone,
      range,
      days,
      interval: chooseInterval(wanted, days),
      params: { project: project.id, from: range.from, to: range.to, filters: filtersParam(filters) },
      compare,
      filters,
    };
  }, [ready, project, choice, compare, wanted, filters]);
}
