/** Renders a part of the dashboard as it stands inside the shell, over a fake of the API at the fetch seam. */
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { render } from '@testing-library/react';
import type { ReactElement } from 'react';
import { vi } from 'vitest';
import { TooltipProvider } from '@/components/ui/overlay';
import { queryOf } from '@/lib/api/batch';
import { urlOf } from '@/lib/api/client';
import type { Project, User } from '@/lib/api/types';
import { useFilters } from '@/lib/filters/store';
import { SessionProvider } from '@/lib/session';

export const admin: User = {
  id: 'u1',
  email: 'a@example.org',
  name: 'Achieng Otieno',
  role: 'admin',
  tenant_id: 't1',
  tenant_name: 'Revenue Authority',
};

export const project: Project = {
  id: 'p1',
  name: 'Tax App',
  timezone: 'Africa/Nairobi',
  created_at: '2026-01-01T00:00:00.000Z',
  default_goal: 'return_filed',
  allowed_origins: [],
  retention_days: 730,
  keep_ip: 'none',
  hash_phones: false,
  honour_gpc: 'no',
  cookieless: 'off',
  write_keys: [
    { id: 'w1', key: 'wk_1', name: 'Website', created_at: '2026-01-01T00:00:00.000Z', revoked_at: null },
  ],
};

export interface Asked {
  method: string;
  path: string;
  query: URLSearchParams;
  body: unknown;
}
/** Answers by "METHOD /path"; a function gets what was asked. A number is an error status, `refused` a 401 with that code. */
export type Answers = Record<string, unknown | ((asked: Asked) => unknown)>;

type Fetch = (input: string, init?: RequestInit) => Promise<Response>;

/** Puts a fake API in place of the network and returns what was asked of it, in order. */
export function fakeApi(answers: Answers, user: User | null = admin): Asked[] {
  const asked: Asked[] = [];
  const auth = { setup_needed: false, user, csrf: 'token', version: '0.1.0' };
  const all: Answers = {
    'GET /api/auth/state': auth,
    'GET /api/dashboard/projects': { projects: [project] },
    ...answers,
  };
  const answer: Fetch = async (input, init = {}) => {
    const url = new URL(input, 'http://test');
    const method = init.method ?? 'GET';
    const one: Asked = {
      method,
      path: url.pathname,
      query: url.searchParams,
      body: typeof init.body === 'string' ? JSON.parse(init.body) : undefined,
    };
    if (one.path === '/api/query/batch') return Response.json({ answers: await answersOf(one.body, answer) });
    asked.push(one);
    const known = all[`${method} ${url.pathname}`];
    const body = typeof known === 'function' ? known(one) : known;
    if (body === undefined)
      return Response.json({ error: { code: 'not_found', message: 'No such path.' } }, { status: 404 });
    if (typeof body === 'number') {
      return Response.json({ error: { code: 'failed', message: `It said ${body}.` } }, { status: body });
    }
    if (typeof body === 'object' && body !== null && 'refused' in body) {
      return Response.json({ error: { code: body.refused, message: 'Refused.' } }, { status: 401 });
    }
    return body === null ? new Response(null, { status: 204 }) : Response.json(body);
  };
  vi.stubGlobal('fetch', answer);
  return asked;
}

/** A batch is answered, and counted as asked, as if each of its questions had come alone. */
async function answersOf(body: unknown, answer: Fetch) {
  const { questions } = body as { questions: Record<string, unknown>[] };
  return Promise.all(
    questions.map(async ({ question, ...fields }) => {
      const path = `/api/dashboard/${String(question).replaceAll('_', '-')}`;
      const alone = await answer(urlOf(path, queryOf(fields)));
      const told = await alone.json();
      return { status: alone.status, ...(alone.ok ? { answer: told } : told) };
    }),
  );
}

export function renderInside(element: ReactElement, user: User = admin) {
  const client = new QueryClient({ defaultOptions: { queries: { retry: false } } });
  useFilters.getState().readAddress();
  return render(
    <QueryClientProvider client={client}>
      <TooltipProvider delayDuration={0}>
        <SessionProvider value={user}>{element}</SessionProvider>
      </TooltipProvider>
    </QueryClientProvider>,
  );
}
