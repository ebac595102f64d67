'use client';

import { Button } from '@/components/ui/button';
import { useFilters } from '@/lib/filters/store';

/** Ways out of an empty view. */
export function NoDataActions() {
  const { filters, range, clearFilters, setRange } = useFilters();
  const widest = range.kind === 'preset' && range.preset === '12m';
  return (
    <>
      {filters.length > 0 && <Button onClick={clearFilters}>Clear the filters</Button>}
      {!widest && (
        <Button onClick={() => setRange({ kind: 'preset', preset: '12m' })}>Look at 12 months</Button>
      )}
    </>
  );
}
