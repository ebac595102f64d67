'use client';

import { useCurrentProject } from '@/lib/api/queries';
import { usePageParam } from '@/lib/page-param';
import { FirstSteps } from '@/panels/install/first-steps';
import { SessionList } from './session-list';
import { SessionView } from './session-view';

/** The list of sessions, or one of them opened. */
export function SessionsPage() {
  const project = useCurrentProject();
  const [open, setOpen] = usePageParam('session');
  return (
    <FirstSteps>
      {open && project ? (
        <SessionView key={open} project={project} id={open} onBack={() => setOpen(null)} />
      ) : (
        <SessionList onOpen={setOpen} timezone={project?.timezone ?? 'UTC'} />
      )}
    </FirstSteps>
  );
}
