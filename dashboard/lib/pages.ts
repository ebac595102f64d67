/** Every page that exists, in the order of the side bar. A page that is not here is not shown anywhere. */
import { Activity, Filter, LayoutDashboard, type LucideIcon, Route, Scale, Settings } from 'lucide-react';

export type PageKey =
  | 'overview'
  | 'realtime'
  | 'funnels'
  | 'retention'
  | 'paths'
  | 'journeys'
  | 'sessions'
  | 'people'
  | 'whatsapp'
  | 'crm'
  | 'errors'
  | 'ledger'
  | 'settings';

export interface Page {
  key: PageKey;
  label: string;
  href: string;
  icon: LucideIcon;
  group: 'Watch' | 'Understand' | 'People' | 'Channels' | 'Trust' | 'Manage';
}

export const PAGES: readonly Page[] = [
  { key: 'overview', label: 'Overview', href: '/', icon: LayoutDashboard, group: 'Watch' },
  { key: 'realtime', label: 'Real time', href: '/realtime/', icon: Activity, group: 'Watch' },
  { key: 'funnels', label: 'Funnels', href: '/funnels/', icon: Filter, group: 'Understand' },
  { key: 'sessions', label: 'Sessions', href: '/sessions/', icon: Route, group: 'Understand' },
  { key: 'ledger', label: 'Ledger', href: '/ledger/', icon: Scale, group: 'Trust' },
  { key: 'settings', label: 'Settings', href: '/settings/', icon: Settings, group: 'Manage' },
];

export function pageOf(pathname: string): Page | null {
  const path = pathname.endsWith('/') ? pathname : `${pathname}/`;
  return PAGES.find((page) => page.href === path) ?? null;
}
