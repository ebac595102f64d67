'use client';

import { ChevronLeft, ChevronRight, Download } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { DataTable } from '@/components/ui/data-table';
import { Modal } from '@/components/ui/overlay';
import { Panel } from '@/components/ui/panel';
import { SkeletonRows } from '@/components/ui/states';
import { mayExport } from '@/lib/access';
import { useBreakdown } from '@/lib/api/queries';
import { downloadCsv } from '@/lib/csv';
import { useQuestion } from '@/lib/filters/question';
import { formatCount } from '@/lib/format';
import { dimensionLabel } from '@/lib/labels';
import { useUser } from '@/lib/session';
import { breakdownColumns, breakdownTable } from './breakdown-rows';

const PAGE = 50;

interface BreakdownDetailsProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  dimension: string;
}

/** Every value of a dimension with every measure, fifty at a time. */
export function BreakdownDetails({ open, onOpenChange, dimension }: BreakdownDetailsProps) {
  return (
    <Modal
      open={open}
      onOpenChange={onOpenChange}
      title={dimensionLabel(dimension)}
      about="All values in this range, most visitors first"
      className="w-[56rem]"
    >
      <Pages key={dimension} dimension={dimension} />
    </Modal>
  );
}

function Pages({ dimension }: { dimension: string }) {
  const [offset, setOffset] = useState(0);
  const { role } = useUser();
  const query = useBreakdown(useQuestion(), dimension, { limit: PAGE, offset });
  const total = query.data?.total_rows ?? 0;
  return (
    <>
      <Panel query={query} loading={<SkeletonRows rows={8} />}>
        {(data) => (
          <DataTable
            caption={`${dimensionLabel(dimension)}, all measures`}
            columns={breakdownColumns(dimension)}
            rows={data.rows}
            rowKey={(row) => row.value}
            className="-mx-5 max-h-[60dvh] border-line border-y"
          />
        )}
      </Panel>
      <div className="flex flex-wrap items-center justify-between gap-2 pt-3">
        <p className="text-muted text-xs">
          {total > 0 &&
            `${formatCount(offset + 1)} to ${formatCount(Math.min(offset + PAGE, total))} of ${formatCount(total)}`}
        </p>
        <div className="flex gap-1.5">
          {mayExport(role) && (
            <Button
              disabled={!query.data}
              onClick={() => query.data && downloadCsv(dimension, breakdownTable(query.data))}
            >
              <Download aria-hidden /> CSV
            </Button>
          )}
          <Button disabled={offset === 0} onClick={() => setOffset(Math.max(0, offset - PAGE))}>
            <ChevronLeft aria-hidden /> Before
          </Button>
          <Button disabled={offset + PAGE >= total} onClick={() => setOffset(offset + PAGE)}>
            Next <ChevronRight aria-hidden />
          </Button>
        </div>
      </div>
    </>
  );
}
