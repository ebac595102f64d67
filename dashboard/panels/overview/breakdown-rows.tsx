import type { Column } from '@/components/ui/data-table';
import { ValueLabel } from '@/components/value-label';
import type { Breakdown, BreakdownRow, Filter } from '@/lib/api/types';
import type { Table } from '@/lib/csv';
import { formatCount, formatValue } from '@/lib/format';
import { dimensionLabel } from '@/lib/labels';

/** The figure beside the visitors of a row. */
export type SecondColumn = 'conversion_rate' | 'events' | 'bounce_rate';

/** The filter that a clicked row stands for; the row without a value asks for those that have none. */
export function filterForRow(dimension: string, value: string): Filter {
  return value === ''
    ? { dimension, operator: 'not_exists', values: [] }
    : { dimension, operator: 'is', values: [value] };
}

export function breakdownColumns(dimension: string): Column<BreakdownRow>[] {
  return [
    {
      key: 'value',
      head: dimensionLabel(dimension),
      className: 'max-w-72 truncate',
      cell: (row) => <ValueLabel dimension={dimension} value={row.value} />,
    },
    { key: 'visitors', head: 'Visitors', align: 'right', cell: (row) => formatCount(row.visitors) },
    { key: 'sessions', head: 'Sessions', align: 'right', cell: (row) => formatCount(row.sessions) },
    { key: 'pageviews', head: 'Page views', align: 'right', cell: (row) => formatCount(row.pageviews) },
    { key: 'events', head: 'Events', align: 'right', cell: (row) => formatCount(row.events) },
    { key: 'bounce', head: 'Bounce', align: 'right', cell: (row) => formatValue(row.bounce_rate, 'rate') },
    {
      key: 'conversion',
      head: 'Conversion',
      align: 'right',
      cell: (row) => formatValue(row.conversion_rate, 'rate'),
    },
  ];
}

/** The raw figures, unrounded, as they go into a file. */
export function breakdownTable(data: Breakdown): Table {
  return {
    columns: [
      data.dimension,
      'visitors',
      'sessions',
      'pageviews',
      'events',
      'bounce_rate',
      'conversion_rate',
    ],
    rows: data.rows.map((row) => [
      row.value,
      row.visitors,
      row.sessions,
      row.pageviews,
      row.events,
      row.bounce_rate,
      row.conversion_rate,
    ]),
  };
}
