'use client';

import { useMutation } from '@tanstack/react-query';
import { type FormEvent, useState } from 'react';
import { Button, buttonClass } from '@/components/ui/button';
import { Field, Input, PasswordInput } from '@/components/ui/field';
import { Skeleton } from '@/components/ui/states';
import { api } from '@/lib/api/client';
import { useAuthState } from '@/lib/api/queries';
import { errorOfField, errorOfForm } from '@/lib/form-errors';
import { useLinkToken } from '@/lib/link-token';
import { AuthFrame, FormError } from './frame';

/** With a link: a new password. Without one: the form that has the link mailed. */
export function Reset() {
  const token = useLinkToken();
  if (token === null) {
    return (
      <AuthFrame title="New password" about="One moment.">
        <Skeleton className="h-40" />
      </AuthFrame>
    );
  }
  return token ? <NewPassword token={token} /> : <AskForLink />;
}

function NewPassword({ token }: { token: string }) {
  const [different, setDifferent] = useState(false);
  const reset = useMutation({
    mutationFn: (password: string) => api.post<void>('/api/auth/reset', { token, password }),
  });
  if (reset.isSuccess) {
    return (
      <AuthFrame title="Your password is set" about="Every browser that was signed in has been signed out.">
        <SignInLink look="primary" />
      </AuthFrame>
    );
  }
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    const form = new FormData(event.currentTarget);
    const same = form.get('password') === form.get('again');
    setDifferent(!same);
    if (same) reset.mutate(String(form.get('password')));
  };
  return (
    <AuthFrame title="New password" about="Choose one that you use nowhere else.">
      <form className="space-y-4" onSubmit={submit}>
        <Field
          label="New password"
          hint="At least 10 characters."
          error={errorOfField(reset.error, 'password')}
        >
          {(control) => (
            <PasswordInput
              {...control}
              name="password"
              autoComplete="new-password"
              required
              minLength={10}
              autoFocus
            />
          )}
        </Field>
        <Field label="The same again" error={different ? 'The two are not the same.' : null}>
          {(control) => <PasswordInput {...control} name="again" autoComplete="new-password" required />}
        </Field>
        <FormError message={errorOfForm(reset.error, ['password'])} />
        <Button
          type="submit"
          look="primary"
          size="md"
          className="w-full justify-center"
          disabled={reset.isPending}
        >
          {reset.isPending ? 'Setting…' : 'Set the password'}
        </Button>
      </form>
    </AuthFrame>
  );
}

function AskForLink() {
  const auth = useAuthState();
  const ask = useMutation({
    mutationFn: (email: string) => api.post<void>('/api/auth/reset-request', { email }),
  });
  if (auth.data && !auth.data.mail) {
    return (
      <AuthFrame
        title="Ask an admin"
        about="This installation sends no e-mail. An admin of your organisation can make you a link for a new password."
      >
        <SignInLink />
      </AuthFrame>
    );
  }
  if (ask.isSuccess) {
    return (
      <AuthFrame
        title="Look into your e-mail"
        about="If this address has an account, a link is on its way. It works once, within an hour."
      >
        <SignInLink />
      </AuthFrame>
    );
  }
  return (
    <AuthFrame title="Forgot your password?" about="We mail you a link with which you set a new one.">
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          ask.mutate(String(new FormData(event.currentTarget).get('email')).trim());
        }}
      >
        <Field label="E-mail">
          {(control) => (
            <Input {...control} name="email" type="email" autoComplete="username" required autoFocus />
          )}
        </Field>
        <FormError message={ask.error?.message ?? null} />
        <Button
          type="submit"
          look="primary"
          size="md"
          className="w-full justify-center"
          disabled={ask.isPending}
        >
          Send the link
        </Button>
      </form>
      <p className="mt-6 text-xs">
        <a href="/sign-in/" className="text-accent underline-offset-2 hover:underline">
          Back to signing in
        </a>
      </p>
    </AuthFrame>
  );
}

function SignInLink({ look = 'outline' }: { look?: 'primary' | 'outline' }) {
  return (
    <a href="/sign-in/" className={buttonClass(look, 'md', 'w-full justify-center')}>
      To signing in
    </a>
  );
}
