'use client';

import { BarChart3, Download, Table2 } from 'lucide-react';
import { Button } from '@/components/ui/button';
import { Tip } from '@/components/ui/overlay';
import { mayExport } from '@/lib/access';
import { downloadCsv, type Table } from '@/lib/csv';
import { useUser } from '@/lib/session';

interface DataToolsProps {
  name: string;
  asTable: boolean;
  onAsTable: (asTable: boolean) => void;
  table: Table | null;
}

/** What every chart has: a switch to its numbers as a table, and those numbers as a file for who may export. */
export function DataTools({ name, asTable, onAsTable, table }: DataToolsProps) {
  const { role } = useUser();
  return (
    <>
      <Tip text={asTable ? 'Show as a chart' : 'Show as a table'}>
        <Button
          look="ghost"
          size="icon"
          aria-label={`Show ${name} as a table`}
          aria-pressed={asTable}
          onClick={() => onAsTable(!asTable)}
        >
          {asTable ? <BarChart3 aria-hidden /> : <Table2 aria-hidden />}
        </Button>
      </Tip>
      {mayExport(role) && (
        <Tip text="Download as CSV">
          <Button
            look="ghost"
            size="icon"
            aria-label={`Download ${name} as CSV`}
            disabled={!table}
            onClick={() => table && downloadCsv(name, table)}
          >
            <Download aria-hidden />
          </Button>
        </Tip>
      )}
    </>
  );
}
