'use client';

/** The token of a link: it stands behind #, so that no server logs it, and leaves the address bar once it is read. */
import { useEffect, useState } from 'react';

export function tokenOf(hash: string): string {
  return new URLSearchParams(hash.replace(/^#/, '')).get('token') ?? '';
}

/** null until the address was read, then the token, or '' when there is none. */
export function useLinkToken(): string | null {
  const [token, setToken] = useState<string | null>(null);
  useEffect(() => {
    setToken(tokenOf(window.location.hash));
    if (window.location.hash) window.history.replaceState(null, '', window.location.pathname);
  }, []);
  return token;
}
