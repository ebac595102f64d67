'use client';

import { Maximize2 } from 'lucide-react';
import { useState } from 'react';
import { BarList } from '@/components/bar-list';
import { Button } from '@/components/ui/button';
import { Card } from '@/components/ui/card';
import { DataTable } from '@/components/ui/data-table';
import { DataTools } from '@/components/ui/data-tools';
import { Panel } from '@/components/ui/panel';
import { Empty, SkeletonRows } from '@/components/ui/states';
import { TabbedCard } from '@/components/ui/tabs';
import { useBreakdown } from '@/lib/api/queries';
import type { Breakdown } from '@/lib/api/types';
import { useQuestion } from '@/lib/filters/question';
import { useFilters } from '@/lib/filters/store';
import { formatCount } from '@/lib/format';
import { dimensionLabel } from '@/lib/labels';
import { BreakdownDetails } from './breakdown-details';
import { breakdownColumns, breakdownTable, filterForRow, type SecondColumn } from './breakdown-rows';

export interface BreakdownTab {
  dimension: string;
  label: string;
  second?: SecondColumn;
  /** What to do so that rows appear, when there are none. */
  hint?: string;
}

interface BreakdownCardProps {
  label: string;
  tabs: readonly [BreakdownTab, ...BreakdownTab[]];
}

/** Top values of a few related dimensions, one tab each; a row is a filter waiting to be clicked. */
export function BreakdownCard({ label, tabs }: BreakdownCardProps) {
  const [key, setKey] = useState(tabs[0].dimension);
  const [asTable, setAsTable] = useState(false);
  const [details, setDetails] = useState(false);
  const tab = tabs.find((each) => each.dimension === key) ?? tabs[0];
  const query = useBreakdown(useQuestion(), tab.dimension, {
    order: tab.second === 'events' ? 'events' : 'visitors',
  });
  const current = query.isPlaceholderData ? undefined : query.data;
  return (
    <Card aria-label={label} className="flex flex-col">
      <TabbedCard
        label={label}
        value={tab.dimension}
        onChange={setKey}
        tabs={tabs.map((each) => ({ key: each.dimension, label: each.label }))}
        tools={
          <DataTools
            name={`${label}: ${tab.label}`}
            asTable={asTable}
            onAsTable={setAsTable}
            table={current ? breakdownTable(current) : null}
          />
        }
        className="flex-1"
      >
        <Panel
          query={query}
          loading={<SkeletonRows />}
          isEmpty={(data) => data.rows.length === 0}
          empty={
            <Empty
              title={`No ${dimensionLabel(tab.dimension).toLowerCase()} in this range`}
              className="min-h-72"
            >
              {tab.hint ?? 'Try a longer range, or fewer filters.'}
            </Empty>
          }
        >
          {(data) => <Rows data={data} asTable={asTable} second={tab.second ?? 'conversion_rate'} />}
        </Panel>
      </TabbedCard>
      <div className="flex h-11 items-center px-2">
        {current && current.total_rows > current.rows.length && (
          <Button look="ghost" onClick={() => setDetails(true)}>
            <Maximize2 aria-hidden /> All {formatCount(current.total_rows)}
          </Button>
        )}
      </div>
      <BreakdownDetails open={details} onOpenChange={setDetails} dimension={tab.dimension} />
    </Card>
  );
}

function Rows({ data, asTable, second }: { data: Breakdown; asTable: boolean; second: SecondColumn }) {
  const addFilter = useFilters((state) => state.addFilter);
  if (asTable) {
    return (
      <DataTable
        caption={`${dimensionLabel(data.dimension)}, all measures`}
        columns={breakdownColumns(data.dimension)}
        rows={data.rows}
        rowKey={(row) => row.value}
        className="h-80"
      />
    );
  }
  return (
    <BarList
      dimension={data.dimension}
      rows={data.rows}
      second={second}
      onPick={(value) => addFilter(filterForRow(data.dimension, value))}
    />
  );
}
