'use client';

import type { UseQueryResult } from '@tanstack/react-query';
import { clsx } from 'clsx';
import { Info } from 'lucide-react';
import { ChangeMark } from '@/components/change-mark';
import { Sparkline } from '@/components/charts/sparkline';
import { Tip } from '@/components/ui/overlay';
import { Failure, Skeleton } from '@/components/ui/states';
import { useDefinitions } from '@/lib/api/queries';
import type { Overview, Timeseries } from '@/lib/api/types';
import { useFilters } from '@/lib/filters/store';
import { MAIN_METRICS, type MainMetric } from '@/lib/filters/url';
import { changeOf, formatDayRange, formatValue } from '@/lib/format';
import { METRICS } from '@/lib/labels';

interface KpiCardsProps {
  overview: UseQueryResult<Overview>;
  series: Timeseries | undefined;
}

/** One figure per main metric; picking one makes it the series of the chart below. */
export function KpiCards({ overview, series }: KpiCardsProps) {
  const { data, error, isPlaceholderData, refetch } = overview;
  if (!data && error) return <Failure error={error} onRetry={() => void refetch()} />;
  return (
    <section
      aria-label="Pick the main figure"
      aria-busy={!data || isPlaceholderData}
      className="grid grid-cols-2 overflow-hidden rounded-t-xl sm:grid-cols-3 xl:grid-cols-6"
    >
      {MAIN_METRICS.map((metric) => (
        <KpiCard
          key={metric}
          metric={metric}
          overview={data}
          points={series?.series.find((each) => each.metric === metric)?.points}
          dimmed={isPlaceholderData}
        />
      ))}
    </section>
  );
}

interface KpiCardProps {
  metric: MainMetric;
  overview: Overview | undefined;
  points: Timeseries['series'][number]['points'] | undefined;
  dimmed: boolean;
}

function KpiCard({ metric, overview, points, dimmed }: KpiCardProps) {
  const on = useFilters((state) => state.metric === metric);
  const setMetric = useFilters((state) => state.setMetric);
  const words = METRICS[metric];
  const figure = overview?.metrics[metric];
  const previous = overview?.previous_range;
  // Against a time without a single session every change would read "new": there is nothing to compare with.
  const compared = previous != null && (overview?.metrics.sessions?.previous ?? 0) > 0;
  return (
    <div
      className={clsx(
        'relative -mr-px -mb-px border-line border-r border-b transition-colors',
        on ? 'bg-surface' : 'bg-sunken/40 hover:bg-sunken/80',
      )}
    >
      {on && <span aria-hidden className="absolute inset-x-0 top-0 z-10 h-0.5 bg-accent" />}
      <button
        type="button"
        aria-pressed={on}
        onClick={() => setMetric(metric)}
        className="-outline-offset-2 flex w-full flex-col px-4 pt-3.5 pb-2 text-left"
      >
        <span className={clsx('pr-6 font-medium text-[0.8125rem]', on ? 'text-accent' : 'text-muted')}>
          {words.label}
        </span>
        {overview ? (
          <>
            <span
              className={clsx(
                'mt-1 block font-semibold text-[1.625rem] leading-8 tracking-tight',
                dimmed && 'opacity-60',
              )}
            >
              {formatValue(figure?.value, words.unit, true)}
            </span>
            <span className="mt-0.5 flex h-4 items-center gap-2 whitespace-nowrap text-2xs text-muted">
              {compared && (
                <>
                  <ChangeMark
                    change={changeOf(figure?.value, figure?.previous, words.unit)}
                    better={words.better}
                  />
                  <span className="truncate">from {formatValue(figure?.previous, words.unit, true)}</span>
                </>
              )}
              {previous && !compared && 'no data before'}
            </span>
          </>
        ) : (
          <span className="mt-1.5 block space-y-1.5">
            <Skeleton className="h-7 w-24" />
            <Skeleton className="h-3 w-16" />
          </span>
        )}
        <span className="mt-1.5 block w-full">
          {points ? <Sparkline points={points} on={on} /> : <span className="block h-9" />}
        </span>
      </button>
      <Definition
        metric={metric}
        goal={overview?.goal}
        previous={previous ? formatDayRange(previous.from, lastDay(previous.to)) : null}
      />
    </div>
  );
}

/** A half-open end at midnight belongs to the day before; a whole day is itself. */
function lastDay(to: string): string {
  if (to.length <= 10) return to;
  return /T00:00:00/.test(to) ? new Date(Date.parse(`${to.slice(0, 10)}T00:00:00Z`) - 1).toISOString() : to;
}

function Definition({
  metric,
  goal,
  previous,
}: {
  metric: MainMetric;
  goal: string | undefined;
  previous: string | null;
}) {
  const definitions = useDefinitions();
  const text = definitions.data?.metrics.find((each) => each.key === metric)?.definition;
  if (!text) return null;
  return (
    <Tip
      text={
        <>
          <span className="block">{text}</span>
          {metric === 'conversion_rate' && goal && (
            <span className="mt-1 block opacity-80">Goal: {goal}</span>
          )}
          {previous && <span className="mt-1 block opacity-80">Compared with {previous}</span>}
        </>
      }
    >
      <button
        type="button"
        aria-label={`What “${METRICS[metric].label}” means`}
        className="absolute top-2.5 right-2.5 grid size-6 place-items-center rounded-md text-muted/70 hover:text-text"
      >
        <Info className="size-3.5" aria-hidden />
      </button>
    </Tip>
  );
}
