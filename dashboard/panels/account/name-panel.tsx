'use client';

import { Button } from '@/components/ui/button';
import { Field, Input } from '@/components/ui/field';
import { type Account, useRename } from '@/lib/api/people';
import { errorOfField, errorOfForm } from '@/lib/form-errors';
import { FormError } from '@/panels/auth/frame';
import { Section } from '@/panels/settings/section';

export function NamePanel({ account }: { account: Account }) {
  const rename = useRename();
  return (
    <Section title="You" about={`${account.user.email}, ${account.user.role} of ${account.user.tenant_name}`}>
      <form
        className="max-w-sm space-y-3"
        onSubmit={(event) => {
          event.preventDefault();
          rename.mutate(String(new FormData(event.currentTarget).get('name')).trim());
        }}
      >
        <Field label="Name" error={errorOfField(rename.error, 'name')}>
          {(control) => (
            <Input
              {...control}
              name="name"
              defaultValue={account.user.name}
              autoComplete="name"
              required
              maxLength={100}
            />
          )}
        </Field>
        <FormError message={errorOfForm(rename.error, ['name'])} />
        <div className="flex items-center gap-3">
          <Button type="submit" size="md" disabled={rename.isPending}>
            Save
          </Button>
          <span role="status" className="text-good text-xs">
            {rename.isSuccess && 'Saved'}
          </span>
        </div>
      </form>
    </Section>
  );
}
