import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { Account, AuditEntry, Member } from '@/lib/api/people';
import { actOf, actorOf, detailsOf } from '@/lib/audit';
import { browserOf } from '@/lib/browser-name';
import { tokenOf } from '@/lib/link-token';
import { AccountPage } from '@/panels/account/page';
import { AcceptInvitation } from '@/panels/auth/invitation';
import { Reset } from '@/panels/auth/reset';
import { SignIn } from '@/panels/auth/sign-in';
import { AuditPanel } from '@/panels/settings/audit-panel';
import { MembersPanel } from '@/panels/settings/members-panel';
import { admin, fakeApi, renderInside } from './inside';

vi.mock('next/navigation', () => ({
  useRouter: () => ({ replace: vi.fn(), push: vi.fn() }),
  usePathname: () => '/',
  useSearchParams: () => new URLSearchParams(),
}));

const nobody = {
  setup_needed: false,
  user: null,
  csrf: null,
  version: '0.1.0',
  organisations: [],
  mail: true,
  sign_on: { name: 'Example ID', path: '/auth/sso' },
};
const account: Account = {
  user: admin,
  has_password: true,
  second_factor_since: null,
  recovery_codes_left: 0,
  sessions: [
    {
      id: 'ses_1',
      current: true,
      created_at: '2026-11-24T08:00:00.000Z',
      expires_at: '2026-12-08T08:00:00.000Z',
      how: 'password',
      address: '203.0.113.7',
      agent: 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0',
    },
  ],
};
const member: Member = {
  id: 'u2',
  email: 'otieno@example.org',
  name: 'Otieno',
  role: 'viewer',
  joined_at: '2026-11-01T08:00:00.000Z',
  second_factor: true,
  last_sign_in_at: null,
};
const entry: AuditEntry = {
  id: '7',
  at: '2026-11-24T08:00:00.000Z',
  actor_kind: 'user',
  actor_id: 'u1',
  actor_name: 'a@example.org',
  subject_name: 'otieno@example.org',
  action: 'member.role_changed',
  project_id: '',
  subject_id: 'u2',
  address: '203.0.113.7',
  details: { from: 'viewer', to: 'analyst' },
};

beforeEach(() => window.history.replaceState(null, '', '/'));

describe('an invitation', () => {
  it('makes an account and takes the token out of the address', async () => {
    window.history.replaceState(null, '', '/invitation/#token=secret');
    const asked = fakeApi({
      'POST /api/auth/invitation': {
        email: 'otieno@example.org',
        organisation: 'Revenue Authority',
        role: 'analyst',
        known: false,
        expires_at: '2026-12-01T00:00:00.000Z',
      },
      'POST /api/auth/invitation/accept': 500,
    });
    renderInside(<AcceptInvitation />);
    expect(await screen.findByRole('heading', { name: 'Join Revenue Authority' })).toBeInTheDocument();
    expect(window.location.hash).toBe('');
    await userEvent.type(screen.getByLabelText('Your name'), 'Otieno');
    await userEvent.type(screen.getByLabelText('Password'), 'long enough it is{Enter}');
    await screen.findByText('It said 500.');
    expect(asked.at(-1)?.body).toEqual({
      token: 'secret',
      name: 'Otieno',
      password: 'long enough it is',
      code: '',
    });
  });

  it('asks somebody with an account for its password only', async () => {
    window.history.replaceState(null, '', '/invitation/#token=secret');
    fakeApi({
      'POST /api/auth/invitation': {
        email: 'otieno@example.org',
        organisation: 'Revenue Authority',
        role: 'viewer',
        known: true,
        expires_at: '2026-12-01T00:00:00.000Z',
      },
    });
    renderInside(<AcceptInvitation />);
    expect(await screen.findByLabelText('Password')).toBeInTheDocument();
    expect(screen.queryByLabelText('Your name')).toBeNull();
  });

  it('says that a used one does not work', async () => {
    window.history.replaceState(null, '', '/invitation/#token=spent');
    fakeApi({ 'POST /api/auth/invitation': { refused: 'invalid_link' } });
    renderInside(<AcceptInvitation />);
    expect(await screen.findByRole('heading', { name: 'This invitation does not work' })).toBeInTheDocument();
  });
});

