'use client';

import { useState } from 'react';
import { Badge } from '@/components/badge';
import { Button } from '@/components/ui/button';
import { type Account, useEndSession, useSignOutEverywhere } from '@/lib/api/people';
import { browserOf } from '@/lib/browser-name';
import { formatAgo } from '@/lib/format';
import { FormError } from '@/panels/auth/frame';
import { Confirm } from '@/panels/settings/confirm';
import { Section } from '@/panels/settings/section';

const HOW: Record<string, string> = {
  password: 'with the password',
  link: 'by sign-in link',
  'set-up': 'at set-up',
  invitation: 'by invitation',
  sso: 'by single sign-on',
};

export function SessionsPanel({ account }: { account: Account }) {
  const [asking, setAsking] = useState(false);
  const end = useEndSession();
  const everywhere = useSignOutEverywhere();
  return (
    <Section
      title="Where you are signed in"
      about="A browser that you do not know? Sign it out, and change your password."
      tools={
        <Button look="danger" onClick={() => setAsking(true)}>
          Sign out everywhere
        </Button>
      }
    >
      <ul className="divide-y divide-line rounded-lg border border-line">
        {account.sessions.map((session) => (
          <li key={session.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3.5 py-2.5">
            <span className="min-w-0 flex-1 basis-56">
              <span className="font-medium text-[0.8125rem]">{browserOf(session.agent)}</span>{' '}
              {session.current && <Badge tone="accent">This one</Badge>}
              <span className="block text-muted text-xs">
                {session.address && `${session.address} · `}
                {HOW[session.how] ?? session.how}, {formatAgo(session.created_at)}
              </span>
            </span>
            {!session.current && (
              <Button
                look="ghost"
                disabled={end.isPending}
                onClick={() => end.mutate(session.id)}
                aria-label={`Sign out ${browserOf(session.agent)}`}
              >
                Sign out
              </Button>
            )}
          </li>
        ))}
      </ul>
      <FormError message={end.error?.message ?? null} />
      <Confirm
        open={asking}
        title="Sign out everywhere?"
        about="Every browser is signed out, this one too."
        action="Sign out everywhere"
        error={everywhere.error}
        busy={everywhere.isPending}
        onConfirm={() =>
          everywhere.mutate(undefined, { onSuccess: () => window.location.assign('/sign-in/') })
        }
        onClose={() => setAsking(false)}
      />
    </Section>
  );
}
