import { ArrowRight } from 'lucide-react';
import { Badge } from '@/components/badge';
import { ChannelIcon } from '@/components/channel-icon';
import { CountryTag } from '@/components/value-label';
import type { SessionRecord } from '@/lib/api/session-types';
import { countryName } from '@/lib/countries';
import { shortId } from '@/lib/events';
import { formatCount, formatSeconds, formatTime } from '@/lib/format';
import { valueLabel } from '@/lib/labels';

interface SessionRowProps {
  session: SessionRecord;
  timezone: string;
  onOpen: () => void;
}

/** One session in a line; on a phone in three. */
export function SessionRow({ session, timezone, onOpen }: SessionRowProps) {
  const source = session.utm_source || session.referrer_host || 'Direct / None';
  return (
    <button
      type="button"
      onClick={onOpen}
      className="-outline-offset-2 grid w-full grid-cols-[minmax(0,1fr)_auto] items-center gap-x-4 gap-y-1 px-4 py-2.5 text-left text-[0.8125rem] hover:bg-sunken/70 lg:grid-cols-[9.5rem_minmax(0,1.1fr)_minmax(0,2fr)_minmax(0,1.3fr)_8.5rem_6rem]"
    >
      <time dateTime={session.started_at} className="text-muted text-xs max-lg:order-3">
        {formatTime(session.started_at, timezone, true)}
      </time>
      <span className="flex min-w-0 items-center gap-2">
        <span className="shrink-0 text-muted">
          <ChannelIcon channel={session.channel} />
        </span>
        <span className="truncate font-medium" title={session.person}>
          {session.person.length > 24 ? shortId(session.person) : session.person}
        </span>
        {session.persons.length > 1 && <Badge>+{session.persons.length - 1}</Badge>}
      </span>
      <span className="flex min-w-0 items-center gap-1.5 max-lg:order-2 max-lg:col-span-2">
        <span className="truncate">{session.entry_page || 'No page'}</span>
        {session.exit_page && session.exit_page !== session.entry_page && (
          <>
            <ArrowRight className="size-3.5 shrink-0 text-muted" aria-label="to" />
            <span className="truncate">{session.exit_page}</span>
          </>
        )}
      </span>
      <span className="flex min-w-0 items-center gap-2 text-muted text-xs max-lg:hidden">
        <CountryTag code={session.country_code} />
        <span className="truncate">
          {[
            session.city || countryName(session.country_code),
            valueLabel('device_type', session.device_type),
            source,
          ]
            .filter(Boolean)
            .join(' · ')}
        </span>
      </span>
      <span className="text-right text-muted text-xs max-lg:order-4">
        {formatSeconds(session.duration_s)} · {formatCount(session.events)}{' '}
        {session.events === 1 ? 'event' : 'events'}
      </span>
      <span className="text-right max-lg:order-1">
        {session.converted ? <Badge tone="good">Converted</Badge> : session.bounced && <Badge>Bounced</Badge>}
      </span>
    </button>
  );
}
