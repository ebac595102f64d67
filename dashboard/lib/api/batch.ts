/** Questions asked at one moment travel in one request; one that is alone stays a GET, with its ETag. */
import { ApiError, api, errorFrom, type Query } from './client';
import type { components } from './schema';

type Schemas = components['schemas'];

/** The questions that have a GET address of their own, /api/dashboard/<question>. */
export type Asked =
  | Schemas['QueryOverview']
  | Schemas['QueryTimeseries']
  | Schemas['QueryBreakdown']
  | Schemas['QueryHeatmap']
  | Schemas['QueryDimensionValues'];

interface Waiting {
  asked: Asked;
  signal?: AbortSignal;
  resolve: (answer: never) => void;
  reject: (reason: unknown) => void;
}

/** Panels that appear together ask in one go; the timers by which they ask again fire some milliseconds apart. */
const WAIT_MS = 10;

/** The most that the API takes at once. */
const MOST = 50;

let waiting: Waiting[] = [];

/** The answer as the question's own address gives it; rejects with an ApiError, or as an aborted fetch does. */
export function ask<T>(asked: Asked, signal?: AbortSignal): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    if (waiting.length === 0) setTimeout(send, WAIT_MS);
    waiting.push({ asked, signal, resolve, reject });
  });
}

function send(): void {
  const wanted = waiting.filter(({ signal }) => !signal?.aborted);
  waiting = [];
  for (let at = 0; at < wanted.length; at += MOST) {
    const together = wanted.slice(at, at + MOST);
    const [first] = together;
    if (first && together.length === 1) sendAlone(first);
    else void sendTogether(together);
  }
}

function sendAlone({ asked, signal, resolve, reject }: Waiting): void {
  const { question, ...fields } = asked;
  api
    .get<never>(`/api/dashboard/${question.replaceAll('_', '-')}`, queryOf(fields), signal)
    .then(resolve, reject);
}

async function sendTogether(all: Waiting[]): Promise<void> {
  const nobodyWaits = new AbortController();
  for (const { signal } of all) {
    signal?.addEventListener(
      'abort',
      () => all.every((each) => each.signal?.aborted) && nobodyWaits.abort(),
      { once: true },
    );
  }
  try {
    const { answers } = await api.post<Schemas['BatchAnswer']>(
      '/api/query/batch',
      { questions: all.map(({ asked }) => asked) },
      nobodyWaits.signal,
    );
    all.forEach((each, index) => {
      settle(each, answers[index]);
    });
  } catch (problem) {
    for (const { reject } of all) reject(problem);
  }
}

function settle({ resolve, reject }: Waiting, told: Schemas['Answered'] | undefined): void {
  if (told?.answer) {
    resolve(told.answer as never);
  } else if (told?.error) {
    // A panel knows its own question, not its place among others.
    const path = told.error.path?.replace(/^body\.questions\[\d+\]/, 'query');
    reject(errorFrom(told.status, { ...told.error, path }));
  } else {
    reject(new ApiError(0, 'http', 'The server left this question out.', null));
  }
}

/** As a query string says it: names with commas between them, anything else that is a list as JSON. */
export function queryOf(fields: Record<string, unknown>): Query {
  const texts = Object.entries(fields).map(([name, value]) => {
    if (!Array.isArray(value)) return [name, value];
    return [name, value.every((each) => typeof each === 'string') ? value.join(',') : JSON.stringify(value)];
  });
  return Object.fromEntries(texts) as Query;
}
