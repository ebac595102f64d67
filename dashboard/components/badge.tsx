import { clsx } from 'clsx';
import type { ReactNode } from 'react';

const TONES = {
  good: 'bg-good-soft text-good',
  bad: 'bg-bad-soft text-bad',
  plain: 'bg-sunken text-muted',
  accent: 'bg-accent-soft text-accent',
} as const;

export function Badge({ tone = 'plain', children }: { tone?: keyof typeof TONES; children: ReactNode }) {
  return (
    <span
      className={clsx(
        'inline-block whitespace-nowrap rounded-md px-1.5 font-medium text-2xs leading-5',
        TONES[tone],
      )}
    >
      {children}
    </span>
  );
}
