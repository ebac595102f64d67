import { clsx } from 'clsx';
import type { ComponentProps, ReactNode } from 'react';

export function Card({ className, ...rest }: ComponentProps<'section'>) {
  return (
    <section
      className={clsx('min-w-0 rounded-xl border border-line bg-surface shadow-card', className)}
      {...rest}
    />
  );
}

interface CardHeadProps {
  title: ReactNode;
  note?: ReactNode;
  tools?: ReactNode;
  id?: string;
}

export function CardHead({ title, note, tools, id }: CardHeadProps) {
  return (
    <header className="flex min-h-12 flex-wrap items-center justify-between gap-x-3 gap-y-1 px-4 pt-3">
      <div className="min-w-0">
        <h2 id={id} className="font-semibold text-[0.9375rem] tracking-tight">
          {title}
        </h2>
        {note && <p className="text-muted text-xs">{note}</p>}
      </div>
      {tools && <div className="flex items-center gap-1">{tools}</div>}
    </header>
  );
}
