'use client';

import { KeyRound, Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Field, Input } from '@/components/ui/field';
import { Modal } from '@/components/ui/overlay';
import { Panel } from '@/components/ui/panel';
import { Empty, SkeletonRows } from '@/components/ui/states';
import { useApiKeys, useCreateApiKey, useRevokeApiKey } from '@/lib/api/queries';
import type { ApiKey, NewApiKey, Project } from '@/lib/api/types';
import { formatAgo, formatDay } from '@/lib/format';
import { FormError } from '@/panels/auth/frame';
import { Confirm } from './confirm';
import { Section } from './section';

export function ApiKeysPanel({ project }: { project: Project }) {
  const [adding, setAdding] = useState(false);
  const [revoking, setRevoking] = useState<ApiKey | null>(null);
  const keys = useApiKeys(project.id);
  const revoke = useRevokeApiKey();
  return (
    <Section
      title="API keys"
      about="Secret keys for scripts and reports that read this project's numbers, sent as a Bearer token."
      tools={
        <Button onClick={() => setAdding(true)}>
          <Plus aria-hidden /> New API key
        </Button>
      }
    >
      <Panel
        query={keys}
        loading={<SkeletonRows rows={3} />}
        isEmpty={(list) => list.length === 0}
        empty={
          <Empty icon={KeyRound} title="No API keys yet">
            With one, everything on this dashboard is a request away.
          </Empty>
        }
      >
        {(list) => (
          <ul className="divide-y divide-line rounded-lg border border-line">
            {list.map((key) => (
              <li key={key.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3.5 py-2.5">
                <span className="min-w-32 font-medium text-[0.8125rem]">{key.name}</span>
                <code className="min-w-0 flex-1 truncate font-mono text-muted text-xs">{key.prefix}…</code>
                <span className="text-muted text-xs">
                  {key.scopes.join(', ')} · since {formatDay(key.created_at, project.timezone)}
                  {key.last_used_at && ` · used ${formatAgo(key.last_used_at)}`}
                </span>
                <Button
                  look="ghost"
                  onClick={() => setRevoking(key)}
                  aria-label={`Revoke API key ${key.name}`}
                >
                  Revoke
                </Button>
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <NewKey project={project} open={adding} onClose={() => setAdding(false)} />
      <Confirm
        open={revoking !== null}
        title={`Revoke “${revoking?.name}”?`}
        about="Scripts that use this key are refused from then on. This cannot be undone."
        action="Revoke the key"
        error={revoke.error}
        busy={revoke.isPending}
        onConfirm={() => revoking && revoke.mutate(revoking.id, { onSuccess: () => setRevoking(null) })}
        onClose={() => setRevoking(null)}
      />
    </Section>
  );
}

const SCOPES = [
  { key: 'read', label: 'Read', about: 'Every view, with personal data masked.' },
  { key: 'export', label: 'Export', about: 'Personal data too.' },
  { key: 'manage', label: 'Manage', about: "The project's settings and write keys." },
] as const;

function NewKey({ project, open, onClose }: { project: Project; open: boolean; onClose: () => void }) {
  const create = useCreateApiKey();
  const close = () => {
    onClose();
    create.reset();
  };
  return (
    <Modal
      open={open}
      onOpenChange={(next) => !next && close()}
      title={create.data ? 'Keep this key now' : 'New API key'}
      about={create.data ? 'It is shown this once. We keep only its fingerprint.' : `For ${project.name}`}
    >
      {create.data ? (
        <Once created={create.data} onDone={close} />
      ) : (
        <form
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            const form = new FormData(event.currentTarget);
            const name = String(form.get('name')).trim();
            const scopes = SCOPES.map((scope) => scope.key).filter((key) => form.get(key));
            create.mutate({ project_id: project.id, name, scopes });
          }}
        >
          <Field label="Name" hint="Who or what will use it: “Weekly report”.">
            {(control) => <Input {...control} name="name" required maxLength={100} autoComplete="off" />}
          </Field>
          <fieldset className="space-y-2">
            <legend className="mb-1.5 font-medium text-[0.8125rem]">What it may do</legend>
            {SCOPES.map((scope) => (
              <label key={scope.key} className="flex items-start gap-2 text-[0.8125rem]">
                <input
                  type="checkbox"
                  name={scope.key}
                  defaultChecked={scope.key === 'read'}
                  className="mt-0.5"
                />
                <span>
                  {scope.label} <span className="block text-muted text-xs">{scope.about}</span>
                </span>
              </label>
            ))}
          </fieldset>
          <FormError message={create.error?.message ?? null} />
          <Button type="submit" look="primary" size="md" disabled={create.isPending}>
            Create
          </Button>
        </form>
      )}
    </Modal>
  );
}

function Once({ created, onDone }: { created: NewApiKey; onDone: () => void }) {
  return (
    <>
      <div className="flex items-center gap-2 rounded-lg bg-sunken py-1.5 pr-1.5 pl-3">
        <code className="min-w-0 flex-1 break-all font-mono text-xs">{created.key}</code>
        <CopyButton value={created.key} what="API key" label="Copy" look="outline" />
      </div>
      <div className="mt-4 flex justify-end">
        <Button look="primary" size="md" onClick={onDone}>
          I have it
        </Button>
      </div>
    </>
  );
}
