'use client';

/** What a panel shows when it has no data yet: bones, a reason, or a way on. */
import { clsx } from 'clsx';
import { type LucideIcon, RotateCw, TriangleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { Button } from './button';

export function Skeleton({ className }: { className?: string }) {
  return <div aria-hidden className={clsx('animate-pulse rounded-md bg-sunken', className)} />;
}

const WIDTHS = ['w-11/12', 'w-4/5', 'w-3/4', 'w-3/5', 'w-1/2', 'w-2/5', 'w-1/3', 'w-1/4'];

export function SkeletonRows({ rows = 7 }: { rows?: number }) {
  return (
    <div className="space-y-2 p-4" aria-hidden>
      {WIDTHS.slice(0, rows).map((width) => (
        <Skeleton key={width} className={clsx('h-6', width)} />
      ))}
    </div>
  );
}

interface EmptyProps {
  icon?: LucideIcon;
  title: string;
  children?: ReactNode;
  action?: ReactNode;
  className?: string;
}

export function Empty({ icon: Icon, title, children, action, className }: EmptyProps) {
  return (
    <div className={clsx('grid place-items-center px-6 py-10 text-center', className)}>
      <div className="max-w-sm">
        {Icon && (
          <span className="mx-auto mb-3 grid size-10 place-items-center rounded-full bg-sunken text-muted">
            <Icon className="size-5" aria-hidden />
          </span>
        )}
        <p className="font-medium">{title}</p>
        {children && <div className="mt-1 text-muted text-[0.8125rem]">{children}</div>}
        {action && <div className="mt-4 flex justify-center gap-2">{action}</div>}
      </div>
    </div>
  );
}

interface FailureProps {
  error: Error;
  onRetry?: () => void;
  className?: string;
}

export function Failure({ error, onRetry, className }: FailureProps) {
  return (
    <div role="alert" className={clsx('grid place-items-center px-6 py-10 text-center', className)}>
      <div className="max-w-sm">
        <TriangleAlert className="mx-auto mb-2 size-5 text-bad" aria-hidden />
        <p className="font-medium">This could not be loaded</p>
        <p className="mt-1 text-[0.8125rem] text-muted">{error.message}</p>
        {onRetry && (
          <Button className="mt-3" onClick={onRetry}>
            <RotateCw aria-hidden /> Try again
          </Button>
        )}
      </div>
    </div>
  );
}

/** A thin line over a panel whose numbers are being renewed; the old ones stay readable below. */
export function Renewing({ on }: { on: boolean }) {
  return (
    <div className="relative h-0.5 overflow-hidden" aria-hidden>
      {on && <div className="absolute inset-y-0 left-0 w-1/3 animate-sweep rounded-full bg-accent" />}
    </div>
  );
}
