import { ListFilter } from 'lucide-react';
import { formatCompact, formatValue } from '@/lib/format';
import { dimensionLabel, METRICS } from '@/lib/labels';
import { ValueLabel } from './value-label';

export interface BarRow {
  value: string;
  visitors: number;
  events: number;
  bounce_rate: number | null;
  conversion_rate: number | null;
}

interface BarListProps {
  dimension: string;
  rows: readonly BarRow[];
  second: 'conversion_rate' | 'events' | 'bounce_rate';
  onPick: (value: string) => void;
}

/** Values with bars to scale; picking a row filters by it. */
export function BarList({ dimension, rows, second, onPick }: BarListProps) {
  const leading = second === 'events' ? 'events' : 'visitors';
  const trailing = second === 'events' ? 'visitors' : second;
  const top = Math.max(1, ...rows.map((row) => row[leading]));
  return (
    <div className="px-2 pt-2">
      <div className="flex h-7 items-center gap-3 px-2 text-muted text-xs" aria-hidden>
        <span className="flex-1">{dimensionLabel(dimension)}</span>
        <span className="w-16 text-right">{METRICS[leading].label}</span>
        <span className="w-20 text-right">{METRICS[trailing].label}</span>
      </div>
      <ol>
        {rows.map((row) => (
          <li key={row.value}>
            <button
              type="button"
              onClick={() => onPick(row.value)}
              className="-outline-offset-2 group relative flex h-8 w-full items-center gap-3 rounded-lg px-2 text-left text-[0.8125rem] hover:bg-sunken/70"
            >
              <span
                aria-hidden
                className="absolute inset-y-0.5 left-0 rounded-md bg-accent-soft transition-[width] duration-300 group-hover:bg-accent/20"
                style={{ width: `${Math.max(0.6, (row[leading] / top) * 100)}%` }}
              />
              <span className="relative flex min-w-0 flex-1 items-center gap-2">
                <ValueLabel dimension={dimension} value={row.value} />
                <ListFilter
                  className="size-3.5 shrink-0 text-accent opacity-0 group-hover:opacity-100 group-focus-visible:opacity-100"
                  aria-hidden
                />
              </span>
              <span className="relative w-16 text-right font-medium">
                {formatCompact(row[leading])}
                <span className="sr-only"> {METRICS[leading].label.toLowerCase()}, </span>
              </span>
              <span className="relative w-20 text-right text-muted">
                {formatValue(row[trailing], METRICS[trailing].unit, true)}
                <span className="sr-only"> {METRICS[trailing].label.toLowerCase()}. Filter by it</span>
              </span>
            </button>
          </li>
        ))}
      </ol>
    </div>
  );
}
