'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Select } from '@/components/ui/field';
import { Empty, Failure, SkeletonRows } from '@/components/ui/states';
import { useAudit } from '@/lib/api/people';
import { AUDIT_KINDS, actOf, actorOf, detailsOf } from '@/lib/audit';
import { formatTime } from '@/lib/format';
import { ownTimezone } from '@/lib/timezones';
import { Section } from './section';

export function AuditPanel() {
  const [kind, setKind] = useState('');
  const audit = useAudit(kind);
  const entries = audit.data?.pages.flatMap((page) => page.entries) ?? [];
  return (
    <Section
      title="Audit log"
      about="Who did what, from where and when. Lines are only ever added: the database refuses to change or delete one."
      tools={
        <Select
          aria-label="Which acts to show"
          className="w-44"
          value={kind}
          onChange={(event) => setKind(event.target.value)}
        >
          {AUDIT_KINDS.map((each) => (
            <option key={each.key} value={each.key}>
              {each.label}
            </option>
          ))}
        </Select>
      }
    >
      {audit.error && !audit.data && <Failure error={audit.error} onRetry={() => void audit.refetch()} />}
      {audit.isPending && <SkeletonRows rows={6} />}
      {audit.data && entries.length === 0 && <Empty title="Nothing of this kind yet" />}
      {entries.length > 0 && (
        <ol aria-label="Audit log" className="divide-y divide-line rounded-lg border border-line">
          {entries.map((entry) => (
            <li key={entry.id} className="flex flex-wrap items-baseline gap-x-4 gap-y-0.5 px-3.5 py-2">
              <span className="min-w-0 flex-1 basis-72">
                <span className="font-medium text-[0.8125rem]">{actOf(entry.action)}</span>
                {entry.subject_name && entry.subject_name !== entry.actor_name && (
                  <span className="text-[0.8125rem]"> · {entry.subject_name}</span>
                )}
                <span className="block break-words text-muted text-xs">{detailsOf(entry)}</span>
              </span>
              <span className="min-w-0 basis-60 text-xs">
                <span className="block break-all">{actorOf(entry)}</span>
                <span className="block text-muted">
                  {formatTime(entry.at, ownTimezone(), true)}
                  {entry.address && ` · ${entry.address}`}
                </span>
              </span>
            </li>
          ))}
        </ol>
      )}
      {audit.hasNextPage && (
        <Button
          className="mt-3"
          disabled={audit.isFetchingNextPage}
          onClick={() => void audit.fetchNextPage()}
        >
          {audit.isFetchingNextPage ? 'Loading…' : 'Older'}
        </Button>
      )}
    </Section>
  );
}
