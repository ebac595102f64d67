'use client';

import { clsx } from 'clsx';
import { PanelLeftClose, PanelLeftOpen } from 'lucide-react';
import { useEffect, useState } from 'react';
import { Logo, Mark } from '@/components/logo';
import { Button } from '@/components/ui/button';
import { Navigation } from './navigation';
import { ProjectSwitch } from './project-switch';
import { UserMenu } from './user-menu';

const KEY = 'hatua_sidebar';

export function Sidebar() {
  const [narrow, setNarrow] = useState(false);
  useEffect(() => setNarrow(window.localStorage.getItem(KEY) === 'narrow'), []);
  const toggle = () => {
    window.localStorage.setItem(KEY, narrow ? 'wide' : 'narrow');
    setNarrow(!narrow);
  };
  return (
    <aside
      className={clsx(
        'sticky top-0 hidden h-dvh shrink-0 flex-col border-line border-r bg-surface transition-[width] duration-200 md:flex',
        narrow ? 'w-[3.75rem]' : 'w-60',
      )}
    >
      <div
        className={clsx('flex h-14 items-center', narrow ? 'justify-center' : 'justify-between pr-2 pl-4')}
      >
        {narrow ? <Mark /> : <Logo />}
        {!narrow && (
          <Button look="ghost" size="icon" onClick={toggle} aria-label="Collapse the side bar" aria-expanded>
            <PanelLeftClose aria-hidden />
          </Button>
        )}
      </div>
      <div className="px-3 pb-1">
        <ProjectSwitch narrow={narrow} />
      </div>
      <Navigation narrow={narrow} />
      <div className="border-line border-t p-2">
        {narrow && (
          <Button
            look="ghost"
            size="icon"
            className="mx-auto mb-1 flex"
            onClick={toggle}
            aria-label="Expand the side bar"
            aria-expanded={false}
          >
            <PanelLeftOpen aria-hidden />
          </Button>
        )}
        <UserMenu narrow={narrow} />
      </div>
    </aside>
  );
}
