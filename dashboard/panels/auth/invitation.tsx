'use client';

import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button, buttonClass } from '@/components/ui/button';
import { Field, Input, PasswordInput } from '@/components/ui/field';
import { Skeleton } from '@/components/ui/states';
import { ApiError, api, rememberCsrf } from '@/lib/api/client';
import type { InvitationSeen } from '@/lib/api/people';
import type { SignedIn } from '@/lib/api/types';
import { errorOfField, errorOfForm } from '@/lib/form-errors';
import { useLinkToken } from '@/lib/link-token';
import { AuthFrame, FormError } from './frame';

/** Where the link of an invitation leads: an account is made, or an existing one joins. */
export function AcceptInvitation() {
  const token = useLinkToken();
  const seen = useQuery({
    queryKey: ['invitation', token],
    queryFn: () => api.post<InvitationSeen>('/api/auth/invitation', { token }),
    enabled: Boolean(token),
    retry: false,
    refetchOnWindowFocus: false,
  });
  if (token === '' || seen.error) {
    return (
      <AuthFrame
        title="This invitation does not work"
        about={
          seen.error && !(seen.error instanceof ApiError && seen.error.code === 'invalid_link')
            ? seen.error.message
            : 'It may have been used, withdrawn or replaced, or it is older than a week. Ask for another.'
        }
      >
        <a href="/sign-in/" className={buttonClass('outline', 'md', 'w-full justify-center')}>
          To signing in
        </a>
      </AuthFrame>
    );
  }
  if (!token || !seen.data) {
    return (
      <AuthFrame title="Invitation" about="One moment.">
        <Skeleton className="h-40" />
      </AuthFrame>
    );
  }
  return <Join token={token} offer={seen.data} />;
}

const FIELDS = ['name', 'password', 'code'] as const;

function Join({ token, offer }: { token: string; offer: InvitationSeen }) {
  const [needsCode, setNeedsCode] = useState(false);
  const accept = useMutation({
    mutationFn: (form: { name: string; password: string; code: string }) =>
      api.post<SignedIn>('/api/auth/invitation/accept', { token, ...form }),
    onError: (error) => {
      if (error instanceof ApiError && error.code === 'second_factor_needed') setNeedsCode(true);
    },
    onSuccess: ({ csrf }) => {
      rememberCsrf(csrf);
      window.location.assign('/');
    },
  });
  const article = offer.role === 'viewer' ? 'a' : 'an';
  return (
    <AuthFrame
      title={`Join ${offer.organisation}`}
      about={`You are invited as ${article} ${offer.role}. ${
        offer.known
          ? 'Your account joins with its own password.'
          : 'Choose how you are called and a password.'
      }`}
    >
      <form
        className="space-y-4"
        onSubmit={(event) => {
          event.preventDefault();
          const form = new FormData(event.currentTarget);
          accept.mutate({
            name: String(form.get('name') ?? '').trim(),
            password: String(form.get('password')),
            code: String(form.get('code') ?? '').trim(),
          });
        }}
      >
        <Field label="E-mail">
          {(control) => (
            <Input {...control} value={offer.email} readOnly autoComplete="username" className="text-muted" />
          )}
        </Field>
        {!offer.known && (
          <Field label="Your name" error={errorOfField(accept.error, 'name')}>
            {(control) => (
              <Input {...control} name="name" autoComplete="name" required maxLength={100} autoFocus />
            )}
          </Field>
        )}
        <Field
          label="Password"
          error={errorOfField(accept.error, 'password')}
          hint={offer.known ? undefined : 'At least 10 characters.'}
        >
          {(control) => (
            <PasswordInput
              {...control}
              name="password"
              autoComplete={offer.known ? 'current-password' : 'new-password'}
              required
              minLength={offer.known ? undefined : 10}
            />
          )}
        </Field>
        {needsCode && (
          <Field
            label="Code"
            hint="From your authenticator app, or one of your recovery codes."
            error={errorOfField(accept.error, 'code')}
          >
            {(control) => <Input {...control} name="code" autoComplete="one-time-code" required autoFocus />}
          </Field>
        )}
        <FormError message={errorOfForm(accept.error, FIELDS)} />
        <Button
          type="submit"
          look="primary"
          size="md"
          className="w-full justify-center"
          disabled={accept.isPending}
        >
          {accept.isPending ? 'Joining…' : `Join ${offer.organisation}`}
        </Button>
      </form>
    </AuthFrame>
  );
}
