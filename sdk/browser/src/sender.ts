import type { Browser } from './browser';
import type { Entry, Queue } from './queue';
import type { Store } from './store';

/** The contract allows 100 events and 500,000 bytes; a UTF-16 unit is at most 3 bytes of UTF-8. */
const MAX_EVENTS = 100;
const MAX_CHARS = 150000;
/** Browsers refuse beacons over 64 KiB. */
const MAX_BEACON_CHARS = 20000;
const TIMEOUT_MS = 15000;
const MAX_BACKOFF_MS = 60000;
/** Until when, in Unix ms, the server asked not to be called. Shared by the tabs and kept over page loads. */
const WAIT = 'hatua_wait';
const LONGEST_WAIT_MS = 3600000;
/** Times that another tab may be found sending, a flush interval apart, before this one goes ahead without the lock. */
const MAX_DENIALS = 12;

/** Brings the queue to the collector: one sender at a time over all tabs where the browser has Web Locks. */
export function openSender(
  w: Browser,
  store: Store,
  queue: Queue,
  host: string,
  writeKey: string,
  intervalMs: number,
  warn: (...details: unknown[]) => void,
) {
  const url = `${host}/v1/capture`;
  let timer = 0;
  let running: Promise<void> | undefined;
  let failures = 0;
  let limit = MAX_EVENTS;
  /** Until when, in Unix ms, a network that did not answer is left alone. */
  let paused = 0;
  let refused = false;
  let denied = 0;

  const beacons = 'sendBeacon' in w.navigator;

  const waiting = (): number => {
    const left = Math.max(+(store.get(WAIT) || 0), paused) - Date.now();
    return left > 0 && left < LONGEST_WAIT_MS ? left : 0;
  };

  const body = (batch: Entry[], dropped: number): string => {
    let events = batch.map((entry) => entry[1]).join();
    if (dropped) events = events.replace('"context":{', `$&"dropped_events":${dropped},`);
    return `{"batch":[${events}],"sent_at":"${new Date().toISOString()}","write_key":${JSON.stringify(writeKey)}}`;
  };

  /** text/plain and no header of our own: the browser sends it without asking first (no CORS preflight). */
  const post = (
    text: string,
    done: (status: number, retryAfter: string | null, answer: string) => void,
  ): void => {
    const request = new w.XMLHttpRequest();
    request.open('POST', url);
    request.timeout = TIMEOUT_MS;
    request.setRequestHeader('Content-Type', 'text/plain');
    request.onloadend = () => {
      const slowDown = request.status === 429 || request.status === 503;
      done(request.status, slowDown ? request.getResponseHeader('Retry-After') : null, request.responseText);
    };
    request.send(text);
  };

  /** True for an answer of the collector; false for, say, the page of a network's sign-in. Names what was refused. */
  const understood = (answer: string): boolean => {
    try {
      const { rejected } = JSON.parse(answer) as { rejected?: unknown[] };
      if (rejected?.[0]) warn('rejected', rejected);
      return true;
    } catch {
      return false;
    }
  };

  const drain = (all: boolean): Promise<void> =>
    new Promise((resolve) => {
      const next = (): void => {
        const batch = refused || waiting() ? [] : queue.take(Date.now(), limit, MAX_CHARS, all);
        if (!batch[0]) {
          resolve();
          return;
        }
        const dropped = queue.dropped();
        post(body(batch, dropped), (status, retryAfter, answer) => {
          const ours = understood(answer);
          if (status === 200 && ours) {
            queue.remove(batch);
            if (dropped) queue.reported();
            failures = 0;
            limit = MAX_EVENTS;
          } else if (status === 413 && batch[1]) {
            limit = batch.length >> 1;
          } else if ((status === 400 && ours) || status === 413) {
            warn('dropped', status, batch);
            queue.remove(batch);
          } else if (status >= 400 && status < 500 && status !== 429 && status !== 408) {
            // An unknown key or a foreign origin does not mend itself while the page is open: keep, and try at the next load.
            warn('refused', status, answer);
            refused = true;
          } else {
            const backOff = Math.min(MAX_BACKOFF_MS, 1000 * 2 ** failures++);
            const least = +(retryAfter || 0) * 1000 || backOff / 2;
            const until = Date.now() + least + (Math.random() * backOff) / 2;
            if (status) store.set(WAIT, `${until}`);
            else paused = until;
          }
          next();
        });
      };
      next();
    });

  const flush = (): Promise<void> => {
    if (running) return running;
    w.clearTimeout(timer);
    timer = 0;
    const after = (): void => {
      running = undefined;
      if (!refused && queue.count()) schedule();
    };
    const { locks } = w.navigator as { locks?: LockManager };
    running = (
      locks
        ? locks.request('hatua', { ifAvailable: true }, async (lock) => {
            // Another tab is sending, ours included. One that holds the lock for this long is asleep.
            if (lock || ++denied > MAX_DENIALS) {
              denied = 0;
              await drain(!!lock);
            }
          })
        : Promise.reject()
    )
      .catch(() => drain(false))
      .then(after);
    return running;
  };

  const schedule = (): void => {
    if (!timer) timer = w.setTimeout(flush, Math.max(intervalMs, waiting() + 1));
  };

  return {
    flush,
    schedule,
    /** The network is back: no reason to wait any longer, except where the server asked for it. */
    online(): void {
      paused = 0;
      flush();
    },
    /** The page is going: hand what is unsent to the browser, and keep it, marked, until an answer confirms it. */
    leave(): void {
      while (beacons && w.navigator.onLine && !refused && !waiting()) {
        const batch = queue.take(Date.now(), limit, MAX_BEACON_CHARS, false, true);
        if (!batch[0] || !w.navigator.sendBeacon(url, body(batch, 0))) break;
        queue.mark(batch, Date.now());
      }
    },
  };
}
