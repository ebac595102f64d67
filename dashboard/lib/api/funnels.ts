'use client';

import {
  keepPreviousData,
  skipToken,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import type { Question } from '@/lib/filters/question';
import { api } from './client';
import type { FunnelAnswer, FunnelDefinition, FunnelPeople, Outcome, SavedFunnel } from './funnel-types';

/** The body of every funnel question: what is asked, of which project and days. */
function bodyOf(question: Question | null, definition: FunnelDefinition) {
  return {
    project: question?.project,
    from: question?.range.from,
    to: question?.range.to,
    tz: question?.timezone,
    filters: question?.filters ?? [],
    ...definition,
  };
}

export function useFunnels(project: string | null) {
  return useQuery({
    queryKey: ['funnels', project],
    queryFn: ({ signal }) =>
      api.get<{ funnels: SavedFunnel[] }>('/api/dashboard/funnels', { project }, signal),
    select: (answer) => answer.funnels,
    enabled: project !== null,
    staleTime: 60_000,
  });
}

/** `definition` null asks nothing: it is not complete yet. */
export function useFunnel(question: Question | null, definition: FunnelDefinition | null) {
  return useQuery<FunnelAnswer>({
    queryKey: ['funnel', question?.params, definition],
    queryFn: definition
      ? ({ signal }) => api.post<FunnelAnswer>('/api/dashboard/funnel', bodyOf(question, definition), signal)
      : skipToken,
    enabled: question !== null,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
}

export interface Bar {
  /** From 1. */
  step: number;
  outcome: Outcome;
  group?: string;
}

export function useFunnelPeople(question: Question | null, definition: FunnelDefinition, bar: Bar) {
  return useInfiniteQuery({
    queryKey: ['funnel-people', question?.params, definition, bar],
    queryFn: ({ pageParam, signal }) =>
      api.post<FunnelPeople>(
        '/api/dashboard/funnel/people',
        { ...bodyOf(question, definition), ...bar, limit: 50, cursor: pageParam },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    enabled: question !== null,
  });
}

interface Named {
  name: string;
  definition: FunnelDefinition;
}

export function useSaveFunnel(project: string) {
  const client = useQueryClient();
  return useMutation({
    /** With an id it changes that funnel, without one it makes a new one. */
    mutationFn: ({ id, ...named }: Named & { id?: string }) =>
      id
        ? api.patch<SavedFunnel>(`/api/dashboard/funnels/${id}`, named)
        : api.post<SavedFunnel>('/api/dashboard/funnels', { project, ...named }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['funnels'] }),
  });
}

export function useDeleteFunnel() {
  const client = useQueryClient();
  return useMutation({
    mutationFn: (id: string) => api.delete(`/api/dashboard/funnels/${id}`),
    onSuccess: () => client.invalidateQueries({ queryKey: ['funnels'] }),
  });
}
