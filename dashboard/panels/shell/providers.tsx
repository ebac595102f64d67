'use client';

import { QueryCache, QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { TooltipProvider } from '@/components/ui/overlay';
import { ApiError } from '@/lib/api/client';
import type { AuthState } from '@/lib/api/types';

function makeClient(): QueryClient {
  const client = new QueryClient({
    queryCache: new QueryCache({
      // A session that ended elsewhere ends here too: the gate sees no user and shows the sign-in page.
      onError: (error) => {
        if (error instanceof ApiError && error.status === 401) {
          client.setQueryData<AuthState>(['auth'], (state) => state && { ...state, user: null, csrf: null });
        }
      },
    }),
    defaultOptions: {
      queries: {
        // What the server refused, it refuses again; only what never reached it is worth a second try.
        retry: (count, error) =>
          count < 2 && !(error instanceof ApiError && error.status >= 400 && error.status < 500),
        refetchOnWindowFocus: true,
      },
    },
  });
  return client;
}

export function Providers({ children }: { children: ReactNode }) {
  const [client] = useState(makeClient);
  return (
    <QueryClientProvider client={client}>
      <TooltipProvider delayDuration={200} skipDelayDuration={100}>
        {children}
      </TooltipProvider>
    </QueryClientProvider>
  );
}
