'use client';

import { keepPreviousData, useInfiniteQuery } from '@tanstack/react-query';
import type { Question } from '@/lib/filters/question';
import { api } from './client';
import type { SessionPage, SessionTimeline } from './session-types';

/** Sessions of the range, latest start first; `search` looks in ids, pages and cities, `person` is exact. */
export function useSessions(
  question: Question | null,
  { search, person }: { search: string; person: string },
) {
  return useInfiniteQuery({
    queryKey: ['sessions', question?.params, search, person],
    queryFn: ({ pageParam, signal }) =>
      api.get<SessionPage>(
        '/api/dashboard/sessions',
        { ...question?.params, search, person, limit: 50, cursor: pageParam },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    enabled: question !== null,
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  });
}

export function useSession(project: string | null, id: string) {
  return useInfiniteQuery({
    queryKey: ['session', project, id],
    queryFn: ({ pageParam, signal }) =>
      api.get<SessionTimeline>(
        `/api/dashboard/sessions/${encodeURIComponent(id)}`,
        { project, cursor: pageParam },
        signal,
      ),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
    enabled: project !== null,
  });
}
