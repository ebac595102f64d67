import { formatCount } from '@/lib/format';

/** Why events were rejected, most frequent first. */
export function Reasons({ rejected }: { rejected: Record<string, number> }) {
  const reasons = Object.entries(rejected).sort(([, one], [, other]) => other - one);
  if (reasons.length === 0) return null;
  return (
    <div className="border-line border-t px-4 py-3">
      <h3 className="font-medium text-[0.8125rem]">Rejected, by reason</h3>
      <ul className="mt-2 flex flex-wrap gap-x-6 gap-y-1 text-[0.8125rem]">
        {reasons.map(([reason, count]) => (
          <li key={reason}>
            <span className="font-medium">{formatCount(count)}</span>{' '}
            <code className="font-mono text-muted text-xs">{reason}</code>
          </li>
        ))}
      </ul>
    </div>
  );
}
