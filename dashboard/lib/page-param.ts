'use client';

/** A query parameter that belongs to one page (a tab, an open session), beside the global filters. */
import { useSearchParams } from 'next/navigation';
import { useCallback } from 'react';

export function usePageParam(name: string): [string | null, (value: string | null) => void] {
  const value = useSearchParams().get(name);
  const write = useCallback(
    (next: string | null) => {
      const params = new URLSearchParams(window.location.search);
      if (next === null || next === '') params.delete(name);
      else params.set(name, next);
      const text = params.toString();
      window.history.pushState(null, '', window.location.pathname + (text ? `?${text}` : ''));
    },
    [name],
  );
  return [value, write];
}
