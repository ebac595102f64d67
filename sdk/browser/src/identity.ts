import type { Browser } from './browser';
import { uuid } from './ids';
import type { Store } from './store';

const KEY = 'analytics_anonymous_id';
const TWO_YEARS_S = 63072000;

/** The device's id, in local storage, else in a cookie. Read anew for every event, so that tabs agree on it. */
export function openIdentity(w: Browser, local: Store) {
  const cookie = (value: string, maxAge: number): void => {
    w.document.cookie = `${KEY}=${value};path=/;max-age=${maxAge};samesite=lax${w.location.protocol > 'http:' ? ';secure' : ''}`;
  };
  return {
    id(): string {
      const kept = local.get(KEY);
      if (kept) return kept;
      const id = (w.document.cookie.match(`${KEY}=([^;]+)`) || [])[1] || uuid(w);
      if (!local.set(KEY, id)) cookie(id, TWO_YEARS_S);
      return id;
    },
    forget(): void {
      local.del(KEY);
      cookie('', 0);
    },
  };
}
