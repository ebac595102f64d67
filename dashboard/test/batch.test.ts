import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Asked, ask } from '@/lib/api/batch';
import { ApiError, rememberCsrf } from '@/lib/api/client';

interface Sent {
  method: string;
  url: URL;
  body: { questions: Asked[] };
  headers: Headers;
  signal: AbortSignal | null | undefined;
}
let sent: Sent[] = [];

/** What the network says; by default each question's own name, wherever it comes from. */
function network(respond: (one: Sent) => Response | Promise<Response>) {
  vi.stubGlobal('fetch', async (input: string, init: RequestInit = {}) => {
    const one: Sent = {
      method: init.method ?? 'GET',
      url: new URL(input, 'http://test'),
      body: typeof init.body === 'string' ? JSON.parse(init.body) : { questions: [] },
      headers: new Headers(init.headers),
      signal: init.signal,
    };
    sent.push(one);
    return respond(one);
  });
}
const byName = ({ url, body }: Sent) =>
  url.pathname === '/api/query/batch'
    ? Response.json({
        answers: body.questions.map((each) => ({ status: 200, answer: { is: each.question } })),
      })
    : Response.json({ is: url.pathname });

const overview: Asked = { question: 'overview', project: 'p1', from: '2026-03-01', compare: 'previous' };
const heatmap: Asked = { question: 'heatmap', project: 'p1', metric: 'events' };
const countries: Asked = {
  question: 'breakdown',
  project: 'p1',
  dimension: 'country',
  limit: 250,
  offset: 0,
  filters: [{ dimension: 'os', operator: 'is', values: ['Android'] }],
};

beforeEach(() => {
  sent = [];
  network(byName);
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
  rememberCsrf(null);
});
const later = () => vi.advanceTimersByTimeAsync(50);
/** The reason of a rejection, looked at from the start so that none counts as unhandled. */
const reasonOf = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (reason: unknown) => reason,
  );

describe('questions that are asked together', () => {
  it('travel in one request as the API takes them, and each gets its own answer', async () => {
    rememberCsrf('token');
    const answers = Promise.all([ask(overview), ask(countries), ask(heatmap)]);
    await later();
    expect(await answers).toEqual([{ is: 'overview' }, { is: 'breakdown' }, { is: 'heatmap' }]);
    expect(sent).toHaveLength(1);
    expect(sent[0]).toMatchObject({ method: 'POST', body: { questions: [overview, countries, heatmap] } });
    expect(sent[0]?.url.pathname).toBe('/api/query/batch');
    expect(sent[0]?.headers.get('X-Hatua-Csrf')).toBe('token');
  });

  it('travel together too when their timers fire some milliseconds apart, but wait for none that come later', async () => {
    const first = [ask(overview)];
    await vi.advanceTimersByTimeAsync(4);
    first.push(ask(heatmap));
    await later();
    const second = [ask(countries), ask(overview)];
    await later();
    await Promise.all([...first, ...second]);
    expect(sent.map(({ body }) => body.questions.length)).toEqual([2, 2]);
  });

  it('are sent in parts when they are more than the API takes at once', async () => {
    const asked = Array.from({ length: 101 }, (_, offset) => ({ ...countries, offset }));
    const answers = Promise.all(asked.map((each) => ask(each)));
    await later();
    expect(await answers).toHaveLength(101);
    expect(sent.map(({ body }) => body.questions.length)).toEqual([50, 50, 0]);
    expect(sent[2]?.url.searchParams.get('offset')).toBe('100');
  });
});

describe('a question that is alone', () => {
  it('is a GET with the query string that its address takes', async () => {
    const answer = ask({
      question: 'timeseries',
      project: 'p1',
      metrics: ['visitors', 'sessions'],
      interval: 'day',
      filters: [{ dimension: 'country', operator: 'is', values: ['KE', 'UG'] }],
    });
    await later();
    expect(await answer).toEqual({ is: '/api/dashboard/timeseries' });
    expect(sent[0]?.method).toBe('GET');
    expect(Object.fromEntries(sent[0]?.url.searchParams ?? [])).toEqual({
      project: 'p1',
      metrics: 'visitors,sessions',
      interval: 'day',
      filters: '[{"dimension":"country","operator":"is","values":["KE","UG"]}]',
    });
  });

  it('goes to the address of its name, without what is not said', async () => {
    const answer = ask({
      question: 'dimension_values',
      project: 'p1',
      dimension: 'os',
      search: '',
      filters: undefined,
    });
    await later();
    expect(await answer).toEqual({ is: '/api/dashboard/dimension-values' });
    expect(sent[0]?.url.search).toBe('?project=p1&dimension=os');
  });
});

