import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import type { Found } from '@/lib/api/privacy';
import type { Project } from '@/lib/api/types';
import { DeletedProject, DeleteProject } from '@/panels/settings/delete-project';
import { ErasuresPanel } from '@/panels/settings/erasures-panel';
import { PersonPanel } from '@/panels/settings/person-panel';
import { changesOf, PrivacyPanel } from '@/panels/settings/privacy-panel';
import { fakeApi, project, renderInside } from './inside';

vi.mock('next/navigation', () => ({
  useRouter: () => ({ replace: vi.fn(), push: vi.fn() }),
  usePathname: () => '/settings/',
  useSearchParams: () => new URLSearchParams(),
}));

const found: Found = {
  project_id: 'p1',
  asked: 'A/1 & co',
  user_ids: ['A/1 & co'],
  anonymous_ids: Array.from({ length: 14 }, (_, n) => `b${n}`),
  external_ids: [],
  related: ['V'],
  events: 1234,
  sessions: 3,
  links: 1,
  letters: 0,
  first_seen: Date.UTC(2026, 10, 1, 8),
  last_seen: Date.UTC(2026, 10, 24, 8),
};
const counts = {
  events: { before: 1234, after: 0 },
  sessions: { before: 3, after: 0 },
  links: { before: 1, after: 0 },
  dead_letters: { before: 2, after: 0 },
  ids: 2,
};
const receipt = {
  erasure_id: 'ers_1',
  project_id: 'p1',
  erased_at: 1,
  finished_at: 1_795_000_000_000,
  ...counts,
};

async function look(id: string) {
  await userEvent.type(screen.getByLabelText(/User id/), id);
  await userEvent.click(screen.getByRole('button', { name: 'Find' }));
}

describe('what a project keeps', () => {
  it('sends what was changed and nothing else', async () => {
    const asked = fakeApi({ 'PATCH /api/dashboard/projects/p1': project });
    renderInside(<PrivacyPanel project={project} />);
    expect(screen.getByRole('button', { name: 'Save' })).toBeDisabled();
    await userEvent.selectOptions(screen.getByLabelText('Browsers that ask not to be tracked'), 'drop');
    await userEvent.selectOptions(screen.getByLabelText('Counting without cookies'), 'always');
    await userEvent.selectOptions(screen.getByLabelText('Keep events for'), '365');
    expect(screen.getByText('Older events are deleted for good within minutes.')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('checkbox'));
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    await waitFor(() => expect(asked.find((one) => one.method === 'PATCH')?.body).toBeDefined());
    expect(asked.find((one) => one.method === 'PATCH')?.body).toEqual({
      honour_gpc: 'drop',
      cookieless: 'always',
      retention_days: 365,
      hash_phones: true,
    });
  });

  it('offers a retention of its own beside the usual ones', () => {
    fakeApi({});
    renderInside(<PrivacyPanel project={{ ...project, retention_days: 400 }} />);
    expect(screen.getByLabelText('Keep events for')).toHaveDisplayValue('400 days');
  });

  it('knows no change where nothing was changed', () => {
    expect(changesOf(project, project)).toEqual({});
    const kept: Project = { ...project, keep_ip: 'full' };
    expect(changesOf(project, kept)).toEqual({ keep_ip: 'full' });
  });
});