describe('a new password', () => {
  it('is set with the token of the link, and only when it was typed twice', async () => {
    window.history.replaceState(null, '', '/reset/#token=secret');
    const asked = fakeApi({ 'POST /api/auth/reset': null });
    renderInside(<Reset />);
    await userEvent.type(await screen.findByLabelText('New password'), 'long enough it is');
    await userEvent.type(screen.getByLabelText('The same again'), 'something else{Enter}');
    expect(await screen.findByText('The two are not the same.')).toBeInTheDocument();
    expect(asked.some(({ method }) => method === 'POST')).toBe(false);
    await userEvent.clear(screen.getByLabelText('The same again'));
    await userEvent.type(screen.getByLabelText('The same again'), 'long enough it is{Enter}');
    expect(await screen.findByRole('heading', { name: 'Your password is set' })).toBeInTheDocument();
    expect(asked.at(-1)?.body).toEqual({ token: 'secret', password: 'long enough it is' });
  });

  it('is asked for by e-mail, and the answer does not tell whether there is such an account', async () => {
    const asked = fakeApi({ 'GET /api/auth/state': nobody, 'POST /api/auth/reset-request': null }, null);
    renderInside(<Reset />);
    await userEvent.type(await screen.findByLabelText('E-mail'), 'a@example.org{Enter}');
    expect(await screen.findByText(/If this address has an account/)).toBeInTheDocument();
    expect(asked.at(-1)?.body).toEqual({ email: 'a@example.org' });
  });
});

describe('single sign-on', () => {
  it('is offered under its name and says why it sent somebody back', async () => {
    window.history.replaceState(null, '', '/sign-in/?sso=not_invited&next=%2Ffunnels%2F');
    fakeApi({ 'GET /api/auth/state': nobody }, null);
    renderInside(<SignIn />);
    const button = await screen.findByRole('link', { name: 'Continue with Example ID' });
    expect(button).toHaveAttribute('href', '/auth/sso?next=%2Ffunnels%2F');
    expect(screen.getByRole('alert')).toHaveTextContent('not invited here');
  });
});

describe('your account', () => {
  it('switches the second factor on, from the password to the recovery codes', async () => {
    const asked = fakeApi({
      'GET /api/account': account,
      'POST /api/account/second-factor': { secret: 'JBSWY3DP', uri: 'otpauth://totp/x', qr: ['10', '01'] },
      'POST /api/account/second-factor/confirm': { codes: ['abcd-efgh-jkmn-pqrs'] },
    });
    renderInside(<AccountPage />);
    await userEvent.click(await screen.findByRole('button', { name: 'Switch on' }));
    await userEvent.type(screen.getByLabelText('Your password'), 'my password{Enter}');
    expect(await screen.findByRole('img', { name: /QR code/ })).toBeInTheDocument();
    await userEvent.type(screen.getByLabelText('Code'), '123456{Enter}');
    expect(await screen.findByText('abcd-efgh-jkmn-pqrs')).toBeInTheDocument();
    const bodies = asked.filter(({ method }) => method === 'POST').map(({ body }) => body);
    expect(bodies).toEqual([{ password: 'my password', code: '' }, { code: '123456' }]);
  });

  it('lists where one is signed in, and does not offer to end this very session alone', async () => {
    fakeApi({ 'GET /api/account': account });
    renderInside(<AccountPage />);
    const row = (await screen.findByText('Firefox on Linux')).closest('li');
    expect(row).toHaveTextContent('203.0.113.7');
    expect(within(row as HTMLElement).queryByRole('button')).toBeNull();
  });
});

