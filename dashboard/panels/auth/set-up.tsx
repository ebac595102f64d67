'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { TimezoneSelect } from '@/components/timezone-select';
import { Button } from '@/components/ui/button';
import { Field, Input, PasswordInput } from '@/components/ui/field';
import { api, rememberCsrf } from '@/lib/api/client';
import { useAuthState } from '@/lib/api/queries';
import type { SetupDone, SetupRequest } from '@/lib/api/types';
import { errorOfField, errorOfForm } from '@/lib/form-errors';
import { ownTimezone } from '@/lib/timezones';
import { AuthFrame, FormError } from './frame';

const FIELDS = [
  'setup_token',
  'email',
  'name',
  'password',
  'organisation',
  'project_name',
  'timezone',
] as const;

export function SetUp() {
  const router = useRouter();
  const client = useQueryClient();
  const auth = useAuthState();
  const [token, setToken] = useState('');
  const [timezone, setTimezone] = useState('UTC');
  const setup = useMutation({
    mutationFn: (form: SetupRequest) => api.post<SetupDone>('/api/auth/setup', form),
    onSuccess: async ({ csrf, project }) => {
      rememberCsrf(csrf);
      await client.invalidateQueries({ queryKey: ['auth'] });
      router.replace(`/?project=${encodeURIComponent(project.id)}`);
    },
  });

  useEffect(() => {
    // The link that `hatua serve` prints carries the token.
    setToken(new URLSearchParams(window.location.search).get('token') ?? '');
    setTimezone(ownTimezone());
  }, []);
  useEffect(() => {
    if (auth.data && !auth.data.setup_needed && !setup.isSuccess)
      router.replace(auth.data.user ? '/' : '/sign-in/');
  }, [auth.data, router, setup.isSuccess]);

  const wrong = (field: (typeof FIELDS)[number]) => errorOfField(setup.error, field);
  return (
    <AuthFrame
      title="Set up Hatua"
      about="An organisation, its first project and your account. It takes a minute."
    >
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          const text = (name: string) => String(form.get(name) ?? '').trim();
          setup.mutate({
            setup_token: token.trim(),
            organisation: text('organisation'),
            project_name: text('project_name'),
            timezone,
            name: text('name'),
            email: text('email'),
            password: String(form.get('password')),
          });
        }}
      >
        <Field
          label="Set-up token"
          error={wrong('setup_token')}
          hint={
            <>
              Printed by <code className="font-mono">hatua serve</code> when it starts.
            </>
          }
        >
          {(control) => (
            <Input
              {...control}
              value={token}
              onChange={(event) => setToken(event.target.value)}
              autoComplete="off"
              spellCheck={false}
              required
              className="font-mono"
            />
          )}
        </Field>
        <div className="grid gap-4 sm:grid-cols-2">
          <Field label="Organisation" error={wrong('organisation')}>
            {(control) => (
              <Input {...control} name="organisation" autoComplete="organization" required maxLength={100} />
            )}
          </Field>
          <Field label="First project" error={wrong('project_name')}>
            {(control) => (
              <Input
                {...control}
                name="project_name"
                placeholder="Website"
                autoComplete="off"
                required
                maxLength={100}
              />
            )}
          </Field>
        </div>
        <Field
          label="Time zone"
          error={wrong('timezone')}
          hint="Days begin at midnight here. It can be changed later."
        >
          {(control) => (
            <TimezoneSelect
              {...control}
              value={timezone}
              onChange={(event) => setTimezone(event.target.value)}
            />
          )}
        </Field>
        <hr />
        <Field label="Your name" error={wrong('name')}>
          {(control) => <Input {...control} name="name" autoComplete="name" required maxLength={100} />}
        </Field>
        <Field label="E-mail" error={wrong('email')}>
          {(control) => <Input {...control} name="email" type="email" autoComplete="username" required />}
        </Field>
        <Field label="Password" error={wrong('password')} hint="At least 10 characters.">
          {(control) => (
            <PasswordInput {...control} name="password" autoComplete="new-password" required minLength={10} />
          )}
        </Field>
        <FormError message={errorOfForm(setup.error, FIELDS)} />
        <Button
          type="submit"
          look="primary"
          size="md"
          className="w-full justify-center"
          disabled={setup.isPending}
        >
          {setup.isPending ? 'Setting up…' : 'Create and open the dashboard'}
        </Button>
      </form>
    </AuthFrame>
  );
}
