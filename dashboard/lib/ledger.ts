/** The words and colours of the ledger's equation. */
import type { Ledger, LedgerLine } from '@/lib/api/types';

export type Share = 'stored' | 'duplicate' | 'rejected' | 'pending' | 'dead' | 'erased';

export const SHARES: readonly { key: Share; label: string; about: string; colour: string }[] = [
  {
    key: 'stored',
    label: 'Stored',
    about: 'In the warehouse, and in every number here.',
    colour: 'var(--accent)',
  },
  {
    key: 'duplicate',
    label: 'Duplicate',
    about: 'Sent again with the same event id, as clients do when an answer got lost. Counted once.',
    colour: 'var(--previous)',
  },
  {
    key: 'rejected',
    label: 'Rejected',
    about: 'Not a valid event. The sender was told which one and why.',
    colour: 'var(--warn)',
  },
  {
    key: 'pending',
    label: 'Waiting',
    about: 'Safe in the log, on the way to the warehouse.',
    colour: 'var(--line-strong)',
  },
  {
    key: 'erased',
    label: 'Erased',
    about: 'Deleted on purpose: a person asked for it, or retention was over.',
    colour: 'var(--text)',
  },
  {
    key: 'dead',
    label: 'Failed',
    about: 'Could not be processed. Kept below, to be looked at and replayed.',
    colour: 'var(--bad)',
  },
];

export function rejectedOf(line: Pick<LedgerLine | Ledger['totals'], 'rejected'>): number {
  return Object.values(line.rejected).reduce((sum, count) => sum + count, 0);
}

export function shareOf(line: LedgerLine | Ledger['totals'], share: Share): number {
  return share === 'rejected' ? rejectedOf(line) : line[share];
}

export interface Hour {
  /** ISO, UTC. */
  at: string;
  line: LedgerLine | null;
}

/** Every hour of the ledger, also those in which nothing came in and that the answer leaves out. */
export function hoursOf(ledger: Ledger): Hour[] {
  const known = new Map(ledger.minutes.map((line) => [line.minute, line]));
  const hours: Hour[] = [];
  for (let minute = Math.floor(ledger.from_minute / 60) * 60; minute < ledger.to_minute; minute += 60) {
    hours.push({ at: new Date(minute * 60_000).toISOString(), line: known.get(minute) ?? null });
  }
  return hours;
}
