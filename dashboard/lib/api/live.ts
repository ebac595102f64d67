'use client';

/** The live stream of events (server-sent events), with resume, pause and a bound on what is kept. */
import { useEffect, useRef, useState } from 'react';
import { urlOf } from './client';
import type { EventRecord } from './types';

export type LiveState = 'connecting' | 'live' | 'lost';

/** Rows kept on screen, and while paused; older ones are on the Sessions page and in the API. */
export const KEPT = 200;
const RETRY_MS = 3_000;

/** Newest first, each event once, at most KEPT. */
export function addEvents(present: readonly EventRecord[], arrived: readonly EventRecord[]): EventRecord[] {
  const known = new Set(present.map((event) => event.event_id));
  const fresh: EventRecord[] = [];
  for (const event of arrived) {
    if (known.has(event.event_id)) continue;
    known.add(event.event_id);
    fresh.push(event);
  }
  return [...fresh.reverse(), ...present].slice(0, KEPT);
}

interface Live {
  events: EventRecord[];
  /** Events that came in since the pause. */
  waiting: number;
  state: LiveState;
}

/**
 * The browser's EventSource reconnects by itself and sends Last-Event-ID, so nothing is missed in between. Only when
 * the server refuses (a restart behind a proxy, say) it gives up; then we open a new one every 3 s.
 */
export function useLiveEvents(
  project: string | null,
  paused: boolean,
  recent: readonly EventRecord[] | undefined,
): Live {
  const [live, setLive] = useState<Live>({ events: [], waiting: 0, state: 'connecting' });
  const held = useRef<EventRecord[]>([]);
  const pausedNow = useRef(paused);

  useEffect(() => {
    pausedNow.current = paused;
    if (paused) return;
    const arrived = held.current;
    held.current = [];
    setLive((before) => ({ ...before, events: addEvents(before.events, arrived), waiting: 0 }));
  }, [paused]);

  useEffect(() => {
    if (!recent || pausedNow.current) return;
    // The answer lists newest first; arrivals are taken oldest first.
    setLive((before) => {
      const oldestFirst = [...recent].reverse();
      const merged = addEvents(before.events, oldestFirst);
      return { ...before, events: merged.sort((a, b) => b.timestamp.localeCompare(a.timestamp)) };
    });
  }, [recent]);

  useEffect(() => {
    if (!project) return;
    held.current = [];
    setLive({ events: [], waiting: 0, state: 'connecting' });
    let source: EventSource;
    let retry: number | undefined;
    let frame: number | undefined;
    let batch: EventRecord[] = [];
    // A burst is drawn once a frame, not once an event.
    const flush = () => {
      frame = undefined;
      const arrived = batch;
      batch = [];
      if (pausedNow.current) {
        held.current = [...held.current, ...arrived].slice(-KEPT);
        setLive((before) => ({ ...before, waiting: before.waiting + arrived.length }));
      } else {
        setLive((before) => ({ ...before, events: addEvents(before.events, arrived) }));
      }
    };
    const open = () => {
      source = new EventSource(urlOf('/api/dashboard/live', { project }));
      source.addEventListener('open', () => setLive((before) => ({ ...before, state: 'live' })));
      source.addEventListener('event', (message: MessageEvent<string>) => {
        batch.push(JSON.parse(message.data) as EventRecord);
        frame ??= window.requestAnimationFrame(flush);
      });
      source.addEventListener('error', () => {
        const gaveUp = source.readyState === EventSource.CLOSED;
        setLive((before) => ({ ...before, state: gaveUp ? 'lost' : 'connecting' }));
        if (gaveUp) retry = window.setTimeout(open, RETRY_MS);
      });
    };
    open();
    return () => {
      source.close();
      window.clearTimeout(retry);
      if (frame !== undefined) window.cancelAnimationFrame(frame);
    };
  }, [project]);

  return live;
}
