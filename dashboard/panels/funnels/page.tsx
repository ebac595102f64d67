'use client';

import { Filter, Plus } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { Empty, Failure, SkeletonRows } from '@/components/ui/states';
import { useFunnels } from '@/lib/api/funnels';
import { useCurrentProject } from '@/lib/api/queries';
import { usePageParam } from '@/lib/page-param';
import { useUser } from '@/lib/session';
import { FunnelWorkbench } from './workbench';

export const NEW = 'new';

/** Which funnel is open; everything else is the workbench's. */
export function FunnelsPage() {
  const project = useCurrentProject();
  const user = useUser();
  const [chosen, setChosen] = usePageParam('funnel');
  const funnels = useFunnels(project?.id ?? null);
  if (!funnels.data || !project) {
    return (
      <Card>
        {funnels.error ? (
          <Failure error={funnels.error} onRetry={() => void funnels.refetch()} />
        ) : (
          <SkeletonRows rows={8} />
        )}
      </Card>
    );
  }
  const open =
    chosen === NEW ? null : (funnels.data.find((funnel) => funnel.id === chosen) ?? funnels.data[0] ?? null);
  if (!open && chosen !== NEW) {
    return (
      <Card>
        <Empty
          icon={Filter}
          title="No funnels yet"
          className="py-20"
          action={
            user.role !== 'viewer' && (
              <Button look="primary" size="md" onClick={() => setChosen(NEW)}>
                <Plus aria-hidden /> Build a funnel
              </Button>
            )
          }
        >
          A funnel shows how many people take each step of a journey, and where they leave it.
        </Empty>
      </Card>
    );
  }
  return (
    <FunnelWorkbench
      key={`${project.id} ${open?.id ?? NEW}`}
      project={project}
      funnel={open}
      funnels={funnels.data}
      onChoose={setChosen}
    />
  );
}
