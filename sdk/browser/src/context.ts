import type { Browser } from './browser';
import type { Session } from './session';
import type { Options, Properties } from './types';

declare const HATUA_VERSION: string;

/** What the page says about itself. `referrer` of a route change is the route before. */
export interface Page {
  path: string;
  url: string;
  title: string;
  referrer: string;
  search: string;
}

/** Path of the current route: without `basePath`, with a hash that is a route (`#/a`, `#!/a`). */
export function readPage(w: Browser, options: Options, referrer: string): Page {
  const { href, pathname, search, hash } = w.location;
  const base = options.basePath || '';
  const inside = !`${pathname}/`.indexOf(`${base}/`);
  return {
    path: ((inside ? pathname.slice(base.length) : pathname) || '/') + (/^#!?\//.test(hash) ? hash : ''),
    url: href,
    title: w.document.title,
    referrer,
    search,
  };
}

export function contextOf(w: Browser, options: Options, session: Session, page: Page): Properties {
  const context: Properties = {
    library: { name: 'hatua-js', version: HATUA_VERSION },
    page,
    userAgent: w.navigator.userAgent,
    locale: w.navigator.language,
    screen: { width: w.screen.width, height: w.screen.height },
    // Else the collector's side decides by the user agent.
    channel: options.channel || (session.hs ? 'webview' : undefined),
  };
  if (session.hs) context.handshakeToken = session.hs;
  if (session.utm) context.campaign = JSON.parse(session.utm);
  return context;
}
