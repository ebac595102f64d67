/** What an event is, in words and marks. */
import type { EventRecord } from '@/lib/api/types';

const FAILURES = new Set(['app_error', 'ai.error', 'message.failed']);

export function isFailure(event: EventRecord): boolean {
  return FAILURES.has(event.event_name);
}

function text(value: unknown): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}

/** The one detail that tells this event from others of its name. */
export function eventDetail(event: EventRecord): string {
  const { properties } = event;
  if (isFailure(event)) {
    return [text(properties.error_code ?? properties.error_type), text(properties.message)]
      .filter(Boolean)
      .join(': ');
  }
  if (event.event_type === 'page' || event.event_name === 'page_view') return event.page_path;
  const known = [
    properties.label,
    properties.element,
    properties.form,
    properties.obligation_type ?? properties.obligation,
    properties.detected_intent,
    properties.rating,
  ].map(text);
  return known.find(Boolean) || event.page_path;
}

/** An id that fits a line: what is longer than 14 characters keeps both ends. */
export function shortId(id: string): string {
  return id.length <= 14 ? id : `${id.slice(0, 6)}…${id.slice(-4)}`;
}
