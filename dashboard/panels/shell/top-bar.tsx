'use client';

import { Menu } from 'lucide-react';
import { useState } from 'react';
import { Logo } from '@/components/logo';
import { Button } from '@/components/ui/button';
import { Modal } from '@/components/ui/overlay';
import type { Page } from '@/lib/pages';
import { DateRangePicker } from '@/panels/filters/date-range-picker';
import { FilterBar } from '@/panels/filters/filter-bar';
import { AddFilter } from '@/panels/filters/filter-form';
import { Navigation } from './navigation';
import { ProjectSwitch } from './project-switch';
import { UserMenu } from './user-menu';

/** Pages whose numbers depend on a date range; the others have no use for the pickers. */
const WITH_RANGE = new Set(['overview', 'funnels', 'sessions']);

export function TopBar({ page }: { page: Page | null }) {
  const ranged = page !== null && WITH_RANGE.has(page.key);
  return (
    <header className="sticky top-0 z-30 mb-3 border-transparent bg-bg/90 backdrop-blur-md supports-[backdrop-filter]:bg-bg/80">
      <div className="mx-auto flex min-h-14 w-full max-w-[96rem] flex-wrap items-center gap-x-2 gap-y-2 px-3 py-2.5 sm:px-6">
        <Drawer />
        <h1 className="mr-auto font-semibold text-lg tracking-tight">{page?.label ?? 'Not found'}</h1>
        {ranged && (
          <>
            <AddFilter />
            <DateRangePicker />
          </>
        )}
      </div>
      {ranged && <FilterBar />}
    </header>
  );
}

/** On a phone, the side bar comes in from the left. */
function Drawer() {
  const [open, setOpen] = useState(false);
  return (
    <>
      <Button
        look="ghost"
        size="icon"
        className="-ml-1 md:hidden"
        aria-label="Open the menu"
        onClick={() => setOpen(true)}
      >
        <Menu aria-hidden />
      </Button>
      <Modal open={open} onOpenChange={setOpen} title={<DrawerTitle />} side="left">
        <div className="-mx-5 flex h-full flex-col">
          <div className="px-3 pb-2">
            <ProjectSwitch />
          </div>
          <Navigation onNavigate={() => setOpen(false)} />
          <div className="border-line border-t px-2 pt-2">
            <UserMenu />
          </div>
        </div>
      </Modal>
    </>
  );
}

function DrawerTitle() {
  return (
    <>
      <span className="sr-only">Menu</span>
      <Logo />
    </>
  );
}
