'use client';

import { ChevronRight } from 'lucide-react';
import { Badge } from '@/components/badge';
import { Panel } from '@/components/ui/panel';
import { SkeletonRows } from '@/components/ui/states';
import { type Erasure, useErasures } from '@/lib/api/privacy';
import type { Project } from '@/lib/api/types';
import { formatCount, formatTime } from '@/lib/format';
import { countsOf, ReceiptTable } from './receipt-table';
import { Section } from './section';

export function ErasuresPanel({ project }: { project: Project }) {
  const erasures = useErasures(project.id);
  return (
    <Section title="Receipts" about="Of every erasure in this project. They name nobody.">
      <Panel
        query={erasures}
        loading={<SkeletonRows rows={2} />}
        isEmpty={(list) => list.length === 0}
        empty={<p className="text-[0.8125rem] text-muted">Nobody was erased yet.</p>}
      >
        {(list) => (
          <ol aria-label="Receipts" className="max-w-2xl divide-y divide-line rounded-lg border border-line">
            {list.map((erasure) => (
              <Row key={erasure.id} erasure={erasure} timezone={project.timezone} />
            ))}
          </ol>
        )}
      </Panel>
    </Section>
  );
}

function Row({ erasure, timezone }: { erasure: Erasure; timezone: string }) {
  const counts = countsOf(erasure.receipt);
  const when = formatTime(erasure.erased_at, timezone, true);
  if (!counts || !erasure.finished_at) {
    return (
      <li className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3.5 py-2.5 text-[0.8125rem]">
        <span className="tabular-nums">{when}</span>
        <Badge tone="bad">Not finished</Badge>
        <span className="text-muted text-xs">It was broken off: erase the same person again.</span>
      </li>
    );
  }
  return (
    <li>
      <details className="group">
        <summary className="flex cursor-pointer list-none items-center gap-2 px-3.5 py-2.5 text-[0.8125rem] hover:bg-sunken [&::-webkit-details-marker]:hidden">
          <ChevronRight
            className="size-4 shrink-0 text-muted transition-transform group-open:rotate-90"
            aria-hidden
          />
          <span className="tabular-nums">{when}</span>
          <span className="ml-auto text-muted text-xs tabular-nums">
            {formatCount(counts.events.before)} {counts.events.before === 1 ? 'event' : 'events'}
          </span>
        </summary>
        <div className="px-3.5 pb-3">
          <ReceiptTable id={erasure.id} at={erasure.finished_at} timezone={timezone} counts={counts} />
        </div>
      </details>
    </li>
  );
}
