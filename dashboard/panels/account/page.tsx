'use client';

import { Card } from '@/components/ui/card';
import { Panel } from '@/components/ui/panel';
import { Skeleton } from '@/components/ui/states';
import { useAccount } from '@/lib/api/people';
import { NamePanel } from './name-panel';
import { PasswordPanel } from './password-panel';
import { SecondFactorPanel } from './second-factor-panel';
import { SessionsPanel } from './sessions-panel';

export function AccountPage() {
  const account = useAccount();
  return (
    <Card aria-label="Your account" className="mx-auto max-w-4xl">
      <Panel query={account} loading={<Skeleton className="m-5 h-96" />}>
        {(shown) => (
          <>
            <NamePanel account={shown} />
            <PasswordPanel account={shown} />
            <SecondFactorPanel account={shown} />
            <SessionsPanel account={shown} />
          </>
        )}
      </Panel>
    </Card>
  );
}
