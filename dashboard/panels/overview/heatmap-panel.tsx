'use client';

import { useState } from 'react';
import { DAYS, HeatGrid } from '@/components/charts/heat-grid';
import { Card, CardHead } from '@/components/ui/card';
import { DataTools } from '@/components/ui/data-tools';
import { Panel } from '@/components/ui/panel';
import { Empty, Skeleton } from '@/components/ui/states';
import { Segments } from '@/components/ui/tabs';
import { useHeatmap } from '@/lib/api/queries';
import type { HeatmapMetric } from '@/lib/api/types';
import { useQuestion } from '@/lib/filters/question';

const METRIC_CHOICES = [
  { key: 'visitors', label: 'Visitors' },
  { key: 'sessions', label: 'Sessions' },
  { key: 'events', label: 'Events' },
] as const;

export function HeatmapPanel() {
  const [metric, setMetric] = useState<HeatmapMetric>('visitors');
  const [asTable, setAsTable] = useState(false);
  const query = useHeatmap(useQuestion(), metric);
  return (
    <Card aria-labelledby="heat-title">
      <CardHead
        id="heat-title"
        title="When people come"
        note={query.data && `Day and hour in ${query.data.timezone.replaceAll('_', ' ')}`}
        tools={
          <>
            <Segments label="Count" value={metric} onChange={setMetric} options={METRIC_CHOICES} />
            <DataTools
              name="When people come"
              asTable={asTable}
              onAsTable={setAsTable}
              table={
                query.data
                  ? {
                      columns: ['day', ...Array.from({ length: 24 }, (_, hour) => `${hour}:00`)],
                      rows: query.data.cells.map((row, day) => [DAYS[day], ...row]),
                    }
                  : null
              }
            />
          </>
        }
      />
      <Panel
        query={query}
        loading={<Skeleton className="m-4 h-56" />}
        isEmpty={(data) => data.cells.every((row) => row.every((count) => count === 0))}
        empty={<Empty title="Nothing in this range" className="h-56" />}
      >
        {(data) => <HeatGrid cells={data.cells} unit={data.metric} numbers={asTable} />}
      </Panel>
    </Card>
  );
}
