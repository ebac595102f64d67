'use client';

import { Download, Users } from 'lucide-react';
import Link from 'next/link';
import { Button } from '@/components/ui/button';
import { Modal } from '@/components/ui/overlay';
import { Empty, Failure, SkeletonRows } from '@/components/ui/states';
import { mayExport } from '@/lib/access';
import type { FunnelActor, FunnelDefinition } from '@/lib/api/funnel-types';
import { type Bar, useFunnelPeople } from '@/lib/api/funnels';
import { downloadCsv } from '@/lib/csv';
import type { Question } from '@/lib/filters/question';
import { useFilters } from '@/lib/filters/store';
import { toQuery } from '@/lib/filters/url';
import { formatCount, formatSeconds, formatTime } from '@/lib/format';
import { valueLabel } from '@/lib/labels';
import { useUser } from '@/lib/session';

interface PeopleSheetProps {
  bar: Bar;
  stepName: string;
  definition: FunnelDefinition;
  question: Question | null;
  onClose: () => void;
}

/** Who is behind a bar: as many as the bar says, fifty at a time. */
export function PeopleSheet({ bar, stepName, definition, question, onClose }: PeopleSheetProps) {
  const { role } = useUser();
  const query = useFunnelPeople(question, definition, bar);
  const people = query.data?.pages.flatMap((page) => page.people) ?? [];
  const total = query.data?.pages[0]?.total;
  const noun = definition.per === 'person' ? 'people' : definition.per === 'session' ? 'sessions' : 'values';
  const group =
    bar.group === undefined || !definition.breakdown
      ? ''
      : ` · ${valueLabel(definition.breakdown.dimension, bar.group)}`;
  return (
    <Modal
      open
      onOpenChange={(open) => !open && onClose()}
      side="right"
      title={bar.outcome === 'reached' ? `Reached ${stepName}` : `Dropped before ${stepName}`}
      about={`${total === undefined ? '…' : formatCount(total)} ${noun}${group}, latest start first`}
    >
      {query.error && !query.data ? (
        <Failure error={query.error} onRetry={() => void query.refetch()} />
      ) : !query.data ? (
        <SkeletonRows rows={8} />
      ) : people.length === 0 ? (
        <Empty icon={Users} title={`No ${noun} here`} />
      ) : (
        <>
          {mayExport(role) && (
            <div className="mb-2 flex justify-end">
              <Button
                onClick={() =>
                  downloadCsv(`${stepName} ${bar.outcome}`, {
                    columns: [
                      definition.per,
                      'reached',
                      ...definition.steps.map((_, index) => `step_${index + 1}_at`),
                    ],
                    rows: people.map((actor) => [actor.key, actor.reached, ...actor.step_times]),
                  })
                }
              >
                <Download aria-hidden /> CSV of these {formatCount(people.length)}
              </Button>
            </div>
          )}
          <ol className="divide-y divide-line/70">
            {people.map((actor) => (
              <li key={actor.key}>
                <Actor actor={actor} definition={definition} timezone={question?.timezone ?? 'UTC'} />
              </li>
            ))}
          </ol>
          {query.hasNextPage && (
            <Button
              className="mx-auto mt-4 flex"
              disabled={query.isFetchingNextPage}
              onClick={() => void query.fetchNextPage()}
            >
              {query.isFetchingNextPage ? 'Loading…' : 'Show more'}
            </Button>
          )}
        </>
      )}
    </Modal>
  );
}

interface ActorProps {
  actor: FunnelActor;
  definition: FunnelDefinition;
  timezone: string;
}

function Actor({ actor, definition, timezone }: ActorProps) {
  const state = useFilters();
  const started = actor.step_times[0];
  const last = actor.step_times.at(-1);
  const took = started && last ? (Date.parse(last) - Date.parse(started)) / 1_000 : 0;
  const param = definition.per === 'session' ? 'session' : definition.per === 'person' ? 'person' : null;
  const href = `/sessions/?${[toQuery(state), `${param}=${encodeURIComponent(actor.key)}`].filter(Boolean).join('&')}`;
  return (
    <div className="flex items-center justify-between gap-3 py-2.5 text-[0.8125rem]">
      <div className="min-w-0">
        {param ? (
          <Link
            href={href}
            className="block truncate font-medium font-mono text-xs hover:text-accent hover:underline"
          >
            {actor.key}
          </Link>
        ) : (
          <span className="block truncate font-medium">{actor.key}</span>
        )}
        <span className="text-muted text-xs">{started && formatTime(started, timezone, true)}</span>
      </div>
      <div className="shrink-0 text-right text-muted text-xs">
        <span className="block">
          {actor.reached} of {definition.steps.length} steps
        </span>
        {actor.step_times.length > 1 && <span>in {formatSeconds(took)}</span>}
      </div>
    </div>
  );
}
