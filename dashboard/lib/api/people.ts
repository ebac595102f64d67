'use client';

/** People: members, invitations, one's own account, the audit trail. */
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { api, rememberCsrf } from './client';
import type { components } from './schema';
import type { Role, SignedIn } from './types';

type Schemas = components['schemas'];
export type Member = Schemas['Member'];
export type Invitation = Schemas['Invitation'];
export type CreatedInvitation = Schemas['CreatedInvitation'];
export type InvitationSeen = Schemas['InvitationSeen'];
export type Account = Schemas['Account'];
export type NewSecondFactor = Schemas['NewSecondFactor'];
export type AuditEntry = Schemas['AuditEntry'];
type AuditPage = Schemas['AuditPage'];
type Proof = Schemas['Proof'];

function useChange<Input, Output>(run: (input: Input) => Promise<Output>, ...touched: string[]) {
  const client = useQueryClient();
  return useMutation({
    mutationFn: run,
    onSuccess: async () => {
      for (const key of touched) await client.invalidateQueries({ queryKey: [key] });
    },
  });
}

export function useMembers() {
  return useQuery({
    queryKey: ['members'],
    queryFn: ({ signal }) => api.get<{ members: Member[] }>('/api/dashboard/members', {}, signal),
    select: (answer) => answer.members,
  });
}

export function useInvitations() {
  return useQuery({
    queryKey: ['invitations'],
    queryFn: ({ signal }) => api.get<{ invitations: Invitation[] }>('/api/dashboard/invitations', {}, signal),
    select: (answer) => answer.invitations,
  });
}

export const useInvite = () =>
  useChange(
    (input: { email: string; role: Role }) =>
      api.post<CreatedInvitation>('/api/dashboard/invitations', input),
    'invitations',
  );

export const useWithdrawInvitation = () =>
  useChange((id: string) => api.delete(`/api/dashboard/invitations/${id}`), 'invitations');

export const useChangeRole = () =>
  useChange(
    ({ id, role }: { id: string; role: Role }) => api.patch<Member>(`/api/dashboard/members/${id}`, { role }),
    'members',
    'auth',
  );

export const useRemoveMember = () =>
  useChange((id: string) => api.delete(`/api/dashboard/members/${id}`), 'members', 'auth');

export const useResetLink = () =>
  useChange((id: string) => api.post<{ path: string }>(`/api/dashboard/members/${id}/reset-link`));

export const useRemoveMembersFactor = () =>
  useChange((id: string) => api.delete(`/api/dashboard/members/${id}/second-factor`), 'members');

export function useAudit(action: string) {
  return useInfiniteQuery({
    queryKey: ['audit', action],
    queryFn: ({ pageParam, signal }) =>
      api.get<AuditPage>('/api/dashboard/audit', { action, cursor: pageParam }, signal),
    initialPageParam: '',
    getNextPageParam: (page) => page.next_cursor,
  });
}

export function useAccount() {
  return useQuery({
    queryKey: ['account'],
    queryFn: ({ signal }) => api.get<Account>('/api/account', {}, signal),
  });
}

export const useRename = () =>
  useChange((name: string) => api.patch<Account>('/api/account', { name }), 'account', 'auth');

export const useChangePassword = () =>
  useChange(
    (input: { current_password: string; password: string }) => api.post<void>('/api/account/password', input),
    'account',
  );

export const useEndSession = () =>
  useChange((id: string) => api.delete(`/api/account/sessions/${id}`), 'account');

export const useSignOutEverywhere = () => useChange(() => api.post<void>('/api/account/sign-out-everywhere'));

export const useBeginFactor = () =>
  useChange((proof: Proof) => api.post<NewSecondFactor>('/api/account/second-factor', proof));

export const useConfirmFactor = () =>
  useChange(
    (code: string) => api.post<{ codes: string[] }>('/api/account/second-factor/confirm', { code }),
    'account',
  );

export const useRenewCodes = () =>
  useChange(
    (proof: Proof) => api.post<{ codes: string[] }>('/api/account/second-factor/recovery-codes', proof),
    'account',
  );

export const useRemoveFactor = () =>
  useChange((proof: Proof) => api.post<void>('/api/account/second-factor/remove', proof), 'account');

/** Looking at another organisation changes everything on the page, so the page is loaded anew. */
export const useChooseOrganisation = () =>
  useMutation({
    mutationFn: (tenant_id: string) => api.post<SignedIn>('/api/auth/organisation', { tenant_id }),
    onSuccess: ({ csrf }) => {
      rememberCsrf(csrf);
      window.location.assign('/');
    },
  });
