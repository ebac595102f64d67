'use client';

import { Route, Search, X } from 'lucide-react';
import { useDeferredValue, useState } from 'react';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Input } from '@/components/ui/field';
import { Empty, Failure, Renewing, SkeletonRows } from '@/components/ui/states';
import { useSessions } from '@/lib/api/sessions';
import { useQuestion } from '@/lib/filters/question';
import { formatCount } from '@/lib/format';
import { usePageParam } from '@/lib/page-param';
import { NoDataActions } from '@/panels/overview/no-data';
import { SessionRow } from './session-row';

interface SessionListProps {
  timezone: string;
  onOpen: (id: string) => void;
}

export function SessionList({ timezone, onOpen }: SessionListProps) {
  const [typed, setTyped] = useState('');
  const [person, setPerson] = usePageParam('person');
  const search = useDeferredValue(typed.trim());
  const query = useSessions(useQuestion(), { search, person: person ?? '' });
  const sessions = query.data?.pages.flatMap((page) => page.sessions) ?? [];
  return (
    <Card aria-label="Sessions">
      <div className="flex flex-wrap items-center gap-2 p-3">
        <search className="relative min-w-56 flex-1 sm:max-w-sm">
          <Search className="pointer-events-none absolute top-2.5 left-3 size-4 text-muted" aria-hidden />
          <Input
            type="search"
            aria-label="Search sessions"
            value={typed}
            placeholder="Person, session, page or city"
            maxLength={200}
            className="pl-9"
            onChange={(event) => setTyped(event.target.value)}
          />
        </search>
        {person && (
          <Button look="soft" onClick={() => setPerson(null)} className="max-w-72">
            <span className="truncate">
              Of {person}
              <span className="sr-only">, show everyone’s</span>
            </span>
            <X aria-hidden />
          </Button>
        )}
        <p role="status" className="ml-auto text-muted text-xs">
          {query.data &&
            `${formatCount(sessions.length)}${query.hasNextPage ? '+' : ''} sessions, latest first`}
        </p>
      </div>
      <Renewing on={query.isFetching && query.isPlaceholderData} />
      {query.error && !query.data ? (
        <Failure error={query.error} onRetry={() => void query.refetch()} />
      ) : !query.data ? (
        <SkeletonRows rows={8} />
      ) : sessions.length === 0 ? (
        <Empty icon={Route} title="No sessions here" className="min-h-72" action={<NoDataActions />}>
          {search
            ? 'Nothing in this range matches what you typed.'
            : 'Nothing in this range matches these filters.'}
        </Empty>
      ) : (
        <ol className="divide-y divide-line/70 border-line border-t" aria-label="Sessions, latest first">
          {sessions.map((session) => (
            <li key={session.session_id}>
              <SessionRow session={session} timezone={timezone} onOpen={() => onOpen(session.session_id)} />
            </li>
          ))}
        </ol>
      )}
      {query.hasNextPage && (
        <div className="flex justify-center border-line border-t p-3">
          <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {query.isFetchingNextPage ? 'Loading…' : 'Show more'}
          </Button>
        </div>
      )}
    </Card>
  );
}
