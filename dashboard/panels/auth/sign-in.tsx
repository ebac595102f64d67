'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect } from 'react';
import { Button } from '@/components/ui/button';
import { Field, Input, PasswordInput } from '@/components/ui/field';
import { api, rememberCsrf } from '@/lib/api/client';
import { useAuthState } from '@/lib/api/queries';
import type { AuthState, SignedIn } from '@/lib/api/types';
import { safeDestination } from '@/lib/destination';
import { AuthFrame, FormError } from './frame';

const destination = () => safeDestination(new URLSearchParams(window.location.search).get('next'));

export function SignIn() {
  const router = useRouter();
  const client = useQueryClient();
  const auth = useAuthState();
  const login = useMutation({
    mutationFn: (form: { email: string; password: string }) => api.post<SignedIn>('/api/auth/login', form),
    onSuccess: ({ user, csrf }) => {
      rememberCsrf(csrf);
      client.setQueryData<AuthState>(['auth'], (state) => ({
        setup_needed: false,
        version: state?.version ?? '',
        user,
        csrf,
      }));
      router.replace(destination());
    },
  });

  useEffect(() => {
    if (auth.data?.setup_needed) router.replace('/set-up/');
    else if (auth.data?.user) router.replace(destination());
  }, [auth.data, router]);

  return (
    <AuthFrame title="Sign in" about="Welcome back. Your dashboard is where you left it.">
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          login.mutate({ email: String(form.get('email')).trim(), password: String(form.get('password')) });
        }}
      >
        <Field label="E-mail">
          {(control) => (
            <Input {...control} name="email" type="email" autoComplete="username" required autoFocus />
          )}
        </Field>
        <Field label="Password">
          {(control) => (
            <PasswordInput {...control} name="password" autoComplete="current-password" required />
          )}
        </Field>
        <FormError message={login.error?.message ?? null} />
        <Button
          type="submit"
          look="primary"
          size="md"
          className="w-full justify-center"
          disabled={login.isPending}
        >
          {login.isPending ? 'Signing in…' : 'Sign in'}
        </Button>
      </form>
      <p className="mt-6 text-muted text-xs">Forgot your password? Ask an admin of your organisation.</p>
    </AuthFrame>
  );
}
