import { screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import type { FunnelAnswer, SavedFunnel } from '@/lib/api/funnel-types';
import { useFilters } from '@/lib/filters/store';
import { DEFAULTS } from '@/lib/filters/url';
import { FunnelsPage } from '@/panels/funnels/page';
import { type Asked, admin, fakeApi, renderInside } from './inside';

vi.mock('next/navigation', () => ({ useSearchParams: () => new URLSearchParams(window.location.search) }));

const preset: SavedFunnel = {
  id: 'fnl_1',
  project_id: 'prj_1',
  name: 'MRI',
  description: '',
  preset: true,
  edited: false,
  created_at: '2026-01-01T08:00:00.000Z',
  updated_at: '2026-01-01T08:00:00.000Z',
  definition: {
    steps: [
      { name: 'Home', any_of: [{ event: 'page_view', path: '/' }] },
      { name: 'Filed', any_of: [{ event: 'return_filed' }] },
    ],
    order: 'ordered',
    window_s: null,
    per: 'person',
    exclusions: [],
  },
};
const answer: FunnelAnswer = {
  range: { from: '2026-02-28T21:00:00.000Z', to: '2026-03-30T21:00:00.000Z', timezone: 'Africa/Nairobi' },
  order: 'ordered',
  per: 'person',
  window_s: 1_209_600,
  steps: [
    {
      name: 'Home',
      count: 40,
      conversion_from_start: 1,
      conversion_from_previous: 1,
      dropped: 0,
      median_s: null,
      mean_s: null,
    },
    {
      name: 'Filed',
      count: 10,
      conversion_from_start: 0.25,
      conversion_from_previous: 0.25,
      dropped: 30,
      median_s: 95,
      mean_s: 120,
    },
  ],
};
const people = (asked: Asked) => {
  const { cursor } = asked.body as { cursor: string };
  return {
    total: 30,
    people: [{ key: cursor ? 'second' : 'first', reached: 1, step_times: ['2026-03-01T10:00:00.000Z'] }],
    next_cursor: cursor ? null : 'c2',
  };
};
const answers = {
  'GET /api/dashboard/funnels': { funnels: [preset] },
  'POST /api/dashboard/funnel': answer,
  'POST /api/dashboard/funnel/people': people,
  'GET /api/dashboard/dimension-values': { values: [] },
};

beforeEach(() => useFilters.setState({ ...DEFAULTS, ready: false }));

describe('the funnels page', () => {
  it('opens the first funnel with its bars, its drop-off and its times', async () => {
    fakeApi(answers);
    renderInside(<FunnelsPage />);
    expect(await screen.findByText('10 of 40 people')).toBeInTheDocument();
    const bars = within(screen.getByRole('region', { name: 'Bars of the funnel' }));
    expect(
      bars.getByRole('button', { name: /30 dropped\s*75\.0%.*who dropped before Filed/ }),
    ).toBeInTheDocument();
    expect(bars.getByText(/1m 35s/)).toBeInTheDocument();
  });

  it('lists who is behind a bar, page after page', async () => {
    const asked = fakeApi(answers);
    renderInside(<FunnelsPage />);
    await userEvent.click(await screen.findByRole('button', { name: /who dropped before Filed/ }));
    const sheet = within(await screen.findByRole('dialog', { name: 'Dropped before Filed' }));
    expect(await sheet.findByText(/^30 people/)).toBeInTheDocument();
    await userEvent.click(sheet.getByRole('button', { name: 'Show more' }));
    expect(await sheet.findByText('second')).toBeInTheDocument();
    expect(sheet.getByText('first')).toBeInTheDocument();
    const body = asked.find(({ path }) => path.endsWith('/people'))?.body;
    expect(body).toMatchObject({
      project: 'p1',
      step: 2,
      outcome: 'dropped',
      steps: preset.definition.steps,
    });
  });

  it('shows viewers how many, not who', async () => {
    const viewer = { ...admin, role: 'viewer' as const };
    fakeApi(answers, viewer);
    renderInside(<FunnelsPage />, viewer);
    expect(await screen.findByText('10 of 40 people')).toBeInTheDocument();
    expect(screen.queryByRole('button', { name: /show who/ })).not.toBeInTheDocument();
    expect(screen.queryByRole('button', { name: 'Edit' })).not.toBeInTheDocument();
  });

  it('asks again when a step is added, and saves a copy of a preset under a new name', async () => {
    const asked = fakeApi({
      ...answers,
      'POST /api/dashboard/funnels': { ...preset, id: 'f1', preset: false, name: 'Mine' },
    });
    renderInside(<FunnelsPage />);
    await userEvent.click(await screen.findByRole('button', { name: 'Edit' }));
    await userEvent.click(screen.getByRole('button', { name: 'Add a step' }));
    await userEvent.type(screen.getByLabelText('Event 1 of step 3'), 'payment_success');
    await waitFor(() => {
      const last = asked.filter(({ path }) => path === '/api/dashboard/funnel').at(-1)?.body as {
        steps: unknown[];
      };
      expect(last.steps[2]).toEqual({ name: '', any_of: [{ event: 'payment_success' }] });
    });
    await userEvent.click(screen.getByRole('button', { name: 'Save' }));
    const dialog = within(await screen.findByRole('dialog'));
    await userEvent.clear(dialog.getByLabelText('Name'));
    await userEvent.type(dialog.getByLabelText('Name'), 'Mine{Enter}');
    await waitFor(() =>
      expect(
        asked.find(({ method, path }) => method === 'POST' && path.endsWith('/funnels'))?.body,
      ).toMatchObject({
        project: 'p1',
        name: 'Mine',
      }),
    );
  });

  it('tells a new user what a funnel is for', async () => {
    fakeApi({ ...answers, 'GET /api/dashboard/funnels': { funnels: [] } });
    renderInside(<FunnelsPage />);
    expect(await screen.findByRole('button', { name: 'Build a funnel' })).toBeInTheDocument();
  });
});
