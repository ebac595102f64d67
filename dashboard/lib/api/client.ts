/** The one place that talks HTTP to the dashboard API: same origin, cookie session, one error shape. */
import type { ErrorBody } from './types';

export type QueryValue = string | number | boolean | null | undefined;
export type Query = Record<string, QueryValue>;

/** What the API said no to: `path` names the field ("query.from"), `code` is stable, `message` is for people. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly path: string | null;
  /** What there is to choose from, where the API offers a choice. */
  readonly details: readonly string[];

  constructor(
    status: number,
    code: string,
    message: string,
    path: string | null,
    details: readonly string[] = [],
  ) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.path = path;
    this.details = details;
  }
}

let csrf: string | null = null;

/** The token that every state-changing request carries; it comes with the auth state and with signing in. */
export function rememberCsrf(token: string | null): void {
  csrf = token;
}

export function urlOf(path: string, query: Query = {}): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== null && value !== '') params.set(name, String(value));
  }
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

function isErrorBody(body: unknown): body is ErrorBody {
  if (typeof body !== 'object' || body === null || !('error' in body)) return false;
  const { error } = body;
  return typeof error === 'object' && error !== null && 'message' in error && 'code' in error;
}

/** The error of a request, or of one question among others. */
export function errorFrom(status: number, { code, message, path, details }: ErrorBody['error']): ApiError {
  return new ApiError(status, code, message, path ?? null, details ?? []);
}

async function errorOf(response: Response): Promise<ApiError> {
  const body: unknown = await response.json().catch(() => null);
  if (isErrorBody(body)) return errorFrom(response.status, body.error);
  return new ApiError(response.status, 'http', `The server answered ${response.status}.`, null);
}

async function request<T>(method: string, url: string, body: unknown, signal?: AbortSignal): Promise<T> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (body !== undefined) headers['Content-Type'] = 'application/json';
  if (method !== 'GET' && csrf) headers['X-Hatua-Csrf'] = csrf;
  let response: Response;
  try {
    response = await fetch(url, {
      method,
      headers,
      credentials: 'same-origin',
      // Always asked again (the ETag makes it cheap): React Query decides what is fresh, not the browser's own cache.
      cache: 'no-cache',
      body: body === undefined ? undefined : JSON.stringify(body),
      signal,
    });
  } catch (cause) {
    if (signal?.aborted) throw cause;
    throw new ApiError(
      0,
      'offline',
      'The server cannot be reached. Check the connection and try again.',
      null,
    );
  }
  if (!response.ok) throw await errorOf(response);
  if (response.status === 204) return undefined as T;
  return (await response.json()) as T;
}

export const api = {
  get: <T>(path: string, query?: Query, signal?: AbortSignal) =>
    request<T>('GET', urlOf(path, query), undefined, signal),
  post: <T>(path: string, body?: unknown, signal?: AbortSignal) =>
    request<T>('POST', path, body ?? {}, signal),
  patch: <T>(path: string, body: unknown) => request<T>('PATCH', path, body),
  delete: (path: string) => request<void>('DELETE', path, undefined),
};
