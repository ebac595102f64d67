import type { Browser } from './browser';
/** A random UUID (version 4). Without a secure context there is no `crypto.randomUUID`. */
export const uuid = (w: Browser): string =>
  '10000000-1000-4000-8000-100000000000'.replace(/[018]/g, (digit) =>
    (+digit ^ (random(w) & (15 >> (+digit / 4)))).toString(16),
  );

const random = (w: Browser): number => w.crypto.getRandomValues(new Uint8Array(1))[0] as number;
