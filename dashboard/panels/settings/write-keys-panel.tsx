'use client';

import { Plus } from 'lucide-react';
import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { CopyButton } from '@/components/ui/copy-button';
import { Field, Input } from '@/components/ui/field';
import { Modal } from '@/components/ui/overlay';
import { Empty } from '@/components/ui/states';
import { useCreateWriteKey, useRevokeWriteKey, useRotateWriteKey } from '@/lib/api/queries';
import type { Project, WriteKey } from '@/lib/api/types';
import { formatDay, formatTime } from '@/lib/format';
import { FormError } from '@/panels/auth/frame';
import { Confirm } from './confirm';
import { Section } from './section';

export function WriteKeysPanel({ project }: { project: Project }) {
  const [adding, setAdding] = useState(false);
  const [replacing, setReplacing] = useState<WriteKey | null>(null);
  const [revoking, setRevoking] = useState<WriteKey | null>(null);
  const revoke = useRevokeWriteKey(project.id);
  const rotate = useRotateWriteKey(project.id);
  // A key that was replaced goes on working until its time comes.
  const keys = project.write_keys.filter(
    (key) => key.revoked_at === null || Date.parse(key.revoked_at) > Date.now(),
  );
  return (
    <Section
      title="Write keys"
      about="A write key names this project and lets a page send events to it, nothing else. It is public: it stands in your page."
      tools={
        <Button onClick={() => setAdding(true)}>
          <Plus aria-hidden /> New write key
        </Button>
      }
    >
      {keys.length === 0 ? (
        <Empty title="No write key">Without one, this project receives no events.</Empty>
      ) : (
        <ul className="divide-y divide-line rounded-lg border border-line">
          {keys.map((key) => (
            <li key={key.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3.5 py-2.5">
              <span className="min-w-32 font-medium text-[0.8125rem]">{key.name}</span>
              <code className="min-w-0 flex-1 truncate font-mono text-muted text-xs">{key.key}</code>
              <span className="text-muted text-xs">
                {key.revoked_at
                  ? `replaced; works until ${formatTime(key.revoked_at, project.timezone, true)}`
                  : `since ${formatDay(key.created_at, project.timezone)}`}
              </span>
              <span className="flex items-center">
                <CopyButton value={key.key} what={`write key ${key.name}`} />
                {!key.revoked_at && (
                  <Button
                    look="ghost"
                    onClick={() => setReplacing(key)}
                    aria-label={`Replace write key ${key.name}`}
                  >
                    Replace
                  </Button>
                )}
                <Button
                  look="ghost"
                  onClick={() => setRevoking(key)}
                  aria-label={`Revoke write key ${key.name}`}
                >
                  Revoke
                </Button>
              </span>
            </li>
          ))}
        </ul>
      )}
      <Confirm
        open={replacing !== null}
        title={`Replace “${replacing?.name}”?`}
        about="A new key is made. The old one goes on working for 24 hours, so that nothing is lost while you change your pages."
        action="Make the new key"
        error={rotate.error}
        busy={rotate.isPending}
        onConfirm={() => replacing && rotate.mutate(replacing.id, { onSuccess: () => setReplacing(null) })}
        onClose={() => setReplacing(null)}
      />
      <NewWriteKey project={project} open={adding} onClose={() => setAdding(false)} />
      <Confirm
        open={revoking !== null}
        title={`Revoke “${revoking?.name}”?`}
        about="Pages that still use this key send nothing from then on. This cannot be undone."
        action="Revoke the key"
        error={revoke.error}
        busy={revoke.isPending}
        onConfirm={() => revoking && revoke.mutate(revoking.id, { onSuccess: () => setRevoking(null) })}
        onClose={() => setRevoking(null)}
      />
    </Section>
  );
}

function NewWriteKey({ project, open, onClose }: { project: Project; open: boolean; onClose: () => void }) {
  const create = useCreateWriteKey(project.id);
  return (
    <Modal
      open={open}
      onOpenChange={(next) => !next && onClose()}
      title="New write key"
      about={`For ${project.name}`}
    >
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          const name = String(new FormData(event.currentTarget).get('name')).trim();
          create.mutate({ name }, { onSuccess: onClose });
        }}
      >
        <Field label="Name" hint="Where it will be used: “Website”, “Android app”.">
          {(control) => <Input {...control} name="name" required maxLength={100} autoComplete="off" />}
        </Field>
        <FormError message={create.error?.message ?? null} />
        <Button type="submit" look="primary" size="md" disabled={create.isPending}>
          Create
        </Button>
      </form>
    </Modal>
  );
}
