'use client';

import type { UseQueryResult } from '@tanstack/react-query';
import { CalendarX2 } from 'lucide-react';
import dynamic from 'next/dynamic';
import { useDeferredValue, useState } from 'react';
import { DataTable } from '@/components/ui/data-table';
import { DataTools } from '@/components/ui/data-tools';
import { Panel } from '@/components/ui/panel';
import { Empty, Skeleton } from '@/components/ui/states';
import { Segments } from '@/components/ui/tabs';
import type { Interval, Overview, Series, Timeseries } from '@/lib/api/types';
import type { Table } from '@/lib/csv';
import type { Question } from '@/lib/filters/question';
import { intervalsFor } from '@/lib/filters/range';
import { useFilters } from '@/lib/filters/store';
import { formatBucket, formatValue } from '@/lib/format';
import { METRICS } from '@/lib/labels';
import { NoDataActions } from './no-data';

const TrendChart = dynamic(
  () => import('@/components/charts/trend-chart').then((module) => module.TrendChart),
  {
    ssr: false,
    loading: () => <Skeleton className="h-72 w-full" />,
  },
);

const INTERVALS: readonly { key: Interval; label: string }[] = [
  { key: 'hour', label: 'Hour' },
  { key: 'day', label: 'Day' },
  { key: 'week', label: 'Week' },
  { key: 'month', label: 'Month' },
];

interface TrendPanelProps {
  query: UseQueryResult<Timeseries>;
  question: Question | null;
  /** The interval that is asked for; the answer on screen may still be of another one. */
  chosen: Interval;
  overview: Overview | undefined;
}

function tableOf(series: Series, interval: Interval): Table {
  const label = METRICS[series.metric].label;
  return {
    columns: ['Bucket', label, ...(series.previous ? [`${label} before`] : [])],
    rows: series.points.map((point, index) => [
      interval === 'hour' ? point.bucket : point.bucket.slice(0, 10),
      point.value,
      ...(series.previous ? [series.previous[index]?.value] : []),
    ]),
  };
}

export function TrendPanel({ query, question, chosen, overview }: TrendPanelProps) {
  // The card that was picked answers at once; the chart follows when the browser has time.
  const metric = useDeferredValue(useFilters((state) => state.metric));
  const setInterval = useFilters((state) => state.setInterval);
  const [asTable, setAsTable] = useState(false);
  const words = METRICS[metric];
  const series = query.data?.series.find((each) => each.metric === metric);
  const interval = query.data?.interval ?? 'day';
  const fitting = intervalsFor(question?.days ?? 30);
  const nothing = overview?.metrics.events?.value === 0 || overview?.metrics.sessions?.value === 0;
  return (
    <div className="px-2 pt-3 pb-3 sm:px-4">
      <div className="flex flex-wrap items-center justify-between gap-2 px-2 sm:px-0">
        <h2 className="font-semibold text-[0.9375rem] tracking-tight">
          {words.label} <span className="font-normal text-muted">by {chosen}</span>
        </h2>
        <div className="flex items-center gap-1">
          <Segments
            label="Interval"
            value={chosen}
            onChange={setInterval}
            options={INTERVALS.filter(({ key }) => fitting.includes(key))}
          />
          <DataTools
            name={`${words.label} by ${interval}`}
            asTable={asTable}
            onAsTable={setAsTable}
            table={series ? tableOf(series, interval) : null}
          />
        </div>
      </div>
      <Panel
        query={query}
        loading={<Skeleton className="mt-4 h-72 w-full" />}
        isEmpty={() => nothing}
        empty={
          <Empty icon={CalendarX2} title="Nothing happened here" className="h-72" action={<NoDataActions />}>
            No events match this range and these filters.
          </Empty>
        }
      >
        {({ timezone }) =>
          series ? (
            asTable ? (
              <DataTable
                caption={`${words.label} by ${interval}`}
                className="mt-3 h-72"
                rows={series.points.map((point, index) => ({
                  ...point,
                  before: series.previous?.[index]?.value,
                }))}
                rowKey={(row) => row.bucket}
                columns={[
                  {
                    key: 'bucket',
                    head: interval[0]?.toUpperCase() + interval.slice(1),
                    cell: (row) =>
                      formatBucket(row.bucket, interval, true) + (row.incomplete ? ' (not over yet)' : ''),
                  },
                  {
                    key: 'value',
                    head: words.label,
                    align: 'right',
                    cell: (row) => formatValue(row.value, words.unit),
                  },
                  ...(series.previous
                    ? [
                        {
                          key: 'before',
                          head: 'Before',
                          align: 'right' as const,
                          cell: (row: { before?: number | null }) => formatValue(row.before, words.unit),
                        },
                      ]
                    : []),
                ]}
              />
            ) : (
              <TrendChart
                series={series}
                interval={interval}
                label={words.label}
                unit={words.unit}
                timezone={timezone}
              />
            )
          ) : (
            <Empty title="This metric has no series" className="h-72" />
          )
        }
      </Panel>
    </div>
  );
}
