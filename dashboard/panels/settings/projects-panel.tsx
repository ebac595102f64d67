'use client';

import { Check, Plus } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Panel } from '@/components/ui/panel';
import { Empty, SkeletonRows } from '@/components/ui/states';
import { useCurrentProject, useProjects } from '@/lib/api/queries';
import { useFilters } from '@/lib/filters/store';
import { formatDay } from '@/lib/format';
import { Section } from './section';

export function ProjectsPanel({ onNew }: { onNew: () => void }) {
  const projects = useProjects();
  const current = useCurrentProject();
  const setProject = useFilters((state) => state.setProject);
  return (
    <Section
      title="All projects"
      about="Each has its own keys, events and numbers."
      tools={
        <Button onClick={onNew}>
          <Plus aria-hidden /> New project
        </Button>
      }
    >
      <Panel
        query={projects}
        loading={<SkeletonRows rows={3} />}
        isEmpty={(list) => list.length === 0}
        empty={<Empty title="No project yet">Create the first one to get a write key.</Empty>}
      >
        {(list) => (
          <ul className="divide-y divide-line rounded-lg border border-line">
            {list.map((project) => (
              <li key={project.id} className="flex items-center gap-3 px-3.5 py-2.5">
                <span className="min-w-0 flex-1">
                  <span className="block truncate font-medium text-[0.8125rem]">{project.name}</span>
                  <span className="block truncate text-muted text-xs">
                    {project.timezone.replaceAll('_', ' ')} · since{' '}
                    {formatDay(project.created_at, project.timezone)}
                  </span>
                </span>
                {project.id === current?.id ? (
                  <span className="flex items-center gap-1 font-medium text-accent text-xs">
                    <Check className="size-4" aria-hidden /> Open
                  </span>
                ) : (
                  <Button onClick={() => setProject(project.id)}>Open</Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Panel>
    </Section>
  );
}
