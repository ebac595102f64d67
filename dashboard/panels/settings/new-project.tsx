'use client';

import { useState } from 'react';
import { TimezoneSelect } from '@/components/timezone-select';
import { Button } from '@/components/ui/button';
import { Field, Input } from '@/components/ui/field';
import { Modal } from '@/components/ui/overlay';
import { useCreateProject } from '@/lib/api/queries';
import { useFilters } from '@/lib/filters/store';
import { errorOfField, errorOfForm } from '@/lib/form-errors';
import { ownTimezone } from '@/lib/timezones';
import { FormError } from '@/panels/auth/frame';

export function NewProject({ open, onClose }: { open: boolean; onClose: () => void }) {
  return (
    <Modal
      open={open}
      onOpenChange={(next) => !next && onClose()}
      title="New project"
      about="A site or an app of its own."
    >
      <Form onClose={onClose} />
    </Modal>
  );
}

function Form({ onClose }: { onClose: () => void }) {
  const [timezone, setTimezone] = useState(ownTimezone);
  const create = useCreateProject();
  const setProject = useFilters((state) => state.setProject);
  return (
    <form
      className="space-y-4"
      onSubmit={(event) => {
        event.preventDefault();
        const name = String(new FormData(event.currentTarget).get('name')).trim();
        create.mutate(
          { name, timezone },
          {
            onSuccess: (project) => {
              onClose();
              setProject(project.id);
            },
          },
        );
      }}
    >
      <Field label="Name" error={errorOfField(create.error, 'name')}>
        {(control) => <Input {...control} name="name" required maxLength={100} autoComplete="off" />}
      </Field>
      <Field label="Time zone" error={errorOfField(create.error, 'timezone')}>
        {(control) => (
          <TimezoneSelect
            {...control}
            value={timezone}
            onChange={(event) => setTimezone(event.target.value)}
          />
        )}
      </Field>
      <FormError message={errorOfForm(create.error, ['name', 'timezone'])} />
      <Button type="submit" look="primary" size="md" disabled={create.isPending}>
        Create
      </Button>
    </form>
  );
}
