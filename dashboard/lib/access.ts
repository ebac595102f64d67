/** What each role may see. The API enforces it; the dashboard only spares people doors that would not open. */
import type { Role } from '@/lib/api/types';
import type { PageKey } from './pages';

const VIEWER_PAGES: readonly PageKey[] = ['overview', 'funnels', 'account'];
const ADMIN_PAGES: readonly PageKey[] = ['settings'];

export function mayOpen(role: Role, page: PageKey): boolean {
  if (role === 'admin') return true;
  if (role === 'viewer') return VIEWER_PAGES.includes(page);
  return !ADMIN_PAGES.includes(page);
}

export const mayExport = (role: Role): boolean => role === 'admin';
