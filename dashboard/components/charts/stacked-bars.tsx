import { formatCompact } from '@/lib/format';

interface StackedBarsProps {
  label: string;
  parts: readonly { label: string; colour: string }[];
  bars: readonly { key: string; title: string; values: readonly number[] }[];
}

/** Bars over time, each made of parts; the table view has the numbers. */
export function StackedBars({ label, parts, bars }: StackedBarsProps) {
  const totals = bars.map((bar) => bar.values.reduce((sum, value) => sum + value, 0));
  const top = Math.max(1, ...totals);
  return (
    <figure role="img" aria-label={`${label}, at most ${formatCompact(top)} in one`}>
      <div className="relative mt-3 flex h-44 items-end gap-px border-line-strong border-b pr-12">
        <span
          className="absolute inset-x-0 top-0 border-line border-t text-right text-2xs text-muted"
          aria-hidden
        >
          {formatCompact(top)}
        </span>
        {bars.map((bar, index) => (
          <span
            key={bar.key}
            title={`${bar.title}: ${parts
              .map((part, at) => `${formatCompact(bar.values[at] ?? 0)} ${part.label.toLowerCase()}`)
              .filter((_, at) => (bar.values[at] ?? 0) > 0)
              .join(', ')}`}
            className="group relative flex h-full min-w-0 flex-1 flex-col-reverse hover:bg-sunken"
          >
            {parts.map((part, at) => {
              const value = bar.values[at] ?? 0;
              return value > 0 ? (
                <span
                  key={part.label}
                  className="w-full shrink-0 last:rounded-t-[2px]"
                  style={{ height: `${Math.max(0.8, (value / top) * 100)}%`, background: part.colour }}
                />
              ) : null;
            })}
            {(totals[index] ?? 0) === 0 && <span className="h-px w-full bg-line" />}
          </span>
        ))}
      </div>
      <div className="mt-1 flex justify-between pr-12 text-2xs text-muted" aria-hidden>
        <span>{bars[0]?.title}</span>
        <span>{bars.at(-1)?.title}</span>
      </div>
    </figure>
  );
}
