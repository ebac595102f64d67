'use client';

import { clsx } from 'clsx';
import { ChevronsUpDown, Plus } from 'lucide-react';
import { useRouter } from 'next/navigation';
import {
  MenuItem,
  MenuLabel,
  MenuLine,
  MenuPanel,
  MenuRadioGroup,
  MenuRadioItem,
  MenuRoot,
  MenuTrigger,
} from '@/components/ui/overlay';
import { Skeleton } from '@/components/ui/states';
import { useCurrentProject, useProjects } from '@/lib/api/queries';
import { useFilters } from '@/lib/filters/store';
import { useUser } from '@/lib/session';

function Initial({ name }: { name: string }) {
  return (
    <span
      aria-hidden
      data-initial={name.trim().charAt(0) || '?'}
      className="grid size-6 shrink-0 place-items-center rounded-md bg-accent-soft font-semibold text-accent text-xs uppercase before:content-[attr(data-initial)]"
    />
  );
}

export function ProjectSwitch({ narrow = false }: { narrow?: boolean }) {
  const projects = useProjects();
  const current = useCurrentProject();
  const setProject = useFilters((state) => state.setProject);
  const router = useRouter();
  const user = useUser();
  if (!current) return projects.isPending ? <Skeleton className="h-9" /> : null;
  return (
    <MenuRoot>
      <MenuTrigger
        className={clsx(
          'flex h-9 w-full items-center gap-2 rounded-lg text-left font-medium text-[0.8125rem] hover:bg-sunken data-[state=open]:bg-sunken',
          narrow ? 'justify-center' : 'border border-line px-1.5 shadow-card',
        )}
      >
        <span className="sr-only">Project: {narrow && current.name}</span>
        <Initial name={current.name} />
        {!narrow && (
          <>
            <span className="min-w-0 flex-1 truncate">{current.name}</span>
            <ChevronsUpDown className="mr-1 size-3.5 text-muted" aria-hidden />
          </>
        )}
      </MenuTrigger>
      <MenuPanel className="w-60">
        <MenuLabel>{user.tenant_name}</MenuLabel>
        <MenuRadioGroup value={current.id} onValueChange={setProject}>
          {projects.data?.map((project) => (
            <MenuRadioItem key={project.id} value={project.id}>
              <Initial name={project.name} />
              <span className="truncate">{project.name}</span>
            </MenuRadioItem>
          ))}
        </MenuRadioGroup>
        {user.role === 'admin' && (
          <>
            <MenuLine />
            <MenuItem onSelect={() => router.push('/settings/?new=project')}>
              <Plus aria-hidden /> New project
            </MenuItem>
          </>
        )}
      </MenuPanel>
    </MenuRoot>
  );
}
