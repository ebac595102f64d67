'use client';

import type { ReactNode } from 'react';
import { Button } from '@/components/ui/button';
import { Modal } from '@/components/ui/overlay';
import { FormError } from '@/panels/auth/frame';

interface ConfirmProps {
  open: boolean;
  title: string;
  about: ReactNode;
  action: string;
  error: Error | null;
  busy: boolean;
  onConfirm: () => void;
  onClose: () => void;
}

/** Asks before what cannot be undone. */
export function Confirm({ open, title, about, action, error, busy, onConfirm, onClose }: ConfirmProps) {
  return (
    <Modal open={open} onOpenChange={(next) => !next && onClose()} title={title} about={about}>
      <FormError message={error?.message ?? null} />
      <div className="mt-4 flex justify-end gap-2">
        <Button size="md" onClick={onClose}>
          Keep it
        </Button>
        <Button size="md" look="danger" disabled={busy} onClick={onConfirm}>
          {action}
        </Button>
      </div>
    </Modal>
  );
}
