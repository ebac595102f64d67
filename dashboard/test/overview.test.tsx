import { focusManager } from '@tanstack/react-query';
import { act, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Breakdown, Overview, Timeseries } from '@/lib/api/types';
import { useFilters } from '@/lib/filters/store';
import { DEFAULTS } from '@/lib/filters/url';
import { BreakdownCard } from '@/panels/overview/breakdown-card';
import { Headline } from '@/panels/overview/headline';
import { admin, fakeApi, renderInside } from './inside';

const overview: Overview = {
  range: { from: '2026-03-01T00:00:00.000Z', to: '2026-03-08T00:00:00.000Z', timezone: 'Africa/Nairobi' },
  previous_range: {
    from: '2026-02-22T00:00:00.000Z',
    to: '2026-03-01T00:00:00.000Z',
    timezone: 'Africa/Nairobi',
  },
  goal: 'return_filed',
  metrics: {
    visitors: { value: 1_200, previous: 1_000 },
    sessions: { value: 2_000, previous: 2_500 },
    users: { value: 300, previous: 300 },
    conversion_rate: { value: null, previous: 0.2 },
    duration_mean_s: { value: 125, previous: 100 },
    bounce_rate: { value: 0.3, previous: 0.4 },
    events: { value: 9_000, previous: 8_000 },
  },
};
const series: Timeseries = {
  interval: 'day',
  timezone: 'Africa/Nairobi',
  series: [
    {
      metric: 'sessions',
      points: [
        { bucket: '2026-03-01T00:00:00+03:00', value: 7, incomplete: false },
        { bucket: '2026-03-02T00:00:00+03:00', value: 4, incomplete: true },
      ],
      previous: null,
    },
  ],
};
const pages: Breakdown = {
  dimension: 'page_path',
  rows: [
    {
      value: '/',
      visitors: 50,
      sessions: 60,
      pageviews: 70,
      events: 80,
      bounce_rate: 0.1,
      conversion_rate: 0.25,
    },
    {
      value: '',
      visitors: 5,
      sessions: 6,
      pageviews: 0,
      events: 8,
      bounce_rate: null,
      conversion_rate: null,
    },
  ],
  total_rows: 2,
  other: null,
};

beforeEach(() => useFilters.setState({ ...DEFAULTS, ready: false }));

describe('the key figures', () => {
  const answers = {
    'GET /api/dashboard/overview': overview,
    'GET /api/dashboard/timeseries': series,
    'GET /api/dashboard/definitions': { metrics: [], dimensions: [] },
  };

  it('show each figure with its change, and a dash where the figure is undefined', async () => {
    fakeApi(answers);
    renderInside(<Headline />);
    const visitors = await screen.findByRole('button', { name: /^Visitors\s*1,200/ });
    expect(visitors).toHaveTextContent('+20.0%');
    expect(visitors).toHaveTextContent('from 1,000');
    expect(screen.getByRole('button', { name: /^Conversion/ })).toHaveTextContent('–');
    expect(screen.getByRole('button', { name: /^Bounce rate/ })).toHaveTextContent('−10.0 pp');
  });

  it('make the one that is picked the main series, and put it in the address', async () => {
    fakeApi(answers);
    renderInside(<Headline />);
    const sessions = await screen.findByRole('button', { name: /^Sessions\s*2,000/ });
    expect(sessions).toHaveAttribute('aria-pressed', 'false');
    await userEvent.click(sessions);
    expect(sessions).toHaveAttribute('aria-pressed', 'true');
    expect(window.location.search).toContain('metric=sessions');
    await userEvent.click(screen.getByRole('button', { name: /as a table/ }));
    const table = within(screen.getByRole('table'));
    expect(table.getByRole('row', { name: /Mar 1, 2026 7$/ })).toBeInTheDocument();
    expect(table.getByRole('row', { name: /Mar 2, 2026 \(not over yet\) 4$/ })).toBeInTheDocument();
  });

  it('compare with nothing when there was nothing', async () => {
    const metrics = {
      ...overview.metrics,
      sessions: { value: 5, previous: 0 },
      visitors: { value: 5, previous: 0 },
    };
    fakeApi({ ...answers, 'GET /api/dashboard/overview': { ...overview, metrics } });
    renderInside(<Headline />);
    const visitors = await screen.findByRole('button', { name: /^Visitors\s*5/ });
    expect(visitors).toHaveTextContent('no data before');
    expect(visitors).not.toHaveTextContent('new');
  });

  it('ask for the days of the project, and send the filters of the address', async () => {
    window.history.replaceState(null, '', '/?from=2026-03-01&to=2026-03-07&f=country~is~KE&compare=year');
    const asked = fakeApi(answers);
    renderInside(<Headline />);
    await screen.findByRole('button', { name: /^Visitors\s*1,200/ });
    const query = asked.find(({ path }) => path.endsWith('/overview'))?.query;
    expect(Object.fromEntries(query ?? [])).toEqual({
      project: 'p1',
      from: '2026-03-01',
      to: '2026-03-07',
      compare: 'year',
      filters: '[{"dimension":"country","operator":"is","values":["KE"]}]',
    });
  });

  it('say what went wrong and try again when asked to', async () => {
    let broken = true;
    fakeApi({ ...answers, 'GET /api/dashboard/overview': () => (broken ? 503 : overview) });
    renderInside(<Headline />);
    expect(await screen.findByRole('alert')).toHaveTextContent('It said 503.');
    broken = false;
    await userEvent.click(screen.getByRole('button', { name: 'Try again' }));
    expect(await screen.findByRole('button', { name: /^Visitors\s*1,200/ })).toBeInTheDocument();
  });
});

