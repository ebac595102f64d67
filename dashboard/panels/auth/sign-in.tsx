'use client';

import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useRouter } from 'next/navigation';
import { useEffect, useState } from 'react';
import { Button, buttonClass } from '@/components/ui/button';
import { Field, Input, PasswordInput } from '@/components/ui/field';
import { ApiError, api, rememberCsrf } from '@/lib/api/client';
import { useAuthState } from '@/lib/api/queries';
import type { LoginRequest, SignedIn } from '@/lib/api/types';
import { safeDestination } from '@/lib/destination';
import { AuthFrame, FormError } from './frame';

const destination = () => safeDestination(new URLSearchParams(window.location.search).get('next'));

/** Why single sign-on sent the person back here. */
const SIGN_ON_REASONS: Record<string, string> = {
  not_invited:
    'You are known there, but not invited here. Ask an admin of your organisation for an invitation.',
  unverified: 'The provider has not verified your e-mail address, so we cannot tell who you are.',
  expired: 'That took too long, or began in another window. Try again.',
  unavailable: 'Single sign-on cannot be reached now. Try again, or sign in with your password.',
  refused: 'Single sign-on did not vouch for you. Try again.',
};

/** The password was right, and the account has a second factor. */
const asksForCode = (error: Error | null) =>
  error instanceof ApiError && error.code === 'second_factor_needed';

export function SignIn() {
  const router = useRouter();
  const client = useQueryClient();
  const auth = useAuthState();
  const [needsCode, setNeedsCode] = useState(false);
  const [wanted, setWanted] = useState('/');
  const [refused, setRefused] = useState<string | null>(null);
  const login = useMutation({
    mutationFn: (form: LoginRequest) => api.post<SignedIn>('/api/auth/login', form),
    onError: (error) => asksForCode(error) && setNeedsCode(true),
    onSuccess: async ({ csrf }) => {
      rememberCsrf(csrf);
      await client.invalidateQueries({ queryKey: ['auth'] });
      router.replace(destination());
    },
  });

  useEffect(() => {
    setWanted(destination());
    const reason = new URLSearchParams(window.location.search).get('sso');
    setRefused(reason ? (SIGN_ON_REASONS[reason] ?? SIGN_ON_REASONS.refused ?? null) : null);
  }, []);
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
          login.mutate({
            email: String(form.get('email')).trim(),
            password: String(form.get('password')),
            ...(needsCode && { code: String(form.get('code')).trim() }),
          });
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
        {needsCode && (
          <Field label="Code" hint="From your authenticator app, or one of your recovery codes.">
            {(control) => <Input {...control} name="code" autoComplete="one-time-code" required autoFocus />}
          </Field>
        )}
        <FormError message={asksForCode(login.error) ? null : (login.error?.message ?? refused)} />
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
      {auth.data?.sign_on && (
        <>
          <p className="my-4 flex items-center gap-3 text-muted text-xs before:h-px before:flex-1 before:bg-line after:h-px after:flex-1 after:bg-line">
            or
          </p>
          <a
            href={`${auth.data.sign_on.path}?next=${encodeURIComponent(wanted)}`}
            className={buttonClass('outline', 'md', 'w-full justify-center')}
          >
            Continue with {auth.data.sign_on.name}
          </a>
        </>
      )}
      <p className="mt-6 text-muted text-xs">
        {auth.data?.mail ? (
          <a href="/reset/" className="text-accent underline-offset-2 hover:underline">
            Forgot your password?
          </a>
        ) : (
          'Forgot your password? Ask an admin of your organisation.'
        )}
      </p>
    </AuthFrame>
  );
}
