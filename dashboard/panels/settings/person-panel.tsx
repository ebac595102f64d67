'use client';

import { Search } from 'lucide-react';
import { useState } from 'react';
import { Button, buttonClass } from '@/components/ui/button';
import { Field, Input } from '@/components/ui/field';
import { Empty } from '@/components/ui/states';
import { ApiError } from '@/lib/api/client';
import { exportUrl, type Found, useFindPerson } from '@/lib/api/privacy';
import type { Project } from '@/lib/api/types';
import { formatCount, formatDay } from '@/lib/format';
import { FormError } from '@/panels/auth/frame';
import { ErasePerson } from './erase-person';
import { Section } from './section';

/** What the law lets one person ask for: see everything, take it along, have it gone. */
export function PersonPanel({ project }: { project: Project }) {
  const [id, setId] = useState('');
  const find = useFindPerson(project.id);
  const look = (asked: string) => {
    setId(asked);
    find.mutate(asked);
  };
  const choices = find.error instanceof ApiError ? find.error.details : [];
  return (
    <Section
      title="One person's data"
      about="Find everything that is kept of somebody, hand it over, or erase it. Each export and each erasure is a line in the audit log."
    >
      <form
        className="flex max-w-2xl flex-wrap items-end gap-2"
        onSubmit={(event) => {
          event.preventDefault();
          if (id.trim()) look(id.trim());
        }}
      >
        <Field label="User id, PIN, phone, e-mail or browser id" className="min-w-0 flex-1 basis-64">
          {(control) => (
            <Input
              {...control}
              value={id}
              required
              maxLength={200}
              autoComplete="off"
              spellCheck={false}
              onChange={(event) => setId(event.target.value)}
            />
          )}
        </Field>
        <Button type="submit" look="primary" size="md" disabled={find.isPending}>
          <Search aria-hidden /> {find.isPending ? 'Looking…' : 'Find'}
        </Button>
      </form>
      <div className="mt-4 max-w-2xl space-y-3">
        <FormError message={find.error?.message ?? null} />
        {choices.length > 0 && (
          <ul aria-label="People with this address" className="flex flex-wrap gap-2">
            {choices.map((each) => (
              <li key={each}>
                <Button onClick={() => look(each)}>{each}</Button>
              </li>
            ))}
          </ul>
        )}
        {find.data && (
          <Person
            key={`${find.data.asked} ${find.submittedAt}`}
            project={project}
            found={find.data}
            onFind={look}
          />
        )}
      </div>
    </Section>
  );
}

function Person({
  project,
  found,
  onFind,
}: {
  project: Project;
  found: Found;
  onFind: (id: string) => void;
}) {
  const [erased, setErased] = useState(false);
  const nothing = found.events + found.links + found.letters === 0;
  const seen = (ms: number | null) =>
    ms === null ? '–' : formatDay(new Date(ms).toISOString(), project.timezone);
  return (
    <article aria-label={`What is kept of ${found.asked}`} className="rounded-lg border border-line">
      {nothing && !erased ? (
        <Empty title="Nothing is kept of this person">
          No event, link or failed event has this id. Events that are still on their way can be erased in
          advance.
        </Empty>
      ) : (
        !erased && (
          <>
            <dl className="grid grid-cols-2 gap-px overflow-hidden rounded-t-lg border-line border-b bg-line sm:grid-cols-4">
              <Count name="Events" value={found.events} />
              <Count name="Sessions" value={found.sessions} />
              <Count name="Identity links" value={found.links} />
              <Count name="Failed events" value={found.letters} />
            </dl>
            <dl className="space-y-2.5 px-3.5 py-3 text-[0.8125rem]">
              <Ids name="User ids" ids={found.user_ids} />
              <Ids name="Browsers and conversations" ids={found.anonymous_ids} />
              <Ids name="Ids of other systems" ids={found.external_ids} />
              <div className="sm:grid sm:grid-cols-[12rem_1fr] sm:gap-3">
                <dt className="text-muted">Seen</dt>
                <dd className="tabular-nums">
                  {seen(found.first_seen)} to {seen(found.last_seen)}
                </dd>
              </div>
              {found.related.length > 0 && (
                <div className="sm:grid sm:grid-cols-[12rem_1fr] sm:gap-3">
                  <dt className="text-muted">Others on the same browsers</dt>
                  <dd>
                    <span className="flex flex-wrap gap-1.5">
                      {found.related.map((each) => (
                        <Button key={each} onClick={() => onFind(each)}>
                          {each}
                        </Button>
                      ))}
                    </span>
                    <span className="mt-1 block text-muted text-xs">Other people: they are left alone.</span>
                  </dd>
                </div>
              )}
            </dl>
          </>
        )
      )}
      <div className="flex flex-wrap items-center gap-2 border-line border-t px-3.5 py-3 first:border-t-0">
        {!nothing && !erased && (
          <a className={buttonClass('outline', 'md')} href={exportUrl(project.id, found.asked)} download>
            Download everything
          </a>
        )}
        <ErasePerson project={project} found={found} onErased={() => setErased(true)} />
      </div>
    </article>
  );
}

function Count({ name, value }: { name: string; value: number }) {
  return (
    <div className="bg-surface px-3.5 py-2.5">
      <dt className="text-muted text-xs">{name}</dt>
      <dd className="font-semibold text-lg tabular-nums tracking-tight">{formatCount(value)}</dd>
    </div>
  );
}

const SHOWN = 12;

function Ids({ name, ids }: { name: string; ids: readonly string[] }) {
  if (ids.length === 0) return null;
  return (
    <div className="sm:grid sm:grid-cols-[12rem_1fr] sm:gap-3">
      <dt className="text-muted">{name}</dt>
      <dd className="flex flex-wrap gap-x-3 gap-y-1">
        {ids.slice(0, SHOWN).map((id) => (
          <code key={id} className="break-all font-mono text-xs leading-5">
            {id}
          </code>
        ))}
        {ids.length > SHOWN && (
          <span className="text-muted text-xs leading-5">and {formatCount(ids.length - SHOWN)} more</span>
        )}
      </dd>
    </div>
  );
}