describe('members', () => {
  it('are invited by a link that is shown once', async () => {
    const asked = fakeApi({
      'GET /api/dashboard/members': { members: [member] },
      'GET /api/dashboard/invitations': { invitations: [] },
      'POST /api/dashboard/invitations': {
        invitation: {
          id: 'inv_1',
          email: 'new@example.org',
          role: 'analyst',
          created_at: '2026-11-24T08:00:00.000Z',
          expires_at: '2026-12-01T08:00:00.000Z',
        },
        path: '/invitation/#token=secret',
        mailed: false,
      },
    });
    renderInside(<MembersPanel />);
    await userEvent.click(await screen.findByRole('button', { name: 'Invite' }));
    const dialog = await screen.findByRole('dialog');
    await userEvent.type(within(dialog).getByLabelText('E-mail'), 'new@example.org');
    await userEvent.click(within(dialog).getByRole('button', { name: 'Invite' }));
    expect(await screen.findByText(`${window.location.origin}/invitation/#token=secret`)).toBeInTheDocument();
    expect(screen.getByText(/no e-mail was sent/)).toBeInTheDocument();
    expect(asked.find(({ method }) => method === 'POST')?.body).toEqual({
      email: 'new@example.org',
      role: 'analyst',
    });
  });

  it('get another role, and what the server refuses is said beside the name', async () => {
    const asked = fakeApi({
      'GET /api/dashboard/members': { members: [member] },
      'GET /api/dashboard/invitations': { invitations: [] },
      'PATCH /api/dashboard/members/u2': 409,
    });
    renderInside(<MembersPanel />);
    await userEvent.selectOptions(await screen.findByLabelText('Role of Otieno'), 'analyst');
    expect(await screen.findByText('It said 409.')).toBeInTheDocument();
    expect(asked.find(({ method }) => method === 'PATCH')?.body).toEqual({ role: 'analyst' });
  });
});

describe('the audit log', () => {
  it('reads page by page and can be narrowed', async () => {
    const asked = fakeApi({
      'GET /api/dashboard/audit': ({ query }: { query: URLSearchParams }) =>
        query.get('cursor')
          ? { entries: [{ ...entry, id: '6', action: 'member.removed', details: {} }], next_cursor: null }
          : { entries: [entry], next_cursor: '7' },
    });
    renderInside(<AuditPanel />);
    expect(await screen.findByText('Gave another role')).toBeInTheDocument();
    expect(screen.getByText(/otieno@example.org/)).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'Older' }));
    expect(await screen.findByText('Removed a member')).toBeInTheDocument();
    expect(screen.getByText('Gave another role')).toBeInTheDocument();
    await userEvent.selectOptions(screen.getByLabelText('Which acts to show'), 'invitation');
    await waitFor(() => expect(asked.at(-1)?.query.get('action')).toBe('invitation'));
  });

  it('says what changed, and who it was', () => {
    expect(detailsOf(entry)).toBe('viewer → analyst');
    expect(
      detailsOf({
        ...entry,
        details: { allowed_origins: { from: [], to: ['https://a.example'] }, name: '' },
      }),
    ).toBe('allowed origins: nothing → https://a.example, name: nothing');
    expect(actOf('something.quite_new')).toBe('something quite new');
    expect(actorOf({ ...entry, actor_name: null, actor_kind: 'cli', actor_id: '' })).toBe('Command line');
  });
});

describe('small words', () => {
  it('names a browser', () => {
    expect(browserOf('Mozilla/5.0 (Windows NT 10.0) AppleWebKit/537 Chrome/140.0 Safari/537 Edg/140.0')).toBe(
      'Edge on Windows',
    );
    expect(browserOf('curl/8.5.0')).toBe('curl/8.5.0');
    expect(browserOf('')).toBe('Unknown browser');
  });

  it('finds the token behind the #', () => {
    expect(tokenOf('#token=a-b_c')).toBe('a-b_c');
    expect(tokenOf('#')).toBe('');
  });
});