describe('one person', () => {
  it('is found, taken along and erased with the id typed again; the receipt stays', async () => {
    const asked = fakeApi({
      'GET /api/dashboard/people/find': found,
      'POST /api/dashboard/people/erase': receipt,
    });
    renderInside(<PersonPanel project={project} />);
    await look('A/1 & co');
    const card = await screen.findByRole('article', { name: /A\/1 & co/ });
    expect(within(card).getByText('1,234')).toBeInTheDocument();
    expect(within(card).getByText('and 2 more')).toBeInTheDocument();
    expect(within(card).getByRole('link', { name: 'Download everything' })).toHaveAttribute(
      'href',
      '/api/dashboard/people/export?project=p1&id=A%2F1+%26+co',
    );
    await userEvent.click(within(card).getByRole('button', { name: 'Erase this person' }));
    const go = screen.getByRole('button', { name: 'Erase for good' });
    await userEvent.type(screen.getByLabelText(/to go on/), 'A/1');
    expect(go).toBeDisabled();
    await userEvent.type(screen.getByLabelText(/to go on/), ' & co');
    await userEvent.click(go);
    const shown = await screen.findByRole('status', { name: 'Receipt' });
    expect(within(shown).getByRole('row', { name: 'Events 1,234 0' })).toBeInTheDocument();
    expect(within(shown).getByRole('row', { name: 'Failed events 2 0' })).toBeInTheDocument();
    expect(within(shown).getByText('ers_1')).toBeInTheDocument();
    expect(asked.find((one) => one.method === 'POST')?.body).toEqual({ project: 'p1', id: 'A/1 & co' });
    expect(screen.queryByRole('button', { name: 'Erase this person' })).toBeNull();
  });

  it('is chosen by hand when an address belongs to several', async () => {
    const answer = ({ query }: { query: URLSearchParams }) =>
      query.get('id') === 'P' ? { ...found, asked: 'P', user_ids: ['P'] } : undefined;
    fakeApi({ 'GET /api/dashboard/people/find': answer });
    const plain = globalThis.fetch;
    vi.stubGlobal('fetch', async (url: string, init: RequestInit) =>
      url.includes('id=both')
        ? Response.json(
            { error: { code: 'ambiguous_person', message: 'Two people.', details: ['P', 'Q'] } },
            { status: 409 },
          )
        : plain(url, init),
    );
    renderInside(<PersonPanel project={project} />);
    await look('both@example.org');
    expect(await screen.findByText('Two people.')).toBeInTheDocument();
    await userEvent.click(screen.getByRole('button', { name: 'P' }));
    expect(await screen.findByRole('article', { name: /of P$/ })).toBeInTheDocument();
    expect(screen.queryByText('Two people.')).toBeNull();
  });

  it('of whom nothing is kept can be erased in advance, and not be downloaded', async () => {
    const none = { events: 0, sessions: 0, links: 0, letters: 0, first_seen: null, last_seen: null };
    fakeApi({ 'GET /api/dashboard/people/find': { ...found, ...none } });
    renderInside(<PersonPanel project={project} />);
    await look('A/1 & co');
    expect(await screen.findByText('Nothing is kept of this person')).toBeInTheDocument();
    expect(screen.queryByRole('link', { name: 'Download everything' })).toBeNull();
    expect(screen.getByRole('button', { name: 'Erase this person' })).toBeInTheDocument();
  });
});

describe('a whole project', () => {
  it('is deleted once its name is typed, and what it had is told', async () => {
    const had = { project_id: 'p1', name: 'Tax App', events: 1234, sessions: 3, links: 1, dead_letters: 0 };
    const asked = fakeApi({ 'POST /api/dashboard/projects/p1/delete': had });
    const told = vi.fn();
    renderInside(<DeleteProject project={project} onDeleted={told} />);
    await userEvent.click(screen.getByRole('button', { name: 'Delete Tax App' }));
    const go = screen.getByRole('button', { name: 'Delete for good' });
    await userEvent.type(screen.getByLabelText('Type Tax App to go on'), 'tax app');
    expect(go).toBeDisabled();
    await userEvent.clear(screen.getByLabelText('Type Tax App to go on'));
    await userEvent.type(screen.getByLabelText('Type Tax App to go on'), 'Tax App');
    await userEvent.click(go);
    await waitFor(() => expect(told).toHaveBeenCalled());
    expect(told.mock.calls[0]?.[0]).toEqual(had);
    expect(asked.find((one) => one.method === 'POST')?.body).toEqual({ name: 'Tax App' });
  });

  it('that was deleted shows its numbers', () => {
    fakeApi({});
    const had = { project_id: 'p1', name: 'Tax App', events: 1234, sessions: 3, links: 1, dead_letters: 0 };
    renderInside(<DeletedProject receipt={had} onClose={() => {}} />);
    expect(screen.getByRole('dialog', { name: 'Tax App is deleted' })).toHaveTextContent('Events1,234');
  });
});

describe('receipts', () => {
  it('are listed with their counts, and one that was broken off says so', async () => {
    const at = '2026-11-24T08:00:00.000Z';
    fakeApi({
      'GET /api/dashboard/erasures': {
        erasures: [
          { id: 'ers_2', erased_at: at, finished_at: null, receipt: {} },
          { id: 'ers_1', erased_at: at, finished_at: at, receipt: counts },
        ],
      },
    });
    renderInside(<ErasuresPanel project={project} />);
    expect(await screen.findByText('Not finished')).toBeInTheDocument();
    await userEvent.click(screen.getByText('1,234 events'));
    expect(screen.getByRole('row', { name: 'Identity links 1 0' })).toBeInTheDocument();
  });
});
