'use client';

import { CircleCheck } from 'lucide-react';
import { useState } from 'react';
import { CopyButton } from '@/components/ui/copy-button';
import { Segments } from '@/components/ui/tabs';
import { useFirstEvent } from '@/lib/api/queries';
import type { Project } from '@/lib/api/types';
import { formatAgo } from '@/lib/format';
import { curlSnippet, installSnippet } from '@/lib/snippet';

type Way = 'web' | 'curl';

/** The snippet with this project's key, and a check that turns green when the first event is in. */
export function InstallPanel({ project }: { project: Project }) {
  const [way, setWay] = useState<Way>('web');
  const key = project.write_keys.find((each) => each.revoked_at === null)?.key;
  const origin = typeof window === 'undefined' ? '' : window.location.origin;
  if (!key) {
    return <p className="text-muted">This project has no write key. Create one under “Write keys” first.</p>;
  }
  const code = way === 'web' ? installSnippet(origin, key) : curlSnippet(origin, key);
  return (
    <div className="space-y-4">
      <div className="flex flex-wrap items-center justify-between gap-2">
        <Segments
          label="How to send"
          value={way}
          onChange={setWay}
          options={[
            { key: 'web', label: 'Web page' },
            { key: 'curl', label: 'Command line' },
          ]}
        />
        <CopyButton value={code} what="the snippet" label="Copy" look="outline" />
      </div>
      <p className="text-muted text-[0.8125rem]">
        {way === 'web'
          ? 'Paste this into the <head> of every page. It loads after your page and weighs less than 4 KB.'
          : 'Run this in a terminal. It sends one event the way a server would.'}
      </p>
      <pre tabIndex={0} className="overflow-x-auto rounded-lg bg-sunken p-3.5 font-mono text-xs leading-5">
        <code>{code}</code>
      </pre>
      <FirstEventCheck project={project.id} />
    </div>
  );
}

export function FirstEventCheck({ project }: { project: string }) {
  const { data } = useFirstEvent(project);
  return (
    <div
      role="status"
      className="flex items-center gap-3 rounded-lg border border-line px-3.5 py-3 text-[0.8125rem]"
    >
      {data?.received ? (
        <>
          <CircleCheck className="size-5 shrink-0 text-good" aria-hidden />
          <span>
            <span className="font-medium">First event received.</span>{' '}
            <span className="text-muted">
              {data.event_name}
              {data.timestamp && `, ${formatAgo(data.timestamp)}`}
              {data.library && ` from ${data.library}`}
            </span>
          </span>
        </>
      ) : (
        <>
          <span className="relative grid size-5 shrink-0 place-items-center" aria-hidden>
            <span className="absolute size-2.5 animate-ping rounded-full bg-accent/60" />
            <span className="size-2.5 rounded-full bg-accent" />
          </span>
          <span>
            <span className="font-medium">Waiting for the first event…</span>{' '}
            <span className="text-muted">This turns green within two seconds of it.</span>
          </span>
        </>
      )}
    </div>
  );
}
