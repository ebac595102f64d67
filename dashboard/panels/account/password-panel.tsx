'use client';

import { Button } from '@/components/ui/button';
import { Field, PasswordInput } from '@/components/ui/field';
import { type Account, useChangePassword } from '@/lib/api/people';
import { errorOfField, errorOfForm } from '@/lib/form-errors';
import { FormError } from '@/panels/auth/frame';
import { Section } from '@/panels/settings/section';

export function PasswordPanel({ account }: { account: Account }) {
  const change = useChangePassword();
  return (
    <Section
      title="Password"
      about={
        account.has_password
          ? 'Every other browser of yours is signed out when it changes.'
          : 'You have none yet: you sign in by link or by single sign-on.'
      }
    >
      <form
        className="max-w-sm space-y-3"
        onSubmit={(event) => {
          event.preventDefault();
          const element = event.currentTarget;
          const form = new FormData(element);
          change.mutate(
            {
              current_password: String(form.get('current_password') ?? ''),
              password: String(form.get('password')),
            },
            { onSuccess: () => element.reset() },
          );
        }}
      >
        {account.has_password && (
          <Field label="Current password">
            {(control) => (
              <PasswordInput {...control} name="current_password" autoComplete="current-password" required />
            )}
          </Field>
        )}
        <Field
          label="New password"
          hint="At least 10 characters."
          error={errorOfField(change.error, 'password')}
        >
          {(control) => (
            <PasswordInput {...control} name="password" autoComplete="new-password" required minLength={10} />
          )}
        </Field>
        <FormError message={errorOfForm(change.error, ['password'])} />
        <div className="flex items-center gap-3">
          <Button type="submit" size="md" disabled={change.isPending}>
            {change.isPending ? 'Changing…' : 'Change the password'}
          </Button>
          <span role="status" className="text-good text-xs">
            {change.isSuccess && 'Changed'}
          </span>
        </div>
      </form>
    </Section>
  );
}
