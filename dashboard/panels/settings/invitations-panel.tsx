'use client';

import { useState } from 'react';
import { Badge } from '@/components/badge';
import { Button } from '@/components/ui/button';
import { Field, Input, Select } from '@/components/ui/field';
import { Modal } from '@/components/ui/overlay';
import { Panel } from '@/components/ui/panel';
import { Empty, SkeletonRows } from '@/components/ui/states';
import { type Invitation, useInvitations, useInvite, useWithdrawInvitation } from '@/lib/api/people';
import type { Role } from '@/lib/api/types';
import { errorOfField, errorOfForm } from '@/lib/form-errors';
import { formatDay } from '@/lib/format';
import { ownTimezone } from '@/lib/timezones';
import { FormError } from '@/panels/auth/frame';
import { Confirm } from './confirm';
import { LinkOnce } from './link-once';
import { ROLE_CHOICES } from './roles';
import { Section } from './section';

export function InvitationsPanel() {
  const [withdrawing, setWithdrawing] = useState<Invitation | null>(null);
  const invitations = useInvitations();
  const withdraw = useWithdrawInvitation();
  return (
    <Section title="Open invitations" about="Each is a link for one address that works once, for a week.">
      <Panel
        query={invitations}
        loading={<SkeletonRows rows={2} />}
        isEmpty={(list) => list.length === 0}
        empty={<Empty title="Nobody is invited" className="py-4" />}
      >
        {(list) => (
          <ul className="divide-y divide-line rounded-lg border border-line">
            {list.map((invitation) => (
              <li key={invitation.id} className="flex flex-wrap items-center gap-x-3 gap-y-1 px-3.5 py-2.5">
                <span className="min-w-0 flex-1 basis-48 truncate font-medium text-[0.8125rem]">
                  {invitation.email}
                </span>
                <Badge>{invitation.role}</Badge>
                <span className="text-muted text-xs">
                  until {formatDay(invitation.expires_at, ownTimezone())}
                </span>
                <Button
                  look="ghost"
                  onClick={() => setWithdrawing(invitation)}
                  aria-label={`Withdraw the invitation of ${invitation.email}`}
                >
                  Withdraw
                </Button>
              </li>
            ))}
          </ul>
        )}
      </Panel>
      <Confirm
        open={withdrawing !== null}
        title={`Withdraw the invitation of ${withdrawing?.email}?`}
        about="Its link stops working."
        action="Withdraw"
        error={withdraw.error}
        busy={withdraw.isPending}
        onConfirm={() =>
          withdrawing && withdraw.mutate(withdrawing.id, { onSuccess: () => setWithdrawing(null) })
        }
        onClose={() => setWithdrawing(null)}
      />
    </Section>
  );
}

export function NewInvitation({ open, onClose }: { open: boolean; onClose: () => void }) {
  const invite = useInvite();
  const close = () => {
    onClose();
    invite.reset();
  };
  const made = invite.data;
  return (
    <Modal
      open={open}
      onOpenChange={(next) => !next && close()}
      title={made ? `${made.invitation.email} is invited` : 'Invite somebody'}
    >
      {made ? (
        <LinkOnce
          path={made.path}
          about={
            made.mailed
              ? 'The link is on its way by e-mail. You may also hand it over yourself; it is shown this once.'
              : 'Hand this link over yourself: no e-mail was sent. It is shown this once.'
          }
          onDone={close}
        />
      ) : (
        <form
          className="space-y-4"
          onSubmit={(event) => {
            event.preventDefault();
            const form = new FormData(event.currentTarget);
            invite.mutate({
              email: String(form.get('email')).trim(),
              role: String(form.get('role')) as Role,
            });
          }}
        >
          <Field label="E-mail" error={errorOfField(invite.error, 'email')}>
            {(control) => <Input {...control} name="email" type="email" autoComplete="off" required />}
          </Field>
          <Field label="Role" className="max-w-48">
            {(control) => (
              <Select {...control} name="role" defaultValue="analyst">
                {ROLE_CHOICES.map((role) => (
                  <option key={role.key} value={role.key}>
                    {role.label}
                  </option>
                ))}
              </Select>
            )}
          </Field>
          <FormError message={errorOfForm(invite.error, ['email'])} />
          <Button type="submit" look="primary" size="md" disabled={invite.isPending}>
            Invite
          </Button>
        </form>
      )}
    </Modal>
  );
}
