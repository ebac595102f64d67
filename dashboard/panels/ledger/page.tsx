'use client';

import { useState } from 'react';
import { Card, CardHead } from '@/components/ui/card';
import { Panel } from '@/components/ui/panel';
import { Skeleton } from '@/components/ui/states';
import { Segments } from '@/components/ui/tabs';
import { useLedger } from '@/lib/api/ledger';
import { useCurrentProject } from '@/lib/api/queries';
import { useUser } from '@/lib/session';
import { DeadLettersPanel } from './dead-letters-panel';
import { HoursPanel } from './hours-panel';
import { Reasons } from './reasons';
import { Verdict } from './verdict';

const SPANS = [
  { key: '24', label: '24 hours' },
  { key: '168', label: '7 days' },
  { key: '720', label: '30 days' },
] as const;
type Span = (typeof SPANS)[number]['key'];

/** What was received, and where every event of it is now. */
export function LedgerPage() {
  const [span, setSpan] = useState<Span>('24');
  const project = useCurrentProject();
  const user = useUser();
  const query = useLedger(project?.id ?? null, Number(span));
  return (
    <div className="space-y-4">
      <Card aria-labelledby="ledger-title">
        <CardHead
          id="ledger-title"
          title="Where every event is"
          tools={<Segments label="Time span" value={span} onChange={setSpan} options={SPANS} />}
        />
        <Panel query={query} loading={<Skeleton className="m-4 h-64" />}>
          {(ledger) => (
            <>
              <Verdict ledger={ledger} />
              <HoursPanel ledger={ledger} timezone={project?.timezone ?? 'UTC'} />
              <Reasons rejected={ledger.totals.rejected} />
            </>
          )}
        </Panel>
      </Card>
      {user.role === 'admin' && project && <DeadLettersPanel key={project.id} project={project} />}
    </div>
  );
}
