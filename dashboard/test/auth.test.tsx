import { screen, waitFor } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { SetUp } from '@/panels/auth/set-up';
import { SignIn } from '@/panels/auth/sign-in';
import { type Asked, admin, fakeApi, renderInside } from './inside';

const router = vi.hoisted(() => ({ replace: vi.fn(), push: vi.fn() }));
vi.mock('next/navigation', () => ({
  useRouter: () => router,
  usePathname: () => '/',
  useSearchParams: () => new URLSearchParams(),
}));

const nobody = { setup_needed: false, user: null, csrf: null, version: '0.1.0' };

describe('signing in', () => {
  it('goes where the person wanted to go', async () => {
    window.history.replaceState(null, '', '/sign-in/?next=%2Frealtime%2F');
    const asked = fakeApi(
      { 'GET /api/auth/state': nobody, 'POST /api/auth/login': { user: admin, csrf: 'new' } },
      null,
    );
    renderInside(<SignIn />);
    await userEvent.type(screen.getByLabelText('E-mail'), 'a@example.org ');
    await userEvent.type(screen.getByLabelText('Password'), ' secret {Enter}');
    await waitFor(() => expect(router.replace).toHaveBeenCalledWith('/realtime/'));
    expect(asked.find(({ method }) => method === 'POST')?.body).toEqual({
      email: 'a@example.org',
      password: ' secret ',
    });
  });

  it('says so when the password is wrong', async () => {
    fakeApi({ 'GET /api/auth/state': nobody, 'POST /api/auth/login': 401 }, null);
    renderInside(<SignIn />);
    await userEvent.type(screen.getByLabelText('E-mail'), 'a@example.org');
    await userEvent.type(screen.getByLabelText('Password'), 'wrong{Enter}');
    expect(await screen.findByText('It said 401.')).toBeInTheDocument();
  });
});

describe('a second factor', () => {
  it('is asked for after the password, and sent along with it', async () => {
    const asked = fakeApi(
      {
        'GET /api/auth/state': nobody,
        'POST /api/auth/login': ({ body }: Asked) =>
          (body as { code?: string }).code
            ? { user: admin, csrf: 'new' }
            : { refused: 'second_factor_needed' },
      },
      null,
    );
    renderInside(<SignIn />);
    await userEvent.type(screen.getByLabelText('E-mail'), 'a@example.org');
    await userEvent.type(screen.getByLabelText('Password'), 'secret{Enter}');
    await userEvent.type(await screen.findByLabelText('Code'), '123456{Enter}');
    await waitFor(() =>
      expect(asked.filter(({ method }) => method === 'POST').at(-1)?.body).toEqual({
        email: 'a@example.org',
        password: 'secret',
        code: '123456',
      }),
    );
    expect(router.replace).toHaveBeenCalledWith('/');
  });
});

describe('setting up', () => {
  it('takes the token from the printed link and opens the new project', async () => {
    window.history.replaceState(null, '', '/set-up/?token=st_1');
    const asked = fakeApi(
      {
        'GET /api/auth/state': { ...nobody, setup_needed: true },
        'POST /api/auth/setup': { user: admin, csrf: 'new', project: { id: 'p9' } },
      },
      null,
    );
    renderInside(<SetUp />);
    expect(await screen.findByLabelText('Set-up token')).toHaveValue('st_1');
    await userEvent.type(screen.getByLabelText('Organisation'), 'Revenue Authority');
    await userEvent.type(screen.getByLabelText('First project'), 'Tax App');
    await userEvent.type(screen.getByLabelText('Your name'), 'Achieng');
    await userEvent.type(screen.getByLabelText('E-mail'), 'a@example.org');
    await userEvent.type(screen.getByLabelText('Password'), 'long enough');
    await userEvent.click(screen.getByRole('button', { name: /^Create/ }));
    await waitFor(() => expect(router.replace).toHaveBeenCalledWith('/?project=p9'));
    expect(asked.find(({ method }) => method === 'POST')?.body).toMatchObject({
      setup_token: 'st_1',
      organisation: 'Revenue Authority',
      project_name: 'Tax App',
      email: 'a@example.org',
    });
  });
});
