'use client';

import type { UseQueryResult } from '@tanstack/react-query';
import { clsx } from 'clsx';
import type { ReactNode } from 'react';
import { Failure, Renewing } from './states';

interface PanelProps<T> {
  query: UseQueryResult<T>;
  loading: ReactNode;
  empty?: ReactNode;
  isEmpty?: (data: T) => boolean;
  children: (data: T) => ReactNode;
}

/** Picks what a panel shows: bones, the error, the empty state, or the data (kept, dimmed, while renewed). */
export function Panel<T>({ query, loading, empty, isEmpty, children }: PanelProps<T>) {
  const { data, error, isPlaceholderData, isFetching, refetch } = query;
  if (data === undefined) {
    return error ? <Failure error={error} onRetry={() => void refetch()} /> : loading;
  }
  const body = empty && isEmpty?.(data) ? empty : children(data);
  return (
    <div aria-busy={isPlaceholderData}>
      <Renewing on={isPlaceholderData && isFetching} />
      {error && (
        <p role="status" className="px-4 pt-1 text-warn text-xs">
          Not up to date: {error.message}
        </p>
      )}
      <div className={clsx('transition-opacity', isPlaceholderData && 'opacity-60')}>{body}</div>
    </div>
  );
}
