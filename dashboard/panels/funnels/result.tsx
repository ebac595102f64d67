'use client';

import type { UseQueryResult } from '@tanstack/react-query';
import { MousePointerClick } from 'lucide-react';
import { useState } from 'react';
import { FunnelBars } from '@/components/charts/funnel-bars';
import { Card, CardHead } from '@/components/ui/card';
import { DataTable } from '@/components/ui/data-table';
import { DataTools } from '@/components/ui/data-tools';
import { Panel } from '@/components/ui/panel';
import { Empty, Skeleton } from '@/components/ui/states';
import type { FunnelAnswer, FunnelDefinition, FunnelStepResult } from '@/lib/api/funnel-types';
import type { Bar } from '@/lib/api/funnels';
import type { Table } from '@/lib/csv';
import type { Question } from '@/lib/filters/question';
import { formatCount, formatValue } from '@/lib/format';
import { biggestDrop } from '@/lib/funnel';
import { useUser } from '@/lib/session';
import { NoDataActions } from '@/panels/overview/no-data';
import { FunnelGroups } from './groups';
import { PeopleSheet } from './people-sheet';

interface ResultProps {
  query: UseQueryResult<FunnelAnswer>;
  definition: FunnelDefinition | null;
  question: Question | null;
  name: string;
}

function tableOf(steps: readonly FunnelStepResult[]): Table {
  return {
    columns: [
      'step',
      'name',
      'count',
      'conversion_from_start',
      'conversion_from_previous',
      'dropped',
      'median_s',
      'mean_s',
    ],
    rows: steps.map((step, index) => [
      index + 1,
      step.name,
      step.count,
      step.conversion_from_start,
      step.conversion_from_previous,
      step.dropped,
      step.median_s,
      step.mean_s,
    ]),
  };
}

export function FunnelResult({ query, definition, question, name }: ResultProps) {
  const user = useUser();
  const [asTable, setAsTable] = useState(false);
  const [bar, setBar] = useState<Bar | null>(null);
  const per = definition?.per ?? 'person';
  if (!definition) {
    return (
      <Card>
        <Empty icon={MousePointerClick} title="Choose the first step" className="min-h-80">
          Name an event in the editor, and the funnel appears here.
        </Empty>
      </Card>
    );
  }
  // Viewers see how many, not who.
  const open = user.role === 'viewer' ? undefined : setBar;
  return (
    <Card aria-labelledby="funnel-title">
      <CardHead
        id="funnel-title"
        title="Steps"
        tools={
          <DataTools
            name={name}
            asTable={asTable}
            onAsTable={setAsTable}
            table={query.data ? tableOf(query.data.steps) : null}
          />
        }
      />
      <Panel
        query={query}
        loading={<Skeleton className="m-4 h-96" />}
        isEmpty={(data) => (data.steps[0]?.count ?? 0) === 0}
        empty={
          <Empty title="Nobody took the first step" className="min-h-80" action={<NoDataActions />}>
            No event in this range matches it. Check the event’s name, or look further back.
          </Empty>
        }
      >
        {(data) => (
          <>
            <Summary steps={data.steps} per={per} />
            {asTable ? <StepTable steps={data.steps} /> : <FunnelBars steps={data.steps} onOpen={open} />}
            {data.groups && definition.breakdown && (
              <FunnelGroups
                groups={data.groups}
                total={data.total_groups ?? data.groups.length}
                dimension={definition.breakdown.dimension}
                onOpen={open}
              />
            )}
          </>
        )}
      </Panel>
      {bar && (
        <PeopleSheet
          bar={bar}
          stepName={query.data?.steps[bar.step - 1]?.name ?? ''}
          definition={definition}
          question={question}
          onClose={() => setBar(null)}
        />
      )}
    </Card>
  );
}

function Summary({ steps, per }: { steps: readonly FunnelStepResult[]; per: string }) {
  const last = steps.at(-1);
  const worst = biggestDrop(steps);
  const lost = worst === null ? undefined : steps[worst];
  return (
    <dl className="flex flex-wrap gap-x-10 gap-y-3 px-4 pt-1 pb-4">
      <div>
        <dt className="text-muted text-xs">Completed</dt>
        <dd className="font-semibold text-2xl tracking-tight">
          {formatValue(last?.conversion_from_start, 'rate')}
        </dd>
        <dd className="text-muted text-xs">
          {formatCount(last?.count ?? 0)} of {formatCount(steps[0]?.count ?? 0)}{' '}
          {per === 'person' ? 'people' : 'in all'}
        </dd>
      </div>
      {worst !== null && lost && (
        <div>
          <dt className="text-muted text-xs">Biggest drop</dt>
          <dd className="font-semibold text-2xl text-bad tracking-tight">−{formatCount(lost.dropped)}</dd>
          <dd className="text-muted text-xs">
            before {worst + 1}. {lost.name}
          </dd>
        </div>
      )}
    </dl>
  );
}

function StepTable({ steps }: { steps: readonly FunnelStepResult[] }) {
  return (
    <DataTable
      caption="Steps of the funnel"
      className="border-line border-t pb-2"
      rows={steps.map((step, index) => ({ ...step, number: index + 1 }))}
      rowKey={(row) => String(row.number)}
      columns={[
        { key: 'name', head: 'Step', cell: (row) => `${row.number}. ${row.name}` },
        { key: 'count', head: 'Reached', align: 'right', cell: (row) => formatCount(row.count) },
        {
          key: 'start',
          head: 'Of the first',
          align: 'right',
          cell: (row) => formatValue(row.conversion_from_start, 'rate'),
        },
        {
          key: 'previous',
          head: 'Of the one before',
          align: 'right',
          cell: (row) => formatValue(row.conversion_from_previous, 'rate'),
        },
        { key: 'dropped', head: 'Dropped', align: 'right', cell: (row) => formatCount(row.dropped) },
        {
          key: 'median',
          head: 'Median time',
          align: 'right',
          cell: (row) => formatValue(row.median_s, 'seconds'),
        },
        { key: 'mean', head: 'Mean time', align: 'right', cell: (row) => formatValue(row.mean_s, 'seconds') },
      ]}
    />
  );
}
