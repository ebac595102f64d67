'use client';

import { useCurrentProject, useRealtime } from '@/lib/api/queries';
import { FirstSteps } from '@/panels/install/first-steps';
import { EventStream } from './event-stream';
import { NowPanel } from './now-panel';
import { TopLists } from './top-lists';

export function RealtimePage() {
  const project = useCurrentProject();
  const query = useRealtime(project?.id ?? null);
  return (
    <FirstSteps>
      <div className="grid gap-4 xl:grid-cols-[minmax(0,1fr)_24rem]">
        <div className="min-w-0 space-y-4">
          <NowPanel query={query} />
          <EventStream project={project} recent={query.data?.recent} />
        </div>
        <TopLists query={query} />
      </div>
    </FirstSteps>
  );
}
