'use client';

/** A series over time against its comparison. Loaded on demand: Recharts weighs more than the rest of the page. */
import { useId } from 'react';
import {
  Area,
  CartesianGrid,
  ComposedChart,
  Line,
  ResponsiveContainer,
  Tooltip,
  XAxis,
  YAxis,
} from 'recharts';
import type { Interval, Series } from '@/lib/api/types';
import {
  changeOf,
  formatBucket,
  formatCompact,
  formatRate,
  formatSeconds,
  formatValue,
  type Unit,
} from '@/lib/format';

interface Spot {
  bucket: string;
  previousBucket: string | null;
  /** The value where its bucket is over; the dashed tail shares its first spot with this line's last. */
  closed: number | null;
  open: number | null;
  value: number | null;
  previous: number | null;
  incomplete: boolean;
}

/** The comparison, unless nothing at all happened then: a flat line at zero compares with nothing. */
function comparison(series: Series): Series['previous'] {
  return series.previous?.some((point) => point.value) ? series.previous : null;
}

export function spotsOf(series: Series): Spot[] {
  const before = comparison(series);
  return series.points.map((point, index) => {
    const nextOpen = series.points[index + 1]?.incomplete === true;
    return {
      bucket: point.bucket,
      previousBucket: before?.[index]?.bucket ?? null,
      closed: point.incomplete ? null : point.value,
      open: point.incomplete || nextOpen ? point.value : null,
      value: point.value,
      previous: before?.[index]?.value ?? null,
      incomplete: point.incomplete,
    };
  });
}

interface TrendChartProps {
  series: Series;
  interval: Interval;
  label: string;
  unit: Unit;
  timezone: string;
}

function tickOf(unit: Unit): (value: number) => string {
  if (unit === 'rate') return (value) => formatRate(value).replace('.0%', '%');
  if (unit === 'seconds') return formatSeconds;
  return formatCompact;
}

