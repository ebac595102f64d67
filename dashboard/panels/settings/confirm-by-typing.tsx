'use client';

import { useState } from 'react';
import { Button } from '@/components/ui/button';
import { Field, Input } from '@/components/ui/field';
import { Modal } from '@/components/ui/overlay';
import { FormError } from '@/panels/auth/frame';

interface ConfirmByTypingProps {
  open: boolean;
  onOpenChange: (open: boolean) => void;
  title: string;
  about: string;
  /** What must be typed, letter by letter. */
  word: string;
  keep: string;
  act: { label: string; pending: string; isPending: boolean };
  fieldError?: string | null;
  formError: string | null;
  onConfirm: () => void;
}

/** For what cannot be undone: its name is typed first, and while it is under way the dialog stays. */
export function ConfirmByTyping(props: ConfirmByTypingProps) {
  const { word, act, onOpenChange } = props;
  const [typed, setTyped] = useState('');
  return (
    <Modal
      open={props.open}
      onOpenChange={(next) => !act.isPending && onOpenChange(next)}
      title={props.title}
      about={props.about}
    >
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          props.onConfirm();
        }}
      >
        <Field label={`Type ${word} to go on`} error={props.fieldError}>
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
        <FormError message={props.formError} />
        <div className="flex justify-end gap-2">
          <Button size="md" disabled={act.isPending} onClick={() => onOpenChange(false)}>
            {props.keep}
          </Button>
          <Button
            type="submit"
            size="md"
            look="danger"
            disabled={(typed !== word && typed.trim() !== word) || act.isPending}
          >
            {act.isPending ? act.pending : act.label}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
