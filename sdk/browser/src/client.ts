import { autocapture } from './autocapture';
import type { Browser } from './browser';
import { contextOf, type Page, readPage } from './context';
import { openIdentity } from './identity';
import { uuid } from './ids';
import { openQueue } from './queue';
import { openSender } from './sender';
import { openSession } from './session';
import { openStore } from './store';
import type { Options, Properties, TrackOptions } from './types';

const TAB = 'hatua_tab';
const USER = 'analytics_user_id';
const HANDSHAKE = 'hatua_handshake';

/** Starts a client: everything after `init`. What it returns may throw; `guard` wraps what the browser calls. */
export function startClient(
  w: Browser,
  writeKey: string,
  options: Options,
  host: string,
  guard: <T>(act: () => T) => T | undefined,
  warn: (...details: unknown[]) => void,
) {
  const local = openStore(() => w.localStorage);
  const identity = openIdentity(w, local);
  const perTab = openStore(() => w.sessionStorage);
  const session = openSession(w, perTab);
  const tab = perTab.get(TAB) || uuid(w);
  perTab.set(TAB, tab);
  const queue = openQueue(local, writeKey, tab, options.maxQueueBytes || 1e6);
  const sender = openSender(w, local, queue, host, writeKey, options.flushIntervalMs || 5000, warn);

  let referrer = w.document.referrer;
  let shown: Page | undefined;
  let overrides: Partial<Page> = {};
  let pending = 0;
  const here = (): Page => readPage(w, options, referrer);

  const send = (type: string, name: string, properties?: Properties, flags?: TrackOptions): void => {
    const now = Date.now();
    const current = session.advance(now);
    const page = Object.assign(here(), overrides);
    const event = {
      event_id: uuid(w),
      event_name: name,
      event_type: type,
      timestamp: new Date(now).toISOString(),
      anonymous_id: identity.id(),
      user_id: local.get(USER) || undefined,
      session_id: current.id,
      seq: current.seq,
      context: contextOf(w, options, current, page),
      properties: properties || {},
    };
    queue.add(now, current.seq, JSON.stringify(Object.assign(event, flags)));
    if (queue.count() < (options.flushAt || 10)) sender.schedule();
    else sender.flush();
  };

  /** Sends the automatic page view that is due, if any: once per route, unless the page sent its own. */
  const settle = (own?: boolean): void => {
    if (pending) {
      w.clearTimeout(pending);
      pending = 0;
      const page = here();
      if (!own && !(shown && shown.path + shown.search === page.path + page.search)) view();
    }
  };
  const view = (properties?: Properties): void => {
    settle(true);
    const page = here();
    if (shown && shown.url !== page.url) referrer = shown.url;
    shown = page;
    overrides = {};
    for (const field of Object.keys(page) as (keyof Page)[]) {
      if (properties && typeof properties[field] === 'string') overrides[field] = properties[field];
    }
    send('page', 'page_view', properties);
  };
  /** Waits for the end of the task: by then the title is the new one, and a page view of the page's own takes its place. */
  const routeChanged = (): void => {
    if (options.autoPage !== false && !pending) pending = w.setTimeout(() => guard(settle), 0);
  };

  const leave = (): void => {
    settle();
    session.setOpen(false);
    sender.leave();
  };
  const back = (): void => {
    session.setOpen(true);
    if (queue.count()) sender.schedule();
  };
  const track = (name: string, properties?: Properties, flags?: TrackOptions): void => {
    settle();
    send('track', name, properties, flags);
  };

  const on = (target: EventTarget, type: string, act: (event: Event) => void): void =>
    target.addEventListener(type, (event) => guard(() => act(event)), true);
  on(w, 'pagehide', leave);
  on(w.document, 'visibilitychange', () => (w.document.visibilityState === 'hidden' ? leave() : back()));
  on(w, 'pageshow', (event) => {
    if (!(event as PageTransitionEvent).persisted) return;
    back();
    shown = undefined;
    routeChanged();
  });
  on(w, 'online', sender.online);
  on(w, 'popstate', routeChanged);
  for (const method of ['pushState', 'replaceState'] as const) {
    const original = w.history[method];
    w.history[method] = function (...state: Parameters<History['pushState']>) {
      original.apply(this, state);
      guard(routeChanged);
    };
  }
  if (options.autocapture) autocapture(w.document, on, track);

  const token = session.token();
  if (token && local.get(HANDSHAKE) !== token) {
    local.set(HANDSHAKE, token);
    send('track', 'handshake_complete', { handshake_token: token });
  }
  routeChanged();
  back();

  return {
    page: view,
    track,
    identify(userId: string, traits?: Properties): void {
      settle();
      local.set(USER, userId);
      send('identify', 'identify', traits);
    },
    reset(): void {
      settle();
      local.del(USER);
      identity.forget();
      session.end();
    },
    flush(): Promise<void> {
      settle();
      return sender.flush();
    },
  };
}
