'use client';

import type { UseQueryResult } from '@tanstack/react-query';
import { Card, CardHead } from '@/components/ui/card';
import { Panel } from '@/components/ui/panel';
import { Empty, SkeletonRows } from '@/components/ui/states';
import { ValueLabel } from '@/components/value-label';
import type { Realtime } from '@/lib/api/types';
import { formatCount } from '@/lib/format';

interface Top {
  value: string;
  count: number;
}

/** Where people are in the last half hour: pages, events, countries. */
export function TopLists({ query }: { query: UseQueryResult<Realtime> }) {
  return (
    <div className="grid content-start gap-4 md:grid-cols-3 xl:grid-cols-1">
      <TopCard
        query={query}
        title="Pages"
        unit="People"
        dimension="page_path"
        pick={(data) => data.top_pages.map(({ value, people }) => ({ value, count: people }))}
      />
      <TopCard
        query={query}
        title="Events"
        unit="Events"
        dimension="event_name"
        pick={(data) => data.top_events.map(({ value, events }) => ({ value, count: events }))}
      />
      <TopCard
        query={query}
        title="Countries"
        unit="People"
        dimension="country"
        pick={(data) => data.countries.map(({ value, people }) => ({ value, count: people }))}
      />
    </div>
  );
}

interface TopCardProps {
  query: UseQueryResult<Realtime>;
  title: string;
  unit: string;
  dimension: string;
  pick: (data: Realtime) => Top[];
}

function TopCard({ query, title, unit, dimension, pick }: TopCardProps) {
  return (
    <Card aria-label={`Top ${title.toLowerCase()}`}>
      <CardHead title={title} tools={<span className="pr-1 text-muted text-xs">{unit}, 30 min</span>} />
      <Panel
        query={query}
        loading={<SkeletonRows rows={4} />}
        isEmpty={(data) => pick(data).length === 0}
        empty={<Empty title="Quiet" className="py-6" />}
      >
        {(data) => <Bars dimension={dimension} rows={pick(data).slice(0, 7)} />}
      </Panel>
    </Card>
  );
}

function Bars({ dimension, rows }: { dimension: string; rows: Top[] }) {
  const top = Math.max(1, ...rows.map((row) => row.count));
  return (
    <ol className="px-2 pb-3">
      {rows.map((row) => (
        <li key={row.value} className="relative flex h-8 items-center gap-3 px-2 text-[0.8125rem]">
          <span
            aria-hidden
            className="absolute inset-y-0.5 left-0 rounded-md bg-accent-soft transition-[width] duration-500"
            style={{ width: `${(row.count / top) * 100}%` }}
          />
          <span className="relative min-w-0 flex-1">
            <ValueLabel dimension={dimension} value={row.value} />
          </span>
          <span className="relative font-medium">{formatCount(row.count)}</span>
        </li>
      ))}
    </ol>
  );
}
