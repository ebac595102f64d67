'use client';

import type { ReactNode } from 'react';
import { CopyButton } from '@/components/ui/copy-button';
import { Modal } from '@/components/ui/overlay';
import type { EventRecord, JsonObject } from '@/lib/api/types';
import { countryName } from '@/lib/countries';
import { formatTime } from '@/lib/format';
import { valueLabel } from '@/lib/labels';

interface EventInspectorProps {
  event: EventRecord | null;
  timezone: string;
  onClose: () => void;
}

/** Everything that is known of one event, in a sheet from the right. */
export function EventInspector({ event, timezone, onClose }: EventInspectorProps) {
  return (
    <Modal
      open={event !== null}
      onOpenChange={(open) => !open && onClose()}
      side="right"
      title={event?.event_name ?? ''}
      about={
        event
          ? `${formatTime(event.timestamp, timezone, true)} · ${timezone.replaceAll('_', ' ')}`
          : undefined
      }
    >
      {event && <Facts event={event} />}
    </Modal>
  );
}

function Facts({ event }: { event: EventRecord }) {
  const place = [event.city, event.region, countryName(event.country_code)].filter(Boolean);
  return (
    <div className="space-y-5">
      <Json title="Properties" value={event.properties} open />
      <dl className="divide-y divide-line/70 text-[0.8125rem]">
        <Fact name="Person" copy={event.person}>
          {event.person}
        </Fact>
        {event.user_id && (
          <Fact name="User id" copy={event.user_id}>
            {event.user_id}
          </Fact>
        )}
        <Fact name="Anonymous id" copy={event.anonymous_id}>
          {event.anonymous_id}
        </Fact>
        <Fact name="Session" copy={event.session_id}>
          {event.session_id}
        </Fact>
        <Fact name="Page">{[event.page_path, event.page_title].filter(Boolean).join(' · ')}</Fact>
        <Fact name="Came from">{event.referrer_host || 'Direct / None'}</Fact>
        <Fact name="Channel">{valueLabel('channel', event.channel)}</Fact>
        <Fact name="Place">{place.join(', ')}</Fact>
        <Fact name="Device">
          {[valueLabel('device_type', event.device_type), event.browser, event.os]
            .filter(Boolean)
            .join(' · ')}
        </Fact>
        <Fact name="Arrived after">{arrival(event)}</Fact>
        <Fact name="Event id" copy={event.event_id}>
          {event.event_id}
        </Fact>
      </dl>
      <Json title="Context" value={event.context} />
    </div>
  );
}

function arrival(event: EventRecord): string {
  const ms = Date.parse(event.received_at) - Date.parse(event.timestamp);
  return Number.isFinite(ms) ? `${(Math.max(0, ms) / 1_000).toFixed(1)} s` : '';
}

function Fact({ name, copy, children }: { name: string; copy?: string; children: ReactNode }) {
  return (
    <div className="group flex min-h-9 items-center gap-3">
      <dt className="w-28 shrink-0 text-muted">{name}</dt>
      <dd className="flex min-w-0 flex-1 items-center justify-between gap-1">
        <span className={copy ? 'truncate font-mono text-xs' : 'break-words'}>{children || '–'}</span>
        {copy && <CopyButton value={copy} what={name} />}
      </dd>
    </div>
  );
}

function Json({ title, value, open = false }: { title: string; value: JsonObject; open?: boolean }) {
  const text = JSON.stringify(value, null, 2);
  if (Object.keys(value).length === 0) return <p className="text-muted text-xs">No {title.toLowerCase()}</p>;
  return (
    <details open={open} className="rounded-lg border border-line">
      <summary className="flex items-center justify-between px-3 py-1.5 font-medium text-[0.8125rem]">
        {title}
        <span className="font-normal text-muted text-xs">{Object.keys(value).length} fields</span>
      </summary>
      <div className="relative border-line border-t">
        <CopyButton value={text} what={title} className="absolute top-1 right-1" />
        <pre
          tabIndex={0}
          className="-outline-offset-2 max-h-96 overflow-auto p-3 font-mono text-xs leading-5"
        >
          {text}
        </pre>
      </div>
    </details>
  );
}
