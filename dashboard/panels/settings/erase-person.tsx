'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field, Input } from '@/components/ui/field';
import { Modal } from '@/components/ui/overlay';
import { type Found, useErasePerson } from '@/lib/api/privacy';
import type { Project } from '@/lib/api/types';
import { FormError } from '@/panels/auth/frame';
import { ReceiptTable } from './receipt-table';

interface ErasePersonProps {
  project: Project;
  found: Found;
  onErased: () => void;
}

/** Asks for the id once more, erases, and leaves the receipt on the page. */
export function ErasePerson({ project, found, onErased }: ErasePersonProps) {
  const [open, setOpen] = useState(false);
  const [typed, setTyped] = useState('');
  const erase = useErasePerson(project.id);
  if (erase.data) {
    return (
      <section aria-label="Receipt" role="status" className="w-full">
        <p className="mb-2 font-medium text-[0.8125rem]">
          Erased. This is the receipt; it is kept below, and names nobody.
        </p>
        <ReceiptTable
          id={erase.data.erasure_id}
          at={new Date(erase.data.finished_at).toISOString()}
          timezone={project.timezone}
          counts={erase.data}
        />
      </section>
    );
  }
  return (
    <>
      <Button look="danger" size="md" onClick={() => setOpen(true)}>
        Erase this person
      </Button>
      <Modal
        open={open}
        onOpenChange={(next) => !erase.isPending && setOpen(next)}
        title="Erase this person?"
        about={`Every event, session, link and failed event of theirs in ${project.name} is deleted, and what is still on its way is not stored. There is no way back.`}
      >
        <form
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            erase.mutate(found.asked, {
              onSuccess: () => {
                setOpen(false);
                onErased();
              },
            });
          }}
        >
          <Field label={`Type ${found.asked} to go on`}>
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
          <FormError message={erase.error?.message ?? null} />
          <div className="flex justify-end gap-2">
            <Button size="md" disabled={erase.isPending} onClick={() => setOpen(false)}>
              Keep them
            </Button>
            <Button
              type="submit"
              size="md"
              look="danger"
              disabled={typed.trim() !== found.asked || erase.isPending}
            >
              {erase.isPending ? 'Erasing…' : 'Erase for good'}
            </Button>
          </div>
        </form>
      </Modal>
    </>
  );
}
