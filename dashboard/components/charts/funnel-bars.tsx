import { clsx } from 'clsx';
import { Clock, TrendingDown } from 'lucide-react';
import type { ReactNode } from 'react';
import type { FunnelStepResult } from '@/lib/api/funnel-types';
import { formatCount, formatSeconds, formatValue } from '@/lib/format';

interface FunnelBarsProps {
  steps: readonly FunnelStepResult[];
  /** Opens who is behind a bar; left out where nobody may see that. */
  onOpen?: (bar: { step: number; outcome: 'reached' | 'dropped' }) => void;
}

/** Columns on a wide screen, rows on a phone: one bar a step, what was lost before it, and how long it took. */
export function FunnelBars({ steps, onOpen }: FunnelBarsProps) {
  return (
    <section
      aria-label="Bars of the funnel"
      tabIndex={0}
      className="-outline-offset-2 @container relative overflow-x-auto pb-4"
    >
      <ol className="flex flex-col gap-4 px-4 @4xl:flex-row @4xl:gap-0 @4xl:px-2">
        {steps.map((step, index) => (
          <li
            // biome-ignore lint/suspicious/noArrayIndexKey: steps have no id, and two may be alike
            key={index}
            className="flex min-w-0 flex-col @4xl:min-w-[8.25rem] @4xl:max-w-52 @4xl:flex-1 @4xl:px-2"
          >
            <Name number={index + 1} name={step.name} />
            <Bars step={step} number={index + 1} onOpen={onOpen} />
            <Numbers step={step} first={index === 0} number={index + 1} onOpen={onOpen} />
          </li>
        ))}
      </ol>
    </section>
  );
}

function Name({ number, name }: { number: number; name: string }) {
  return (
    <p className="mb-2 flex items-start gap-2 font-medium text-[0.8125rem] @4xl:min-h-10">
      <span className="grid size-5 shrink-0 place-items-center rounded-full bg-sunken font-semibold text-2xs text-muted">
        {number}
      </span>
      <span className="@4xl:line-clamp-2" title={name}>
        {name}
      </span>
    </p>
  );
}

interface StepProps {
  step: FunnelStepResult;
  number: number;
  onOpen: FunnelBarsProps['onOpen'];
}

/** Decoration: the numbers below say the same, and open the same lists. */
function Bars({ step, number, onOpen }: StepProps) {
  const share = (step.conversion_from_start ?? 0) * 100;
  const before = step.conversion_from_previous ? share / step.conversion_from_previous : share;
  const open = (outcome: 'reached' | 'dropped') => onOpen && (() => onOpen({ step: number, outcome }));
  return (
    <div aria-hidden className="relative h-6 overflow-hidden rounded-md bg-sunken @4xl:h-64 @4xl:rounded-lg">
      {/* biome-ignore-start lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: short cuts for pointers; the buttons below do the same */}
      <div
        onClick={open('dropped')}
        className={clsx(
          'absolute inset-y-0 left-0 w-(--part) bg-accent/15 @4xl:inset-x-0 @4xl:top-auto @4xl:bottom-0 @4xl:h-(--part) @4xl:w-auto',
          'bg-[repeating-linear-gradient(-45deg,transparent_0_5px,color-mix(in_srgb,var(--accent)_22%,transparent)_5px_6px)]',
          onOpen && 'cursor-pointer hover:bg-accent/25',
        )}
        style={{ '--part': `${before}%` }}
      />
      <div
        onClick={open('reached')}
        className={clsx(
          'absolute inset-y-0 left-0 w-(--part) bg-accent @4xl:inset-x-0 @4xl:top-auto @4xl:bottom-0 @4xl:h-(--part) @4xl:w-auto',
          onOpen && 'cursor-pointer hover:bg-accent-strong',
        )}
        style={{ '--part': `${Math.max(share, step.count > 0 ? 0.5 : 0)}%` }}
      />
      {/* biome-ignore-end lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: see above */}
    </div>
  );
}

function Numbers({ step, first, number, onOpen }: StepProps & { first: boolean }) {
  return (
    <div className="mt-2 flex flex-wrap items-center gap-x-4 gap-y-1 @4xl:flex-col @4xl:items-start">
      <Opener
        onClick={onOpen && (() => onOpen({ step: number, outcome: 'reached' }))}
        label={`who reached ${step.name}`}
      >
        <span className="font-semibold text-lg tracking-tight">{formatCount(step.count)}</span>
        <span className="text-muted text-xs">{formatValue(step.conversion_from_start, 'rate')}</span>
      </Opener>
      {!first && (
        <>
          <Opener
            onClick={onOpen && (() => onOpen({ step: number, outcome: 'dropped' }))}
            label={`who dropped before ${step.name}`}
          >
            <TrendingDown
              className={clsx('size-3.5 self-center', step.dropped > 0 ? 'text-bad' : 'text-muted')}
              aria-hidden
            />
            <span className="text-xs">
              {formatCount(step.dropped)} dropped
              <span className="text-muted">
                {' '}
                {step.conversion_from_previous !== null &&
                  formatValue(1 - step.conversion_from_previous, 'rate')}
              </span>
            </span>
          </Opener>
          <p
            className="flex items-center gap-1.5 text-muted text-xs"
            title="Median time from the step before"
          >
            <Clock className="size-3.5" aria-hidden />
            <span className="sr-only">Median time from the step before: </span>
            {step.median_s === null ? '–' : formatSeconds(step.median_s)}
          </p>
        </>
      )}
    </div>
  );
}

function Opener({ onClick, label, children }: { onClick?: () => void; label: string; children: ReactNode }) {
  const className = 'flex items-baseline gap-1.5 rounded';
  if (!onClick) return <p className={className}>{children}</p>;
  return (
    <button
      type="button"
      onClick={onClick}
      className={clsx(className, 'text-left hover:underline hover:underline-offset-2')}
    >
      {children}
      <span className="sr-only">, show {label}</span>
    </button>
  );
}
