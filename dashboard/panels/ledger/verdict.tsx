import { clsx } from 'clsx';
import { CircleAlert, CircleCheck } from 'lucide-react';
import type { Ledger } from '@/lib/api/types';
import { formatCount } from '@/lib/format';
import { SHARES, shareOf } from '@/lib/ledger';

/** The equation, and whether it holds. */
export function Verdict({ ledger }: { ledger: Ledger }) {
  const { totals, balanced } = ledger;
  return (
    <div className="px-4 pb-4">
      <p
        role="status"
        className={clsx(
          'flex items-center gap-2.5 rounded-lg px-3.5 py-2.5 font-medium',
          balanced ? 'bg-good-soft text-good' : 'bg-bad-soft text-bad',
        )}
      >
        {balanced ? (
          <CircleCheck className="size-5" aria-hidden />
        ) : (
          <CircleAlert className="size-5" aria-hidden />
        )}
        {balanced
          ? totals.received === 0
            ? 'Nothing was received in this time.'
            : `All ${formatCount(totals.received)} events are accounted for, minute by minute.`
          : `The counts do not meet in some minutes: ${formatCount(totals.gap)} events apart in all. See “hatua ledger verify”.`}
      </p>
      <dl className="mt-3 grid grid-cols-2 gap-px overflow-hidden rounded-lg border border-line bg-line sm:grid-cols-4 xl:grid-cols-7">
        <Term
          sign=""
          label="Received"
          value={totals.received}
          about="Every event that reached the collector."
          strong
        />
        {SHARES.map((share, index) => (
          <Term
            key={share.key}
            sign={index === 0 ? '=' : '+'}
            label={share.label}
            value={shareOf(totals, share.key)}
            about={share.about}
            colour={share.colour}
          />
        ))}
      </dl>
    </div>
  );
}

interface TermProps {
  sign: string;
  label: string;
  value: number;
  about: string;
  colour?: string;
  strong?: boolean;
}

function Term({ sign, label, value, about, colour, strong }: TermProps) {
  return (
    <div className="bg-surface p-3.5">
      <dt className="flex items-center gap-1.5 text-[0.8125rem] text-muted">
        {sign && <span className="font-medium">{sign}</span>}
        {colour && <span aria-hidden className="size-2 rounded-full" style={{ background: colour }} />}
        {label}
      </dt>
      <dd
        className={clsx(
          'mt-0.5 font-semibold text-xl tracking-tight',
          !strong && value === 0 && 'text-muted',
        )}
      >
        {formatCount(value)}
      </dd>
      <dd className="mt-1 text-2xs text-muted leading-4">{about}</dd>
    </div>
  );
}
