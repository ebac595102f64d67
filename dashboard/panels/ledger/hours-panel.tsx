'use client';

import { useState } from 'react';
import { StackedBars } from '@/components/charts/stacked-bars';
import { DataTable } from '@/components/ui/data-table';
import { DataTools } from '@/components/ui/data-tools';
import type { Ledger } from '@/lib/api/types';
import { formatCount, formatTime } from '@/lib/format';
import { hoursOf, SHARES, shareOf } from '@/lib/ledger';

/** The equation hour by hour. */
export function HoursPanel({ ledger, timezone }: { ledger: Ledger; timezone: string }) {
  const [asTable, setAsTable] = useState(false);
  const hours = hoursOf(ledger);
  const clock = (iso: string) => formatTime(iso, timezone, true).slice(0, -3);
  return (
    <div className="border-line border-t px-4 py-3">
      <div className="flex items-center justify-between">
        <h3 className="font-medium text-[0.8125rem]">Received by hour</h3>
        <div className="flex">
          <DataTools
            name="Ledger by hour"
            asTable={asTable}
            onAsTable={setAsTable}
            table={{
              columns: ['hour', 'received', ...SHARES.map((share) => share.key), 'gap'],
              rows: hours.map(({ at, line }) => [
                at,
                line?.received ?? 0,
                ...SHARES.map((share) => (line ? shareOf(line, share.key) : 0)),
                line?.gap ?? 0,
              ]),
            }}
          />
        </div>
      </div>
      {asTable ? (
        <DataTable
          caption="The ledger by hour"
          className="-mx-4 h-72"
          rows={hours.filter(({ line }) => line !== null).reverse()}
          rowKey={(row) => row.at}
          columns={[
            { key: 'at', head: 'Hour', cell: (row) => clock(row.at) },
            {
              key: 'received',
              head: 'Received',
              align: 'right',
              cell: (row) => formatCount(row.line?.received ?? 0),
            },
            ...SHARES.map((share) => ({
              key: share.key,
              head: share.label,
              align: 'right' as const,
              cell: (row: (typeof hours)[number]) => formatCount(row.line ? shareOf(row.line, share.key) : 0),
            })),
            { key: 'gap', head: 'Gap', align: 'right', cell: (row) => formatCount(row.line?.gap ?? 0) },
          ]}
        />
      ) : (
        <StackedBars
          label={`Events received by hour, ${hours.length} hours`}
          parts={SHARES.map(({ label, colour }) => ({ label, colour }))}
          bars={hours.map(({ at, line }) => ({
            key: at,
            title: clock(at),
            values: SHARES.map((share) => (line ? shareOf(line, share.key) : 0)),
          }))}
        />
      )}
    </div>
  );
}
