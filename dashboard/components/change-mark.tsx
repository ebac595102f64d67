import { clsx } from 'clsx';
import { ArrowDownRight, ArrowRight, ArrowUpRight } from 'lucide-react';
import type { Change } from '@/lib/format';

interface ChangeMarkProps {
  change: Change | null;
  better: 'up' | 'down' | null;
}

const ICONS = { up: ArrowUpRight, down: ArrowDownRight, flat: ArrowRight } as const;

/** A change against the comparison: green when it is good news, red when it is bad, grey when it is neither. */
export function ChangeMark({ change, better }: ChangeMarkProps) {
  if (!change) return null;
  const Icon = ICONS[change.direction];
  const news =
    change.direction === 'flat' || better === null ? 'none' : change.direction === better ? 'good' : 'bad';
  return (
    <span
      className={clsx(
        'inline-flex items-center gap-0.5 whitespace-nowrap font-medium text-xs',
        news === 'good' && 'text-good',
        news === 'bad' && 'text-bad',
        news === 'none' && 'text-muted',
      )}
    >
      <Icon className="size-3.5" aria-hidden />
      {change.text}
    </span>
  );
}