describe('a panel that goes away', () => {
  it('rejects by itself; the request goes on for the others', async () => {
    let letGo = (_: Response) => {};
    network(() => new Promise((resolve) => (letGo = resolve)));
    const stop = new AbortController();
    const gone = reasonOf(ask(overview, stop.signal));
    const stays = ask(heatmap, new AbortController().signal);
    await later();
    stop.abort();
    expect(await gone).toMatchObject({ name: 'AbortError' });
    expect(sent[0]?.signal?.aborted).toBe(false);
    letGo(Response.json({ answers: [overview, heatmap].map((answer) => ({ status: 200, answer })) }));
    expect(await stays).toEqual(heatmap);
  });

  it('ends the request when nobody else waits for it', async () => {
    network(
      ({ signal }) =>
        new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason))),
    );
    const stops = [new AbortController(), new AbortController()];
    const gone = stops.map(({ signal }) => reasonOf(ask(overview, signal)));
    await later();
    for (const stop of stops) stop.abort();
    expect(sent[0]?.signal?.aborted).toBe(true);
    for (const reason of await Promise.all(gone)) expect(reason).toMatchObject({ name: 'AbortError' });
  });

  it('is not asked for when it leaves before anything was sent', async () => {
    const stop = new AbortController();
    const early = reasonOf(ask(overview, stop.signal));
    const stays = ask(heatmap);
    stop.abort();
    const late = reasonOf(ask(overview, stop.signal));
    await later();
    expect(await stays).toEqual({ is: '/api/dashboard/heatmap' });
    expect([await early, await late]).toMatchObject([{ name: 'AbortError' }, { name: 'AbortError' }]);
    expect(sent).toHaveLength(1);
  });
});

describe('what goes wrong', () => {
  it('with one question is that panel’s error, with the path that the question alone would have', async () => {
    const error = {
      code: 'invalid_question',
      message: 'is not a day',
      path: 'body.questions[1].from',
      details: ['a', 'b'],
    };
    network(() =>
      Response.json({
        answers: [
          { status: 200, answer: { fine: true } },
          { status: 400, error },
          { status: 422, error: { code: 'query_too_heavy', message: 'Ask for less.' } },
        ],
      }),
    );
    const fine = ask(overview);
    const wrong = reasonOf(ask({ ...overview, from: 'yesterday' }));
    const heavy = reasonOf(ask(heatmap));
    await later();
    expect(await fine).toEqual({ fine: true });
    expect(await wrong).toBeInstanceOf(ApiError);
    expect(await wrong).toMatchObject({ ...error, status: 400, path: 'query.from' });
    expect(await heavy).toMatchObject({ status: 422, code: 'query_too_heavy', path: null, details: [] });
  });

  it('with the request is everybody’s error', async () => {
    network(() => Response.json({ error: { code: 'unavailable', message: 'Busy.' } }, { status: 503 }));
    const reasons = [ask(overview), ask(heatmap)].map(reasonOf);
    await later();
    for (const reason of await Promise.all(reasons)) {
      expect(reason).toMatchObject({ status: 503, code: 'unavailable', message: 'Busy.' });
    }
    network(() => Promise.reject(new TypeError('Failed to fetch')));
    const offline = [ask(overview), ask(heatmap)].map(reasonOf);
    await later();
    for (const reason of await Promise.all(offline)) expect(reason).toMatchObject({ code: 'offline' });
  });

  it('is said when an answer is missing, not waited for', async () => {
    network(() => Response.json({ answers: [{ status: 200, answer: {} }] }));
    const missing = [ask(overview), ask(heatmap)].map(reasonOf);
    await later();
    expect(await missing[0]).toBeNull();
    expect(await missing[1]).toBeInstanceOf(ApiError);
    network(() => Response.json('nothing of the kind'));
    const strange = [ask(overview), ask(heatmap)].map(reasonOf);
    await later();
    for (const reason of await Promise.all(strange)) expect(reason).toBeInstanceOf(Error);
  });
});
