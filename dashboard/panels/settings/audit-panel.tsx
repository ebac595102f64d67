'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { DataTable } from '@/components/ui/data-table';
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
        <DataTable
          caption="Audit log"
          className="rounded-lg border border-line"
          rows={entries}
          rowKey={(entry) => entry.id}
          columns={[
            {
              key: 'at',
              head: 'When',
              className: 'whitespace-nowrap text-muted',
              cell: (entry) => formatTime(entry.at, ownTimezone(), true),
            },
            { key: 'who', head: 'Who', className: 'break-all', cell: actorOf },
            {
              key: 'what',
              head: 'What',
              cell: (entry) => (
                <>
                  <span className="font-medium">{actOf(entry.action)}</span>
                  <span className="block break-words text-muted text-xs">{detailsOf(entry)}</span>
                </>
              ),
            },
            { key: 'from', head: 'From', className: 'text-muted text-xs', cell: (entry) => entry.address },
          ]}
        />
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
