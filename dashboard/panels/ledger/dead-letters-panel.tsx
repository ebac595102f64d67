'use client';

import { MailCheck, RotateCw } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Card, CardHead } from '@/components/ui/card';
import { Empty, Failure, SkeletonRows } from '@/components/ui/states';
import { useDeadLetters, useSettleLetters } from '@/lib/api/ledger';
import type { DeadLetter, Project } from '@/lib/api/types';
import { formatCount, formatTime } from '@/lib/format';
import { FormError } from '@/panels/auth/frame';
import { Confirm } from '@/panels/settings/confirm';

/** Events that could not be processed, as they arrived: replay them after a fix, or delete them. */
export function DeadLettersPanel({ project }: { project: Project }) {
  const query = useDeadLetters(project.id);
  const settle = useSettleLetters(project.id);
  const [purging, setPurging] = useState(false);
  const letters = query.data?.pages.flatMap((page) => page.letters) ?? [];
  return (
    <Card aria-labelledby="letters-title">
      <CardHead
        id="letters-title"
        title="Failed events"
        note="As they arrived, with the reason. Nothing is lost: after a fix they can be replayed."
        tools={
          letters.length > 0 && (
            <>
              <Button
                disabled={settle.isPending}
                onClick={() => settle.mutate({ action: 'replay', ids: 'all' })}
              >
                <RotateCw aria-hidden /> Replay all
              </Button>
              <Button look="danger" disabled={settle.isPending} onClick={() => setPurging(true)}>
                Delete all
              </Button>
            </>
          )
        }
      />
      <div className="px-4">
        <FormError message={purging ? null : (settle.error?.message ?? null)} />
        <p role="status" className="text-good text-xs">
          {settle.data?.replayed !== undefined &&
            `${formatCount(settle.data.replayed)} went back into the log.`}
          {settle.data?.purged !== undefined && `${formatCount(settle.data.purged)} were deleted.`}
        </p>
      </div>
      {query.error && !query.data ? (
        <Failure error={query.error} onRetry={() => void query.refetch()} />
      ) : !query.data ? (
        <SkeletonRows rows={3} />
      ) : letters.length === 0 ? (
        <Empty icon={MailCheck} title="No event failed">
          What cannot be processed is kept here instead of being dropped.
        </Empty>
      ) : (
        <ul className="mt-3 divide-y divide-line/70 border-line border-t">
          {letters.map((letter) => (
            <li key={letter.letter_id}>
              <Letter
                letter={letter}
                timezone={project.timezone}
                busy={settle.isPending}
                onReplay={() => settle.mutate({ action: 'replay', ids: [letter.letter_id] })}
              />
            </li>
          ))}
        </ul>
      )}
      {query.hasNextPage && (
        <div className="flex justify-center border-line border-t p-3">
          <Button disabled={query.isFetchingNextPage} onClick={() => void query.fetchNextPage()}>
            {query.isFetchingNextPage ? 'Loading…' : 'Show more'}
          </Button>
        </div>
      )}
      <Confirm
        open={purging}
        title="Delete all failed events?"
        about="Their content is gone for good. The ledger goes on counting them as failed."
        action="Delete them"
        error={settle.error}
        busy={settle.isPending}
        onConfirm={() =>
          settle.mutate({ action: 'purge', ids: 'all' }, { onSuccess: () => setPurging(false) })
        }
        onClose={() => setPurging(false)}
      />
    </Card>
  );
}

interface LetterProps {
  letter: DeadLetter;
  timezone: string;
  busy: boolean;
  onReplay: () => void;
}

function pretty(body: string): string {
  try {
    return JSON.stringify(JSON.parse(body), null, 2);
  } catch {
    return body;
  }
}

function Letter({ letter, timezone, busy, onReplay }: LetterProps) {
  return (
    <details className="group px-4 py-2.5 text-[0.8125rem]">
      <summary className="flex flex-wrap items-center gap-x-3 gap-y-1">
        <code className="font-medium font-mono text-bad text-xs">{letter.reason}</code>
        <span className="min-w-0 flex-1 truncate text-muted">{letter.error}</span>
        <time dateTime={letter.failed_at} className="text-muted text-xs">
          {formatTime(letter.failed_at, timezone, true)}
        </time>
      </summary>
      <p className="mt-2 break-words">{letter.error}</p>
      <pre
        tabIndex={0}
        className="mt-2 max-h-80 overflow-auto rounded-lg bg-sunken p-3 font-mono text-xs leading-5"
      >
        {letter.body === null ? `base64: ${letter.body_base64}` : pretty(letter.body)}
      </pre>
      <Button className="mt-2" disabled={busy} onClick={onReplay}>
        <RotateCw aria-hidden /> Replay this one
      </Button>
    </details>
  );
}
