'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { type Found, useErasePerson } from '@/lib/api/privacy';
import type { Project } from '@/lib/api/types';
import { ConfirmByTyping } from './confirm-by-typing';
import { ReceiptTable } from './receipt-table';

interface ErasePersonProps {
  project: Project;
  found: Found;
  onErased: () => void;
}

/** Asks for the id once more, erases, and leaves the receipt on the page. */
export function ErasePerson({ project, found, onErased }: ErasePersonProps) {
  const [open, setOpen] = useState(false);
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
      <ConfirmByTyping
        open={open}
        onOpenChange={setOpen}
        title="Erase this person?"
        about={`Every event, session, link and failed event of theirs in ${project.name} is deleted, and what is still on its way is not stored. There is no way back.`}
        word={found.asked}
        keep="Keep them"
        act={{ label: 'Erase for good', pending: 'Erasing…', isPending: erase.isPending }}
        formError={erase.error?.message ?? null}
        onConfirm={() =>
          erase.mutate(found.asked, {
            onSuccess: () => {
              setOpen(false);
              onErased();
            },
          })
        }
      />
    </>
  );
}
