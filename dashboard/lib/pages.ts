/**
 * Every page that exists, in the order of the side bar. A page that is not here is not shown anywhere; neither is one
 * whose API this build does not know (next.config.ts hands over the paths of openapi.json).
 */
import {
  Activity,
  Filter,
  LayoutDashboard,
  type LucideIcon,
  Route,
  Scale,
  Settings,
  UserRound,
} from 'lucide-react';

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
  | 'settings'
  | 'account';

export interface Page {
  key: PageKey;
  label: string;
  href: string;
  icon: LucideIcon;
  /** The path of the API that the page cannot do without. */
  api: string;
  group: 'Watch' | 'Understand' | 'People' | 'Channels' | 'Trust' | 'Manage';
}

const DRAWN: readonly Page[] = [
  {
    key: 'overview',
    label: 'Overview',
    href: '/',
    api: '/api/dashboard/overview',
    icon: LayoutDashboard,
    group: 'Watch',
  },
  {
    key: 'realtime',
    label: 'Real time',
    href: '/realtime/',
    api: '/api/dashboard/realtime',
    icon: Activity,
    group: 'Watch',
  },
  {
    key: 'funnels',
    label: 'Funnels',
    href: '/funnels/',
    api: '/api/dashboard/funnels',
    icon: Filter,
    group: 'Understand',
  },
  {
    key: 'sessions',
    label: 'Sessions',
    href: '/sessions/',
    api: '/api/dashboard/sessions',
    icon: Route,
    group: 'Understand',
  },
  {
    key: 'ledger',
    label: 'Ledger',
    href: '/ledger/',
    api: '/api/dashboard/ledger',
    icon: Scale,
    group: 'Trust',
  },
  {
    key: 'settings',
    label: 'Settings',
    href: '/settings/',
    api: '/api/dashboard/projects',
    icon: Settings,
    group: 'Manage',
  },
];

/** Reached from the menu of the person, not from the side bar. */
const ACCOUNT: Page = {
  key: 'account',
  label: 'Your account',
  href: '/account/',
  api: '/api/account',
  icon: UserRound,
  group: 'Manage',
};

const API_PATHS = new Set((process.env.HATUA_API_PATHS ?? '').split(' '));

export const PAGES: readonly Page[] = DRAWN.filter((page) => API_PATHS.has(page.api));

export function pageOf(pathname: string): Page | null {
  const path = pathname.endsWith('/') ? pathname : `${pathname}/`;
  return [...PAGES, ACCOUNT].find((page) => page.href === path) ?? null;
}
