/** Where to go after signing in: only a path of this dashboard, never another site. */
export function safeDestination(next: string | null): string {
  if (!next?.startsWith('/') || next.startsWith('//') || next.includes('\\')) return '/';
  return next;
}
