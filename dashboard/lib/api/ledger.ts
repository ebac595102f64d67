'use client';

import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api } from './client';
import type { DeadLetters, Ledger } from './types';

/** By the hour over the last `hours`, renewed while it is looked at. The verdict comes from single minutes. */
export function useLedger(project: string | null, hours: number) {
  return useQuery({
    queryKey: ['ledger', project, hours],
    queryFn: ({ signal }) => {
      const now = Math.floor(Date.now() / 60_000) + 1;
      return api.get<Ledger>(
        '/api/dashboard/ledger',
        { project, from_minute: now - hours * 60, to_minute: now, interval: 'hour' },
        signal,
      );
    },
    enabled: project !== null,
    refetchInterval: 30_000,
  });
}

export function useDeadLetters(project: string | null) {
  return useInfiniteQuery({
    queryKey: ['dead-letters', project],
    queryFn: ({ pageParam, signal }) =>
      api.get<DeadLetters>('/api/dashboard/dead-letters', { project, limit: 50, cursor: pageParam }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    enabled: project !== null,
    refetchInterval: 30_000,
  });
}

/** Replays or purges some dead letters of a project, or all of them. */
export function useSettleLetters(project: string) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: ({ action, ids }: { action: 'replay' | 'purge'; ids: string[] | 'all' }) =>
      api.post<{ replayed?: number; purged?: number }>(`/api/dashboard/dead-letters/${action}`, {
        project,
        ...(ids === 'all' ? { all: true } : { ids }),
      }),
    onSuccess: () =>
      Promise.all([
        client.invalidateQueries({ queryKey: ['dead-letters'] }),
        client.invalidateQueries({ queryKey: ['ledger'] }),
      ]),
  });
}
