'use client';

import { clsx } from 'clsx';
import Link from 'next/link';
import { usePathname } from 'next/navigation';
import { Tip } from '@/components/ui/overlay';
import { mayOpen } from '@/lib/access';
import { useFilters } from '@/lib/filters/store';
import { toQuery } from '@/lib/filters/url';
import { PAGES, type Page, pageOf } from '@/lib/pages';
import { useUser } from '@/lib/session';

interface NavigationProps {
  narrow?: boolean;
  onNavigate?: () => void;
}

/** The pages that exist and that this role may open. The filters go along from page to page. */
export function Navigation({ narrow = false, onNavigate }: NavigationProps) {
  const user = useUser();
  const state = useFilters();
  const here = pageOf(usePathname());
  const query = toQuery(state);
  const pages = PAGES.filter((page) => mayOpen(user.role, page.key));
  const groups = [...new Set(pages.map((page) => page.group))];
  return (
    <nav aria-label="Pages" className="flex-1 overflow-y-auto px-3 py-2">
      {groups.map((group, index) => (
        <div key={group} className={clsx(index > 0 && 'mt-4')}>
          {narrow
            ? index > 0 && <div className="mx-2 mb-3 h-px bg-line" />
            : groups.length > 1 && <p className="px-2.5 pb-1 text-2xs text-muted">{group}</p>}
          <ul className="space-y-0.5">
            {pages
              .filter((page) => page.group === group)
              .map((page) => (
                <li key={page.key}>
                  <PageLink
                    page={page}
                    on={page === here}
                    narrow={narrow}
                    query={query}
                    onNavigate={onNavigate}
                  />
                </li>
              ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

interface PageLinkProps extends NavigationProps {
  page: Page;
  on: boolean;
  query: string;
}

function PageLink({ page, on, narrow, query, onNavigate }: PageLinkProps) {
  const Icon = page.icon;
  const link = (
    <Link
      href={query ? `${page.href}?${query}` : page.href}
      onClick={onNavigate}
      aria-current={on ? 'page' : undefined}
      aria-label={narrow ? page.label : undefined}
      className={clsx(
        'flex h-9 items-center gap-2.5 rounded-lg px-2.5 font-medium text-[0.8125rem] transition-colors',
        on ? 'bg-accent-soft text-accent' : 'text-muted hover:bg-sunken hover:text-text',
      )}
    >
      <Icon className="size-[1.125rem] shrink-0" aria-hidden />
      {!narrow && page.label}
    </Link>
  );
  return narrow ? (
    <Tip text={page.label} side="right">
      {link}
    </Tip>
  ) : (
    link
  );
}