export function TrendChart({ series, interval, label, unit, timezone }: TrendChartProps) {
  const gradient = useId();
  const spots = spotsOf(series);
  const single = spots.length === 1;
  const tick = tickOf(unit);
  // A digit at 11 px is about 6.5 px wide; the top tick is at most a tenth above the top value.
  const top = Math.max(0, ...spots.flatMap((spot) => [spot.value ?? 0, spot.previous ?? 0]));
  const axisWidth =
    14 +
    6.5 *
      Math.max(unit === 'rate' ? 5 : 2, tick(unit === 'count' ? Math.round(top * 1.1) : top * 1.1).length);
  return (
    <figure className="mt-3">
      <div className="h-72">
        <ResponsiveContainer width="100%" height="100%" initialDimension={{ width: 600, height: 288 }}>
          <ComposedChart
            data={spots}
            margin={{ top: 8, right: 8, bottom: 0, left: 0 }}
            title={`${label} by ${interval}`}
          >
            <defs>
              <linearGradient id={gradient} x1="0" y1="0" x2="0" y2="1">
                <stop offset="0%" stopColor="var(--accent)" stopOpacity={0.2} />
                <stop offset="100%" stopColor="var(--accent)" stopOpacity={0} />
              </linearGradient>
            </defs>
            <CartesianGrid vertical={false} stroke="var(--line)" />
            <XAxis
              dataKey="bucket"
              tickFormatter={(bucket: string) => formatBucket(bucket, interval)}
              tick={{ fontSize: 11, fill: 'var(--muted)' }}
              tickLine={false}
              axisLine={{ stroke: 'var(--line-strong)' }}
              minTickGap={40}
              tickMargin={8}
            />
            <YAxis
              width={axisWidth}
              tickFormatter={tick}
              tick={{ fontSize: 11, fill: 'var(--muted)' }}
              tickLine={false}
              axisLine={false}
              allowDecimals={unit !== 'count'}
              domain={[0, unit === 'rate' ? (top: number) => Math.min(1, Math.max(top * 1.1, 0.01)) : 'auto']}
            />
            <Tooltip
              isAnimationActive={false}
              cursor={{ stroke: 'var(--line-strong)' }}
              content={({ active, payload }) => {
                const spot = payload?.[0]?.payload as Spot | undefined;
                if (!active || !spot) return null;
                return <SpotTip spot={spot} interval={interval} label={label} unit={unit} />;
              }}
            />
            <Line
              dataKey="previous"
              stroke="var(--previous)"
              strokeWidth={1.5}
              strokeDasharray="4 4"
              dot={single}
              activeDot={{ r: 3, fill: 'var(--previous)', stroke: 'var(--surface)' }}
              type="monotone"
              isAnimationActive={false}
            />
            <Area
              dataKey="value"
              type="monotone"
              stroke="none"
              fill={`url(#${gradient})`}
              isAnimationActive={false}
              activeDot={{ r: 4, fill: 'var(--accent)', stroke: 'var(--surface)', strokeWidth: 2 }}
            />
            <Line
              dataKey="closed"
              type="monotone"
              stroke="var(--accent)"
              strokeWidth={2}
              dot={single && { r: 4, fill: 'var(--accent)' }}
              activeDot={false}
              isAnimationActive={false}
            />
            <Line
              dataKey="open"
              type="monotone"
              stroke="var(--accent)"
              strokeWidth={2}
              strokeDasharray="3 4"
              dot={single && { r: 4, fill: 'var(--surface)', stroke: 'var(--accent)' }}
              activeDot={false}
              isAnimationActive={false}
            />
          </ComposedChart>
        </ResponsiveContainer>
      </div>
      <figcaption className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1 px-2 text-muted text-xs">
        <Key line="solid" text="This period" />
        {comparison(series) && <Key line="previous" text="Before" />}
        {spots.some((spot) => spot.incomplete) && <Key line="dashed" text="Not over yet" />}
        <span className="ml-auto">{timezone.replaceAll('_', ' ')}</span>
      </figcaption>
    </figure>
  );
}

function Key({ line, text }: { line: 'solid' | 'dashed' | 'previous'; text: string }) {
  return (
    <span className="inline-flex items-center gap-1.5">
      <svg width="18" height="4" aria-hidden="true">
        <line
          x1="0"
          x2="18"
          y1="2"
          y2="2"
          stroke={line === 'previous' ? 'var(--previous)' : 'var(--accent)'}
          strokeWidth="2"
          strokeDasharray={line === 'solid' ? undefined : '3 3'}
        />
      </svg>
      {text}
    </span>
  );
}

function SpotTip({
  spot,
  interval,
  label,
  unit,
}: {
  spot: Spot;
  interval: Interval;
  label: string;
  unit: Unit;
}) {
  const change = changeOf(spot.value, spot.previous, unit);
  return (
    <div className="min-w-44 rounded-lg border border-line bg-surface px-3 py-2 text-xs shadow-pop">
      <p className="flex justify-between gap-4 font-medium">
        {label}
        {change && !spot.incomplete && <span className="text-muted">{change.text}</span>}
      </p>
      <TipRow
        colour="var(--accent)"
        when={formatBucket(spot.bucket, interval, true) + (spot.incomplete ? ' · not over yet' : '')}
        value={formatValue(spot.value, unit)}
      />
      {spot.previousBucket && (
        <TipRow
          colour="var(--previous)"
          when={formatBucket(spot.previousBucket, interval, true)}
          value={formatValue(spot.previous, unit)}
        />
      )}
    </div>
  );
}

function TipRow({ colour, when, value }: { colour: string; when: string; value: string }) {
  return (
    <p className="mt-1 flex items-center gap-2">
      <span className="size-2 rounded-full" style={{ background: colour }} />
      <span className="mr-3 text-muted">{when}</span>
      <span className="ml-auto font-semibold">{value}</span>
    </p>
  );
}