describe('a page of panels', () => {
  const answers = {
    'GET /api/dashboard/overview': overview,
    'GET /api/dashboard/timeseries': series,
    'GET /api/dashboard/breakdown': pages,
    'GET /api/dashboard/definitions': { metrics: [], dimensions: [] },
  };
  afterEach(() => vi.useRealTimers());

  it('asks once for all of them: when it appears, every minute, and when somebody comes back to it', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    fakeApi(answers);
    const answer = globalThis.fetch;
    const requests: string[] = [];
    vi.stubGlobal('fetch', (input: string, init?: RequestInit) => {
      if (/query|overview|timeseries|breakdown/.test(input)) requests.push(input);
      return answer(input, init);
    });
    renderInside(
      <>
        <Headline />
        <BreakdownCard label="Pages" tabs={[{ dimension: 'page_path', label: 'Pages' }]} />
        <BreakdownCard label="Places" tabs={[{ dimension: 'country', label: 'Countries' }]} />
      </>,
    );
    await screen.findByRole('button', { name: /^Visitors\s*1,200/ });
    expect(requests).toEqual(['/api/query/batch']);
    await act(() => vi.advanceTimersByTimeAsync(60_500));
    expect(requests).toEqual(Array(2).fill('/api/query/batch'));
    await act(() => vi.advanceTimersByTimeAsync(40_000));
    act(() => focusManager.onFocus());
    await act(() => vi.advanceTimersByTimeAsync(1_000));
    expect(requests).toEqual(Array(3).fill('/api/query/batch'));
  });

  it('shows what is wrong with one panel there, and the figures of the others', async () => {
    fakeApi({ ...answers, 'GET /api/dashboard/timeseries': 422 });
    renderInside(<Headline />);
    expect(await screen.findByRole('button', { name: /^Visitors\s*1,200/ })).toBeInTheDocument();
    expect(await screen.findByRole('alert')).toHaveTextContent('It said 422.');
  });
});

describe('a breakdown', () => {
  const card = (
    <BreakdownCard
      label="Pages"
      tabs={[
        { dimension: 'page_path', label: 'Pages' },
        { dimension: 'exit_page', label: 'Exit' },
      ]}
    />
  );

  it('turns a clicked row into a filter; the row without a value asks for those without one', async () => {
    fakeApi({ 'GET /api/dashboard/breakdown': pages });
    renderInside(card);
    await userEvent.click(await screen.findByRole('button', { name: /^\/ ?50/ }));
    await userEvent.click(screen.getByRole('button', { name: /no page/ }));
    expect(useFilters.getState().filters).toEqual([
      { dimension: 'page_path', operator: 'is', values: ['/'] },
      { dimension: 'page_path', operator: 'not_exists', values: [] },
    ]);
    expect(window.location.search).toContain('f=page_path~is~/');
  });

  it('adds the same filter once', async () => {
    fakeApi({ 'GET /api/dashboard/breakdown': pages });
    renderInside(card);
    const row = await screen.findByRole('button', { name: /^\/ ?50/ });
    await userEvent.click(row);
    await userEvent.click(row);
    expect(useFilters.getState().filters).toHaveLength(1);
  });

  it('asks for the dimension of the tab that is open', async () => {
    const asked = fakeApi({ 'GET /api/dashboard/breakdown': pages });
    renderInside(card);
    await userEvent.click(screen.getByRole('tab', { name: 'Exit' }));
    await waitFor(() => expect(asked.at(-1)?.query.get('dimension')).toBe('exit_page'));
  });

  it('tells what to do when there is nothing', async () => {
    fakeApi({ 'GET /api/dashboard/breakdown': { ...pages, rows: [], total_rows: 0 } });
    renderInside(card);
    expect(await screen.findByText('No page in this range')).toBeInTheDocument();
  });

  it('offers the file to admins only', async () => {
    fakeApi({ 'GET /api/dashboard/breakdown': pages });
    const { unmount } = renderInside(card);
    expect(screen.getByRole('button', { name: /as CSV/ })).toBeInTheDocument();
    unmount();
    renderInside(card, { ...admin, role: 'analyst' });
    expect(screen.queryByRole('button', { name: /as CSV/ })).not.toBeInTheDocument();
    expect(screen.getByRole('button', { name: /as a table/ })).toBeInTheDocument();
  });
});
