import type { Browser } from './browser';
import { startClient } from './client';
import type { Hatua } from './types';

type Client = ReturnType<typeof startClient>;

/** One client for one page. `scriptHost`: where the script came from; the collector, unless `options.host` says otherwise. */
export function createHatua(w: Browser | undefined, scriptHost = ''): Hatua {
  let early: ((client: Client) => unknown)[] = [];
  let client: Client | undefined;
  let off: boolean | undefined = !w;
  let debug: boolean | undefined;

  const warn = (...details: unknown[]): void => {
    if (debug) console.warn('hatua:', ...details);
  };
  /** Analytics must never break the page it counts. */
  const guard = <T>(act: () => T): T | undefined => {
    try {
      return act();
    } catch (error) {
      warn(error);
      return undefined;
    }
  };
  const call = <T>(act: (client: Client) => T): T | undefined => {
    const running = client;
    if (running) return guard(() => act(running));
    if (!off) early.push(act);
    return undefined;
  };

  const hatua: Hatua = {
    init(writeKey, options = {}) {
      if (off || client || !w) return;
      const document: Document & { prerendering?: boolean } = w.document;
      if (document.prerendering) {
        // Nobody sees this page yet, and perhaps nobody will.
        document.addEventListener('prerenderingchange', () => hatua.init(writeKey, options));
        return;
      }
      debug = options.debug;
      const signals = w.navigator as { globalPrivacyControl?: boolean; doNotTrack?: string | null };
      off = options.respectPrivacySignals && (signals.globalPrivacyControl || signals.doNotTrack === '1');
      if (!off) {
        client = guard(() => startClient(w, writeKey, options, options.host || scriptHost, guard, warn));
        early.forEach(call);
      }
      early = [];
    },
    page: (properties) => call((c) => c.page(properties)),
    track: (name, properties, options) => call((c) => c.track(name, properties, options)),
    identify: (userId, traits) => call((c) => c.identify(userId, traits)),
    reset: () => call((c) => c.reset()),
    flush: () => call((c) => c.flush()) || Promise.resolve(),
  };
  return hatua;
}
