'use client';

import { CopyButton } from '@/components/ui/copy-button';
import { formatCount, formatTime } from '@/lib/format';

export interface Before {
  before: number;
  after: number;
}

export interface Counts {
  events: Before;
  sessions: Before;
  links: Before;
  dead_letters: Before;
  /** Ids that are remembered as hashes, so that nothing comes back under them. */
  ids: number;
}

const STORES = [
  { key: 'events', label: 'Events' },
  { key: 'sessions', label: 'Sessions' },
  { key: 'links', label: 'Identity links' },
  { key: 'dead_letters', label: 'Failed events' },
] as const;

const isBefore = (value: unknown): value is Before =>
  typeof value === 'object' && value !== null && 'before' in value && 'after' in value;

/** The receipt of an erasure that was finished; null for one that was broken off, which has none yet. */
export function countsOf(receipt: Record<string, unknown>): Counts | null {
  const { events, sessions, links, dead_letters, ids } = receipt;
  if (!isBefore(events) || !isBefore(sessions) || !isBefore(links) || !isBefore(dead_letters)) return null;
  return { events, sessions, links, dead_letters, ids: typeof ids === 'number' ? ids : 0 };
}

interface ReceiptTableProps {
  id: string;
  at: string;
  timezone: string;
  counts: Counts;
}

/** What an erasure did, store by store; nothing in it says whose it was. */
export function ReceiptTable({ id, at, timezone, counts }: ReceiptTableProps) {
  return (
    <div className="rounded-lg border border-line">
      <div className="flex flex-wrap items-center justify-between gap-x-3 border-line border-b px-3.5 py-1.5">
        <span className="flex min-w-0 items-center gap-1 font-mono text-xs">
          <span className="truncate">{id}</span>
          <CopyButton value={id} what="number of the receipt" />
        </span>
        <span className="text-muted text-xs tabular-nums">{formatTime(at, timezone, true)}</span>
      </div>
      <table className="w-full text-[0.8125rem] tabular-nums">
        <thead>
          <tr className="text-left text-muted text-xs">
            <th scope="col" className="px-3.5 pt-2 pb-1 font-normal">
              Store
            </th>
            <th scope="col" className="px-3.5 pt-2 pb-1 text-right font-normal">
              Before
            </th>
            <th scope="col" className="px-3.5 pt-2 pb-1 text-right font-normal">
              After
            </th>
          </tr>
        </thead>
        <tbody>
          {STORES.map(({ key, label }) => (
            <tr key={key}>
              <th scope="row" className="px-3.5 py-1 text-left font-normal">
                {label}
              </th>
              <td className="px-3.5 py-1 text-right">{formatCount(counts[key].before)}</td>
              <td className="px-3.5 py-1 text-right">{formatCount(counts[key].after)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="px-3.5 pt-1 pb-2.5 text-muted text-xs">
        {counts.ids === 1
          ? 'One id is remembered as a hash, so that nothing comes back under it.'
          : `${formatCount(counts.ids)} ids are remembered as hashes, so that nothing comes back under them.`}
      </p>
    </div>
  );
}
