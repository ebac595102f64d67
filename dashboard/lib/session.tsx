'use client';

/** Who is signed in, for everything inside the shell, where somebody always is. */
import { createContext, useContext } from 'react';
import type { User } from '@/lib/api/types';

const SessionContext = createContext<User | null>(null);

export const SessionProvider = SessionContext.Provider;

export function useUser(): User {
  const user = useContext(SessionContext);
  if (!user) throw new Error('useUser was called outside of the shell, where nobody is signed in');
  return user;
}
