'use client';

/** A query parameter that belongs to one page (a tab, an open session), beside the global filters. */
import { useCallback, useEffect, useState } from 'react';

export function usePageParam(name: string): [string | null, (value: string | null) => void] {
  const [value, setValue] = useState<string | null>(null);
  useEffect(() => {
    const read = () => setValue(new URLSearchParams(window.location.search).get(name));
    read();
    window.addEventListener('popstate', read);
    return () => window.removeEventListener('popstate', read);
  }, [name]);
  const write = useCallback(
    (next: string | null) => {
      setValue(next);
      const params = new URLSearchParams(window.location.search);
      if (next === null) params.delete(name);
      else params.set(name, next);
      const text = params.toString();
      window.history.pushState(null, '', window.location.pathname + (text ? `?${text}` : ''));
    },
    [name],
  );
  return [value, write];
}
