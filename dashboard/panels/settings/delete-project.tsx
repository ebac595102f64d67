'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Modal } from '@/components/ui/overlay';
import { type ProjectReceipt, useDeleteProject } from '@/lib/api/privacy';
import type { Project } from '@/lib/api/types';
import { errorOfField, errorOfForm } from '@/lib/form-errors';
import { formatCount } from '@/lib/format';
import { ConfirmByTyping } from './confirm-by-typing';
import { Section } from './section';

interface DeleteProjectProps {
  project: Project;
  onDeleted: (receipt: ProjectReceipt) => void;
}

export function DeleteProject({ project, onDeleted }: DeleteProjectProps) {
  const [open, setOpen] = useState(false);
  const remove = useDeleteProject(project.id);
  return (
    <Section
      title="Delete this project"
      about="With every event, session, person, funnel and key in it. There is no way back."
    >
      <Button look="danger" size="md" onClick={() => setOpen(true)}>
        Delete {project.name}
      </Button>
      <ConfirmByTyping
        open={open}
        onOpenChange={setOpen}
        title={`Delete ${project.name}?`}
        about="Everything in it is deleted for everybody, and its keys stop working. Events that are still on their way are not stored."
        word={project.name}
        keep="Keep it"
        act={{ label: 'Delete for good', pending: 'Deleting…', isPending: remove.isPending }}
        fieldError={errorOfField(remove.error, 'name')}
        formError={errorOfForm(remove.error, ['name'])}
        onConfirm={() => remove.mutate(project.name, { onSuccess: onDeleted })}
      />
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
