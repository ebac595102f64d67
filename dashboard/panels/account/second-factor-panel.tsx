'use client';

import { type FormEvent, useState } from 'react';
import { Badge } from '@/components/badge';
import { QrCode } from '@/components/qr-code';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Field, Input, PasswordInput } from '@/components/ui/field';
import { Modal } from '@/components/ui/overlay';
import {
  type Account,
  useBeginFactor,
  useConfirmFactor,
  useRemoveFactor,
  useRenewCodes,
} from '@/lib/api/people';
import { formatDay } from '@/lib/format';
import { ownTimezone } from '@/lib/timezones';
import { FormError } from '@/panels/auth/frame';
import { Section } from '@/panels/settings/section';

type Step = 'on' | 'off' | 'codes';

const TITLES: Record<Step, string> = {
  on: 'Switch the second factor on',
  off: 'Switch the second factor off',
  codes: 'New recovery codes',
};

export function SecondFactorPanel({ account }: { account: Account }) {
  const [step, setStep] = useState<Step | null>(null);
  const since = account.second_factor_since;
  return (
    <Section
      title="Second factor"
      about="A code of an authenticator app is asked for besides your password, so that a stolen password is not enough."
      tools={<Badge tone={since ? 'good' : 'plain'}>{since ? 'On' : 'Off'}</Badge>}
    >
      {since ? (
        <div className="flex flex-wrap items-center gap-2">
          <p className="mr-auto text-[0.8125rem] text-muted">
            Since {formatDay(since, ownTimezone())} · {account.recovery_codes_left} recovery codes left
          </p>
          <Button onClick={() => setStep('codes')}>New recovery codes</Button>
          <Button look="danger" onClick={() => setStep('off')}>
            Switch off
          </Button>
        </div>
      ) : (
        <Button
          look="primary"
          size="md"
          onClick={() => setStep('on')}
          disabled={!account.has_password}
          title={account.has_password ? undefined : 'Set a password first'}
        >
          Switch on
        </Button>
      )}
      <Modal
        open={step !== null}
        onOpenChange={(open) => !open && setStep(null)}
        title={step && TITLES[step]}
      >
        {step === 'on' && <SwitchOn onDone={() => setStep(null)} />}
        {step === 'off' && <SwitchOff onDone={() => setStep(null)} />}
        {step === 'codes' && <NewCodes onDone={() => setStep(null)} />}
      </Modal>
    </Section>
  );
}

function SwitchOn({ onDone }: { onDone: () => void }) {
  const begin = useBeginFactor();
  const confirm = useConfirmFactor();
  if (confirm.data) return <Codes codes={confirm.data.codes} onDone={onDone} />;
  if (!begin.data) {
    return (
      <ProofForm
        action="Go on"
        busy={begin.isPending}
        error={begin.error}
        withCode={false}
        onProof={(proof) => begin.mutate(proof)}
      />
    );
  }
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        confirm.mutate(String(new FormData(event.currentTarget).get('code')).trim());
      }}
    >
      <p className="text-[0.8125rem] text-muted">Read this with your authenticator app, or type the key.</p>
      <div className="flex flex-wrap items-center gap-4">
        <QrCode rows={begin.data.qr} label="QR code for your authenticator app" />
        <div className="min-w-0 flex-1 basis-40">
          <code className="block break-all font-mono text-xs">{begin.data.secret}</code>
          <CopyButton value={begin.data.secret} what="key" label="Copy the key" look="outline" />
        </div>
      </div>
      <Field label="Code" hint="The six digits that the app shows now.">
        {(control) => (
          <Input
            {...control}
            name="code"
            autoComplete="one-time-code"
            inputMode="numeric"
            required
            autoFocus
          />
        )}
      </Field>
      <FormError message={confirm.error?.message ?? null} />
      <Button type="submit" look="primary" size="md" disabled={confirm.isPending}>
        Switch on
      </Button>
    </form>
  );
}

function SwitchOff({ onDone }: { onDone: () => void }) {
  const remove = useRemoveFactor();
  return (
    <ProofForm
      action="Switch off"
      busy={remove.isPending}
      error={remove.error}
      withCode
      onProof={(proof) => remove.mutate(proof, { onSuccess: onDone })}
    />
  );
}

function NewCodes({ onDone }: { onDone: () => void }) {
  const renew = useRenewCodes();
  if (renew.data) return <Codes codes={renew.data.codes} onDone={onDone} />;
  return (
    <ProofForm
      action="Make new codes"
      busy={renew.isPending}
      error={renew.error}
      withCode
      onProof={(proof) => renew.mutate(proof)}
    />
  );
}

interface ProofFormProps {
  action: string;
  busy: boolean;
  error: Error | null;
  withCode: boolean;
  onProof: (proof: { password: string; code: string }) => void;
}

/** That it is really you: an unlocked screen must not be enough. */
function ProofForm({ action, busy, error, withCode, onProof }: ProofFormProps) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    onProof({ password: String(form.get('password')), code: String(form.get('code') ?? '').trim() });
  };
  return (
    <form className="space-y-4" onSubmit={submit}>
      <Field label="Your password">
        {(control) => (
          <PasswordInput {...control} name="password" autoComplete="current-password" required autoFocus />
        )}
      </Field>
      {withCode && (
        <Field label="Code" hint="From your authenticator app, or one of your recovery codes.">
          {(control) => <Input {...control} name="code" autoComplete="one-time-code" required />}
        </Field>
      )}
      <FormError message={error?.message ?? null} />
      <Button type="submit" look="primary" size="md" disabled={busy}>
        {action}
      </Button>
    </form>
  );
}

function Codes({ codes, onDone }: { codes: readonly string[]; onDone: () => void }) {
  return (
    <>
      <p className="text-[0.8125rem] text-muted">
        Keep these where your phone is not. Each stands in for a code once. They are shown this once.
      </p>
      <ul className="my-4 grid grid-cols-1 gap-x-6 gap-y-1 rounded-lg bg-sunken p-3 font-mono text-xs sm:grid-cols-2">
        {codes.map((code) => (
          <li key={code}>{code}</li>
        ))}
      </ul>
      <div className="flex justify-end gap-2">
        <CopyButton value={codes.join('\n')} what="recovery codes" label="Copy" look="outline" />
        <Button look="primary" onClick={onDone}>
          I have them
        </Button>
      </div>
    </>
  );
}
