'use client';

import type { UseQueryResult } from '@tanstack/react-query';
import { useState } from 'react';
import { MinuteBars } from '@/components/charts/minute-bars';
import { Card } from '@/components/ui/card';
import { DataTable } from '@/components/ui/data-table';
import { DataTools } from '@/components/ui/data-tools';
import { Panel } from '@/components/ui/panel';
import { Skeleton } from '@/components/ui/states';
import { useCurrentProject } from '@/lib/api/queries';
import type { Realtime } from '@/lib/api/types';
import { formatCount, formatTime } from '@/lib/format';

/** How many people are here now, and the last 30 minutes by minute. */
export function NowPanel({ query }: { query: UseQueryResult<Realtime> }) {
  const [asTable, setAsTable] = useState(false);
  const timezone = useCurrentProject()?.timezone ?? 'UTC';
  const minutes = query.data?.per_minute;
  return (
    <Card aria-label="People now">
      <Panel query={query} loading={<Skeleton className="m-4 h-44" />}>
        {(data) => (
          <div className="grid gap-x-8 gap-y-4 p-4 pt-3.5 sm:grid-cols-[11rem_minmax(0,1fr)]">
            <div>
              <p className="flex items-center gap-2 font-medium text-[0.8125rem] text-muted">
                <span className="relative grid size-2.5 place-items-center" aria-hidden>
                  {data.people_now > 0 && (
                    <span className="absolute size-2.5 animate-ping rounded-full bg-good/50" />
                  )}
                  <span className="size-2 rounded-full bg-good" />
                </span>
                People now
              </p>
              <p className="mt-1 font-semibold text-6xl tracking-tighter" aria-live="off">
                {formatCount(data.people_now)}
              </p>
              <p className="mt-2 text-muted text-xs">with an event in the last 5 minutes</p>
            </div>
            <div className="min-w-0">
              <div className="flex items-center justify-between">
                <p className="font-medium text-[0.8125rem] text-muted">People per minute, last 30 minutes</p>
                <div className="flex">
                  <DataTools
                    name="People per minute"
                    asTable={asTable}
                    onAsTable={setAsTable}
                    table={
                      minutes
                        ? {
                            columns: ['minute', 'people', 'events'],
                            rows: minutes.map((each) => [each.minute, each.people, each.events]),
                          }
                        : null
                    }
                  />
                </div>
              </div>
              {asTable ? (
                <DataTable
                  caption="People and events per minute"
                  className="h-32"
                  rows={[...data.per_minute].reverse()}
                  rowKey={(row) => row.minute}
                  columns={[
                    {
                      key: 'minute',
                      head: 'Minute',
                      cell: (row) => formatTime(row.minute, timezone).slice(0, 5),
                    },
                    { key: 'people', head: 'People', align: 'right', cell: (row) => formatCount(row.people) },
                    { key: 'events', head: 'Events', align: 'right', cell: (row) => formatCount(row.events) },
                  ]}
                />
              ) : (
                <MinuteBars minutes={data.per_minute} timezone={timezone} />
              )}
            </div>
          </div>
        )}
      </Panel>
    </Card>
  );
}
