import type { Browser } from './browser';
import { uuid } from './ids';
import type { Store } from './store';

const KEY = 'hatua_session';
const IDLE_MS = 1800000;

export interface Session {
  id: string;
  /** Time of the last event, Unix ms. */
  at: number;
  /** Number of the last event; counts on over sessions of one tab, so that events of one millisecond keep their order. */
  seq: number;
  /** The campaign that opened the session: utm_source -> source, ..., as JSON, so that two can be compared; or ''. */
  utm: string;
  /** The handshake token that opened the session, or ''. */
  hs: string;
  /** False once the page was hidden or left. A page that starts on an open session is a copy of a living tab. */
  open: boolean;
}

/** One session per tab, in sessionStorage. `advance` moves it on by one event and starts a new one where the contract says so. */
export function openSession(w: Browser, store: Store) {
  const query = (): URLSearchParams => new URLSearchParams(w.location.search);
  const landing = query();
  let token = landing.get('hs_token') || landing.get('handshake_token') || '';
  let started = false;
  let open = true;

  const read = (): Session | undefined => {
    try {
      return JSON.parse(store.get(KEY) || '') as Session;
    } catch {
      return undefined;
    }
  };
  const write = (session: Session): Session => {
    session.open = open;
    store.set(KEY, JSON.stringify(session));
    return session;
  };
  const campaign = (): string => {
    const utm: Record<string, string> = {};
    query().forEach((value, key) => {
      if (!key.indexOf('utm_') && value) utm[key.slice(4)] = value;
    });
    return Object.keys(utm)[0] ? JSON.stringify(utm) : '';
  };

  return {
    token: (): string => token,
    advance(now: number): Session {
      const utm = campaign();
      let session = read();
      if (
        !session ||
        (!started && session.open) ||
        now - session.at > IDLE_MS ||
        (utm && utm !== session.utm)
      ) {
        session = { id: uuid(w), at: now, seq: session ? session.seq : 0, utm, hs: '', open };
      }
      started = true;
      session.at = now;
      session.seq++;
      session.hs = token || session.hs;
      return write(session);
    },
    /** `false` when the page is hidden or left, `true` when it is back. */
    setOpen(value: boolean): void {
      open = value;
      const session = started && read();
      if (session) write(session);
    },
    end(): void {
      token = '';
      store.del(KEY);
    },
  };
}
