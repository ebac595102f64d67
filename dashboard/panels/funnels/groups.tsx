'use client';

import { DataTable } from '@/components/ui/data-table';
import { ValueLabel } from '@/components/value-label';
import type { FunnelGroup } from '@/lib/api/funnel-types';
import type { Bar } from '@/lib/api/funnels';
import { formatCount, formatValue } from '@/lib/format';
import { dimensionLabel } from '@/lib/labels';

interface GroupsProps {
  groups: readonly FunnelGroup[];
  total: number;
  dimension: string;
  onOpen?: (bar: Bar) => void;
}

/** The same funnel for each value of the breakdown: who started, each step's share, who completed. */
export function FunnelGroups({ groups, total, dimension, onOpen }: GroupsProps) {
  const label = dimensionLabel(dimension);
  const names = groups[0]?.steps.map((step) => step.name) ?? [];
  return (
    <div className="border-line border-t">
      <h3 className="px-4 pt-3 pb-1 font-medium text-[0.8125rem]">
        By {label.toLowerCase()}
        {total > groups.length && (
          <span className="font-normal text-muted">
            {' '}
            · the {groups.length} largest of {formatCount(total)}
          </span>
        )}
      </h3>
      <DataTable
        caption={`The funnel by ${label.toLowerCase()}`}
        className="pb-2"
        rows={groups}
        rowKey={(group) => group.value}
        columns={[
          {
            key: 'value',
            head: label,
            cell: (group) => <ValueLabel dimension={dimension} value={group.value} />,
          },
          {
            key: 'started',
            head: 'Started',
            align: 'right',
            cell: (group) => formatCount(group.steps[0]?.count ?? 0),
          },
          ...names.slice(1).map((name, index) => ({
            key: `${index} ${name}`,
            head: `${index + 2}. ${name}`,
            align: 'right' as const,
            cell: (group: FunnelGroup) => <Share group={group} step={index + 2} onOpen={onOpen} />,
          })),
        ]}
      />
    </div>
  );
}

function Share({ group, step, onOpen }: { group: FunnelGroup; step: number; onOpen?: (bar: Bar) => void }) {
  const result = group.steps[step - 1];
  const share = result?.conversion_from_start ?? 0;
  const text = formatValue(result?.conversion_from_start, 'rate');
  return (
    <span
      className="-my-1 inline-block min-w-14 rounded px-1.5 py-1"
      style={{ background: `color-mix(in srgb, var(--accent) ${Math.round(share * 30)}%, transparent)` }}
    >
      {onOpen && result && result.count > 0 ? (
        <button
          type="button"
          className="hover:underline"
          onClick={() => onOpen({ step, outcome: 'reached', group: group.value })}
        >
          {text}
          <span className="sr-only">, show the {formatCount(result.count)} behind it</span>
        </button>
      ) : (
        text
      )}
    </span>
  );
}
