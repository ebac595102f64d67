'use client';

import { ArrowLeft } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { Badge } from '@/components/badge';
import { EventInspector } from '@/components/event-inspector';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Empty, Failure, SkeletonRows } from '@/components/ui/states';
import { ApiError } from '@/lib/api/client';
import type { SessionRecord } from '@/lib/api/session-types';
import { useSession } from '@/lib/api/sessions';
import type { EventRecord, Project } from '@/lib/api/types';
import { countryName } from '@/lib/countries';
import { formatCount, formatSeconds, formatTime } from '@/lib/format';
import { valueLabel } from '@/lib/labels';
import { Timeline } from './timeline';

interface SessionViewProps {
  project: Project;
  id: string;
  onBack: () => void;
}

/** One session: who and where, and everything that happened in it, in order, across channels. */
export function SessionView({ project, id, onBack }: SessionViewProps) {
  const query = useSession(project.id, id);
  const [shown, setShown] = useState<EventRecord | null>(null);
  const session = query.data?.pages[0]?.session;
  const events = query.data?.pages.flatMap((page) => page.events) ?? [];
  return (
    <div className="space-y-3">
      <Button look="ghost" onClick={onBack} className="-ml-2.5">
        <ArrowLeft aria-hidden /> All sessions
      </Button>
      {query.error && !session ? (
        <Card>
          {query.error instanceof ApiError && query.error.status === 404 ? (
            <Empty title="There is no such session" className="py-20">
              Its events may have been deleted by the project’s retention, or the link belongs to another
              project.
            </Empty>
          ) : (
            <Failure error={query.error} onRetry={() => void query.refetch()} />
          )}
        </Card>
      ) : !session ? (
        <Card>
          <SkeletonRows rows={8} />
        </Card>
      ) : (
        <div className="grid items-start gap-4 lg:grid-cols-[20rem_minmax(0,1fr)]">
          <Facts session={session} timezone={project.timezone} />
          <Card aria-label="Timeline">
            <Timeline events={events} timezone={project.timezone} onOpen={setShown} />
            {query.hasNextPage && (
              <div className="flex justify-center border-line border-t p-3">
                <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
                  {query.isFetchingNextPage ? 'Loading…' : 'Show more'}
                </Button>
              </div>
            )}
          </Card>
        </div>
      )}
      <EventInspector event={shown} timezone={project.timezone} onClose={() => setShown(null)} />
    </div>
  );
}

function Facts({ session, timezone }: { session: SessionRecord; timezone: string }) {
  const place = [session.city, session.region, countryName(session.country_code)].filter(Boolean).join(', ');
  const source = [
    session.utm_source || session.referrer_host || 'Direct / None',
    session.utm_campaign,
  ].filter(Boolean);
  return (
    <Card aria-label="About the session" className="p-4">
      <div className="flex flex-wrap gap-1.5">
        <Badge tone="accent">{valueLabel('channel', session.channel)}</Badge>
        {session.converted && <Badge tone="good">Converted</Badge>}
        {session.bounced && <Badge>Bounced</Badge>}
      </div>
      <h2 className="mt-2 break-all font-semibold text-[0.9375rem] tracking-tight">{session.person}</h2>
      {session.persons.length > 1 && (
        <p className="mt-0.5 break-all text-muted text-xs">and {session.persons.slice(1).join(', ')}</p>
      )}
      <dl className="mt-3 divide-y divide-line/70 text-[0.8125rem]">
        <Fact name="Started">{formatTime(session.started_at, timezone, true)}</Fact>
        <Fact name="Took">{formatSeconds(session.duration_s)}</Fact>
        <Fact name="Events">
          {formatCount(session.events)}, {formatCount(session.pageviews)} page{' '}
          {session.pageviews === 1 ? 'view' : 'views'}
        </Fact>
        <Fact name="Entered">{session.entry_page}</Fact>
        <Fact name="Left">{session.exit_page}</Fact>
        <Fact name="Came from">{source.join(' · ')}</Fact>
        <Fact name="Place">{place}</Fact>
        <Fact name="Device">
          {[valueLabel('device_type', session.device_type), session.browser, session.os]
            .filter(Boolean)
            .join(' · ')}
        </Fact>
      </dl>
    </Card>
  );
}

function Fact({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div className="flex gap-3 py-1.5">
      <dt className="w-20 shrink-0 text-muted">{name}</dt>
      <dd className="min-w-0 break-words">{children || '–'}</dd>
    </div>
  );
}
