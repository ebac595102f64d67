'use client';

import { clsx } from 'clsx';
import { CircleAlert, Pause, Play, Radio } from 'lucide-react';
import { useState } from 'react';
import { EventInspector } from '@/components/event-inspector';
import { Button } from '@/components/ui/button';
import { Card, CardHead } from '@/components/ui/card';
import { Empty } from '@/components/ui/states';
import { CountryTag } from '@/components/value-label';
import { type LiveState, useLiveEvents } from '@/lib/api/live';
import type { EventRecord, Project } from '@/lib/api/types';
import { eventDetail, isFailure, shortId } from '@/lib/events';
import { formatCount, formatTime } from '@/lib/format';
import { valueLabel } from '@/lib/labels';

const STATES: Record<LiveState, { text: string; dot: string }> = {
  live: { text: 'Live', dot: 'bg-good' },
  connecting: { text: 'Connecting…', dot: 'bg-warn' },
  lost: { text: 'Connection lost, trying again', dot: 'bg-bad' },
};

interface EventStreamProps {
  project: Project | null;
  recent: readonly EventRecord[] | undefined;
}

/** Events as they come in, newest on top; one click opens an event in full. */
export function EventStream({ project, recent }: EventStreamProps) {
  const [paused, setPaused] = useState(false);
  const [failuresOnly, setFailuresOnly] = useState(false);
  const [shown, setShown] = useState<EventRecord | null>(null);
  const { events, waiting, state } = useLiveEvents(project?.id ?? null, paused, recent);
  const timezone = project?.timezone ?? 'UTC';
  const rows = failuresOnly ? events.filter(isFailure) : events;
  const { text, dot } = paused ? { text: 'Paused', dot: 'bg-muted' } : STATES[state];
  return (
    <Card aria-labelledby="stream-title">
      <CardHead
        id="stream-title"
        title="Events"
        tools={
          <>
            <span role="status" className="mr-1 flex items-center gap-1.5 text-muted text-xs">
              <span aria-hidden className={clsx('size-2 rounded-full', dot)} />
              {text}
            </span>
            <Button
              look="ghost"
              aria-pressed={failuresOnly}
              onClick={() => setFailuresOnly(!failuresOnly)}
              className={clsx(failuresOnly && 'bg-bad-soft text-bad')}
            >
              <CircleAlert aria-hidden /> <span className="max-sm:sr-only">Errors only</span>
            </Button>
            <Button look="outline" onClick={() => setPaused(!paused)}>
              {paused ? <Play aria-hidden /> : <Pause aria-hidden />}
              {paused ? (waiting > 0 ? `Show ${formatCount(waiting)} new` : 'Go on') : 'Pause'}
            </Button>
          </>
        }
      />
      {rows.length === 0 ? (
        <Empty
          icon={Radio}
          title={failuresOnly ? 'No errors among the latest events' : 'Listening'}
          className="min-h-72"
        >
          {failuresOnly
            ? 'That is how it should be.'
            : 'Events show up here within two seconds of happening.'}
        </Empty>
      ) : (
        <ol
          aria-label="Latest events"
          className="relative mt-2 max-h-[min(44rem,70dvh)] divide-y divide-line/70 overflow-y-auto overscroll-contain rounded-b-xl border-line border-t"
        >
          {rows.map((event) => (
            <li key={event.event_id} className="animate-arrive">
              <Row event={event} timezone={timezone} onOpen={() => setShown(event)} />
            </li>
          ))}
        </ol>
      )}
      <EventInspector event={shown} timezone={timezone} onClose={() => setShown(null)} />
    </Card>
  );
}

interface RowProps {
  event: EventRecord;
  timezone: string;
  onOpen: () => void;
}

function Row({ event, timezone, onOpen }: RowProps) {
  const failed = isFailure(event);
  return (
    <button
      type="button"
      onClick={onOpen}
      className={clsx(
        '-outline-offset-2 grid w-full grid-cols-[4.25rem_minmax(0,1fr)] items-center gap-x-3 px-4 py-2 text-left text-[0.8125rem] sm:grid-cols-[4.25rem_11rem_minmax(0,1fr)_auto]',
        failed ? 'bg-bad-soft hover:bg-bad-soft/70' : 'hover:bg-sunken/70',
      )}
    >
      <time dateTime={event.timestamp} className="text-muted text-xs">
        {formatTime(event.timestamp, timezone)}
      </time>
      <span className={clsx('flex min-w-0 items-center gap-1.5 font-medium', failed && 'text-bad')}>
        {failed && <CircleAlert className="size-3.5 shrink-0" aria-label="Error" />}
        <span className="truncate">{event.event_name}</span>
      </span>
      <span className="truncate text-muted max-sm:col-start-2">{eventDetail(event)}</span>
      <span className="flex items-center gap-2 text-muted text-xs max-sm:hidden">
        <span className="font-mono">{shortId(event.person)}</span>
        <span className="w-16 truncate text-right">{valueLabel('device_type', event.device_type)}</span>
        <CountryTag code={event.country_code} />
      </span>
    </button>
  );
}
