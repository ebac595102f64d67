'use client';

import { UserPlus } from 'lucide-react';
import { useState } from 'react';
import { Badge } from '@/components/badge';
import { Button } from '@/components/ui/button';
import { Select } from '@/components/ui/field';
import { Modal } from '@/components/ui/overlay';
import { Panel } from '@/components/ui/panel';
import { SkeletonRows } from '@/components/ui/states';
import {
  type Member,
  useChangeRole,
  useMembers,
  useRemoveMember,
  useRemoveMembersFactor,
  useResetLink,
} from '@/lib/api/people';
import type { Role } from '@/lib/api/types';
import { formatAgo } from '@/lib/format';
import { useUser } from '@/lib/session';
import { FormError } from '@/panels/auth/frame';
import { Confirm } from './confirm';
import { InvitationsPanel, NewInvitation } from './invitations-panel';
import { LinkOnce } from './link-once';
import { ROLE_CHOICES } from './roles';
import { Section } from './section';

export function MembersPanel() {
  const [inviting, setInviting] = useState(false);
  const user = useUser();
  const members = useMembers();
  return (
    <>
      <Section
        title={`Members of ${user.tenant_name}`}
        about="Admins do everything. Analysts see every view, with personal data masked, and export nothing. Viewers see Overview and Funnels."
        tools={
          <Button onClick={() => setInviting(true)}>
            <UserPlus aria-hidden /> Invite
          </Button>
        }
      >
        <Panel query={members} loading={<SkeletonRows rows={3} />}>
          {(list) => (
            <ul className="divide-y divide-line rounded-lg border border-line">
              {list.map((member) => (
                <MemberRow key={member.id} member={member} self={member.id === user.id} />
              ))}
            </ul>
          )}
        </Panel>
      </Section>
      <InvitationsPanel />
      <NewInvitation open={inviting} onClose={() => setInviting(false)} />
    </>
  );
}

function MemberRow({ member, self }: { member: Member; self: boolean }) {
  const [managing, setManaging] = useState(false);
  const change = useChangeRole();
  return (
    <li className="flex flex-wrap items-center gap-x-3 gap-y-2 px-3.5 py-2.5">
      <span className="min-w-0 flex-1 basis-56">
        <span className="font-medium text-[0.8125rem]">{member.name}</span> {self && <Badge>You</Badge>}{' '}
        {member.second_factor && <Badge tone="good">Second factor</Badge>}
        <span className="block truncate text-muted text-xs">
          {member.email}
          {member.last_sign_in_at && ` · signed in ${formatAgo(member.last_sign_in_at)}`}
        </span>
      </span>
      <Select
        aria-label={`Role of ${member.name}`}
        className="w-32"
        value={member.role}
        disabled={change.isPending}
        onChange={(event) => change.mutate({ id: member.id, role: event.target.value as Role })}
      >
        {ROLE_CHOICES.map((role) => (
          <option key={role.key} value={role.key}>
            {role.label}
          </option>
        ))}
      </Select>
      <Button look="ghost" onClick={() => setManaging(true)} aria-label={`Manage ${member.name}`}>
        Manage
      </Button>
      {change.error && <p className="w-full text-bad text-xs">{change.error.message}</p>}
      <Manage member={member} open={managing} onClose={() => setManaging(false)} />
    </li>
  );
}

function Manage({ member, open, onClose }: { member: Member; open: boolean; onClose: () => void }) {
  const [removing, setRemoving] = useState(false);
  const link = useResetLink();
  const factor = useRemoveMembersFactor();
  const remove = useRemoveMember();
  const close = () => {
    onClose();
    link.reset();
    factor.reset();
  };
  return (
    <>
      <Modal
        open={open && !removing}
        onOpenChange={(next) => !next && close()}
        title={member.name}
        about={member.email}
      >
        {link.data ? (
          <LinkOnce
            path={link.data.path}
            about="Hand this over yourself: it sets a new password, once, within 24 hours."
            onDone={close}
          />
        ) : (
          <div className="space-y-3">
            <FormError message={(link.error ?? factor.error)?.message ?? null} />
            <div className="flex flex-wrap gap-2">
              <Button size="md" disabled={link.isPending} onClick={() => link.mutate(member.id)}>
                Link for a new password
              </Button>
              {member.second_factor && (
                <Button size="md" disabled={factor.isPending} onClick={() => factor.mutate(member.id)}>
                  Switch their second factor off
                </Button>
              )}
              <Button size="md" look="danger" onClick={() => setRemoving(true)}>
                Remove
              </Button>
            </div>
          </div>
        )}
      </Modal>
      <Confirm
        open={removing}
        title={`Remove ${member.name}?`}
        about="They are signed out at once and see nothing of this organisation any more. What they did stays in the audit log."
        action="Remove"
        error={remove.error}
        busy={remove.isPending}
        onConfirm={() => remove.mutate(member.id)}
        onClose={() => {
          setRemoving(false);
          remove.reset();
        }}
      />
    </>
  );
}
