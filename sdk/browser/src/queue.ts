import type { Store } from './store';

/** One unsent event: its storage key and its JSON. */
export type Entry = [key: string, json: string];

/** A beacon gives no answer. Within this time the server still knows the ids and a second sending is safe; after it, none is. */
const BEACON_CERTAIN_MS = 23 * 3600000;
/** An event this old was not sent by the tab that made it: the tab is closed, asleep or stuck. */
const ORPHAN_MS = 30000;
const DROPPED = 'hatua_dropped';

/**
 * Unsent events, one storage key each, named so that sorting is by time: `hatua.<write key>.<ms>.<seq>.<tab>`.
 * A key appears whole and goes away whole, so tabs need no lock to keep each other's events from loss;
 * and storage, not memory, says what is left to send, so a tab that slept does not send again what another has sent.
 */
export function openQueue(store: Store, writeKey: string, tab: string, maxBytes: number) {
  const prefix = `hatua.${writeKey}.`;
  const keys = (): string[] => store.keys(prefix);
  const size = (key: string): number => (key + store.get(key)).length * 2;
  const dropped = (): number => +(store.get(DROPPED) || 0);

  return {
    count: (): number => keys().length,
    /** Adds an event; drops the oldest ones to stay in bounds, or an event that is over the bound by itself; counts them. */
    add(now: number, seq: number, json: string): void {
      const added = `${prefix}${now}.${seq + 1e6}.${tab}`;
      store.set(added, json);
      let excess = keys().reduce((sum, key) => sum + size(key), -maxBytes);
      for (const key of size(added) > maxBytes ? [added] : keys()) {
        if (excess > 0) {
          excess -= size(key);
          store.del(key);
          store.set(DROPPED, `${dropped() + 1}`);
        }
      }
    },
    /** Events dropped on this device and not yet reported. */
    dropped,
    reported: (): void => store.del(DROPPED),
    /**
     * The oldest entries, at most `max` and about `chars` characters.
     * `all`: other tabs' fresh events too. `sure`: none that a beacon took.
     */
    take(now: number, max: number, chars: number, all: boolean, sure?: boolean): Entry[] {
      const batch: Entry[] = [];
      for (const key of keys()) {
        const value = store.get(key) || '';
        const brace = value.indexOf('{');
        const beaconAt = +value.slice(0, brace);
        if (beaconAt && now - beaconAt > BEACON_CERTAIN_MS) {
          store.del(key);
          continue;
        }
        const orphan = Math.abs(now - parseInt(key.slice(prefix.length), 10)) > ORPHAN_MS;
        if (brace < 0 || (sure && beaconAt) || !(all || orphan || key.slice(-tab.length) === tab)) continue;
        chars -= value.length;
        if (batch[0] && (chars < 0 || batch.length >= max)) break;
        batch.push([key, value.slice(brace)]);
      }
      return batch;
    },
    /** A beacon took these at `now`; whether they arrived is not known. */
    mark(batch: Entry[], now: number): void {
      for (const [key, json] of batch) store.set(key, now + json);
    },
    remove(batch: Entry[]): void {
      for (const [key] of batch) store.del(key);
    },
  };
}

export type Queue = ReturnType<typeof openQueue>;
