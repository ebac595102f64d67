'use client';

import { useQueryClient } from '@tanstack/react-query';
import { FolderPlus } from 'lucide-react';
import Link from 'next/link';
import { type ReactNode, useEffect, useRef } from 'react';
import { buttonClass } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Empty } from '@/components/ui/states';
import { useCurrentProject, useFirstEvent, useProjects } from '@/lib/api/queries';
import { useUser } from '@/lib/session';
import { InstallPanel } from './install-panel';

/** Shows the children once the project has an event; until then, how to send the first one. */
export function FirstSteps({ children }: { children: ReactNode }) {
  const user = useUser();
  const projects = useProjects();
  const project = useCurrentProject();
  // Viewers may not ask, and could do nothing about it.
  const first = useFirstEvent(user.role === 'viewer' ? null : (project?.id ?? null));
  useFreshStart(first.data?.received);
  if (projects.data?.length === 0) {
    return (
      <Empty
        icon={FolderPlus}
        title="No project yet"
        className="py-24"
        action={
          user.role === 'admin' && (
            <Link href="/settings/?new=project" className={buttonClass('primary', 'md')}>
              Create a project
            </Link>
          )
        }
      >
        A project is a site or an app with its own keys and numbers.
      </Empty>
    );
  }
  if (project && first.data?.received === false) {
    return (
      <div className="mx-auto max-w-3xl pt-4">
        <h2 className="font-semibold text-xl tracking-tight">Send your first event</h2>
        <p className="mt-1 mb-5 text-muted">
          {project.name} is ready to listen. Add Hatua to it, and this page comes to life by itself.
        </p>
        <Card className="p-5">
          <InstallPanel project={project} />
        </Card>
      </div>
    );
  }
  return children;
}

/** The moment the first event is in, every empty answer that was given before it is out of date. */
function useFreshStart(received: boolean | undefined): void {
  const client = useQueryClient();
  const waited = useRef(false);
  useEffect(() => {
    if (received === false) waited.current = true;
    if (received && waited.current) {
      waited.current = false;
      void client.resetQueries({ predicate: ({ queryKey }) => !KEPT.has(String(queryKey[0])) });
    }
  }, [received, client]);
}

const KEPT = new Set(['auth', 'projects', 'first-event', 'definitions']);
