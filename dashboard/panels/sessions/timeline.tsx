'use client';

import { clsx } from 'clsx';
import { CircleAlert } from 'lucide-react';
import { Badge } from '@/components/badge';
import { ChannelIcon } from '@/components/channel-icon';
import type { EventRecord } from '@/lib/api/types';
import { eventDetail, isFailure } from '@/lib/events';
import { formatSeconds, formatTime } from '@/lib/format';

/** A pause longer than this is worth a line of its own. */
const PAUSE_S = 30;

interface TimelineProps {
  /** First to last. */
  events: readonly EventRecord[];
  timezone: string;
  onOpen: (event: EventRecord) => void;
}

export function Timeline({ events, timezone, onOpen }: TimelineProps) {
  return (
    <ol className="py-2" aria-label="Events of the session, first to last">
      {events.map((event, index) => {
        const before = events[index - 1];
        const pause = before ? (Date.parse(event.timestamp) - Date.parse(before.timestamp)) / 1_000 : 0;
        return (
          <li key={event.event_id}>
            {pause >= PAUSE_S && <Pause seconds={pause} />}
            <Moment event={event} timezone={timezone} onOpen={() => onOpen(event)} />
          </li>
        );
      })}
    </ol>
  );
}

function Pause({ seconds }: { seconds: number }) {
  return (
    <p className="flex items-center gap-3 py-1 pl-[5.9rem] text-muted text-xs sm:pl-[6.4rem]">
      <span aria-hidden className="ml-3 h-4 border-line-strong border-l border-dashed" />
      {formatSeconds(seconds)} later
    </p>
  );
}

interface MomentProps {
  event: EventRecord;
  timezone: string;
  onOpen: () => void;
}

function Moment({ event, timezone, onOpen }: MomentProps) {
  const failed = isFailure(event);
  const page = event.event_type === 'page';
  return (
    <button
      type="button"
      onClick={onOpen}
      className={clsx(
        '-outline-offset-2 flex w-full items-center gap-3 px-4 py-1.5 text-left text-[0.8125rem]',
        failed ? 'bg-bad-soft hover:bg-bad-soft/70' : 'hover:bg-sunken/70',
      )}
    >
      <time dateTime={event.timestamp} className="w-16 shrink-0 text-muted text-xs">
        {formatTime(event.timestamp, timezone)}
      </time>
      <span
        className={clsx(
          'grid size-7 shrink-0 place-items-center rounded-full',
          failed
            ? 'bg-bad text-white dark:text-black'
            : page
              ? 'bg-accent-soft text-accent'
              : 'bg-sunken text-muted',
        )}
      >
        {failed ? (
          <CircleAlert className="size-4" role="img" aria-label="Error" />
        ) : (
          <ChannelIcon channel={event.channel} className="size-3.5" />
        )}
      </span>
      <span className="flex min-w-0 flex-1 flex-wrap items-baseline gap-x-2">
        <span className={clsx('font-medium', failed && 'text-bad')}>{event.event_name}</span>
        <span className="min-w-0 truncate text-muted">{eventDetail(event)}</span>
      </span>
      {event.journey_start && <Badge tone="accent">Journey starts</Badge>}
      {event.journey_end && <Badge tone="good">Journey ends</Badge>}
    </button>
  );
}
