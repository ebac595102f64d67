'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field, Input } from '@/components/ui/field';
import { Modal } from '@/components/ui/overlay';
import { type ProjectReceipt, useDeleteProject } from '@/lib/api/privacy';
import type { Project } from '@/lib/api/types';
import { errorOfField, errorOfForm } from '@/lib/form-errors';
import { formatCount } from '@/lib/format';
import { FormError } from '@/panels/auth/frame';
import { Section } from './section';

interface DeleteProjectProps {
  project: Project;
  onDeleted: (receipt: ProjectReceipt) => void;
}

export function DeleteProject({ project, onDeleted }: DeleteProjectProps) {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const remove = useDeleteProject(project.id);
  return (
    <Section
      title="Delete this project"
      about="With every event, session, person, funnel and key in it. There is no way back."
    >
      <Button look="danger" size="md" onClick={() => setOpen(true)}>
        Delete {project.name}
      </Button>
      <Modal
        open={open}
        onOpenChange={(next) => !remove.isPending && setOpen(next)}
        title={`Delete ${project.name}?`}
        about="Everything in it is deleted for everybody, and its keys stop working. Events that are still on their way are not stored."
      >
        <form
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            remove.mutate(typed, { onSuccess: onDeleted });
          }}
        >
          <Field label={`Type ${project.name} to go on`} error={errorOfField(remove.error, 'name')}>
            {(control) => (
              <Input
                {...control}
                value={typed}
                autoComplete="off"
                spellCheck={false}
                onChange={(event) => setTyped(event.target.value)}
              />
            )}
          </Field>
          <FormError message={errorOfForm(remove.error, ['name'])} />
          <div className="flex justify-end gap-2">
            <Button size="md" disabled={remove.isPending} onClick={() => setOpen(false)}>
              Keep it
            </Button>
            <Button
              type="submit"
              size="md"
              look="danger"
              disabled={typed !== project.name || remove.isPending}
            >
              {remove.isPending ? 'Deleting…' : 'Delete for good'}
            </Button>
          </div>
        </form>
      </Modal>
    </Section>
  );
}

/** What a deleted project had; shown once, and kept in the audit log. */
export function DeletedProject({ receipt, onClose }: { receipt: ProjectReceipt; onClose: () => void }) {
  const had = [
    { name: 'Events', count: receipt.events },
    { name: 'Sessions', count: receipt.sessions },
    { name: 'Identity links', count: receipt.links },
    { name: 'Failed events', count: receipt.dead_letters },
  ];
  return (
    <Modal
      open
      onOpenChange={(next) => !next && onClose()}
      title={`${receipt.name} is deleted`}
      about="This is what it had; nothing of it is left. The audit log keeps these numbers."
    >
      <dl className="divide-y divide-line rounded-lg border border-line text-[0.8125rem]">
        {had.map(({ name, count }) => (
          <div key={name} className="flex justify-between gap-3 px-3.5 py-2">
            <dt>{name}</dt>
            <dd className="tabular-nums">{formatCount(count)}</dd>
          </div>
        ))}
      </dl>
      <div className="mt-4 flex justify-end">
        <Button look="primary" size="md" onClick={onClose}>
          Done
        </Button>
      </div>
    </Modal>
  );
}
