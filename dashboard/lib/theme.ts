'use client';

/** Light, dark or as the system says; kept in localStorage, applied before the first paint by public/theme.js. */
import { useSyncExternalStore } from 'react';

export type Theme = 'light' | 'dark' | 'system';
const KEY = 'hatua_theme';
const listeners = new Set<() => void>();

function stored(): Theme {
  const value = window.localStorage.getItem(KEY);
  return value === 'light' || value === 'dark' ? value : 'system';
}

export function applyTheme(): void {
  const system = window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  const theme = stored() === 'system' ? system : stored();
  document.documentElement.classList.toggle('dark', theme === 'dark');
}

export function setTheme(theme: Theme): void {
  if (theme === 'system') window.localStorage.removeItem(KEY);
  else window.localStorage.setItem(KEY, theme);
  applyTheme();
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  const media = window.matchMedia('(prefers-color-scheme: dark)');
  const changed = () => {
    applyTheme();
    listener();
  };
  listeners.add(listener);
  media.addEventListener('change', changed);
  return () => {
    listeners.delete(listener);
    media.removeEventListener('change', changed);
  };
}

export function useTheme(): Theme {
  return useSyncExternalStore(subscribe, stored, () => 'system');
}
