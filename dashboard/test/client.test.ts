import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { ApiError, api, rememberCsrf, urlOf } from '@/lib/api/client';
import { errorOfField, errorOfForm } from '@/lib/form-errors';

const send = vi.fn<typeof fetch>();
beforeEach(() => vi.stubGlobal('fetch', send));
afterEach(() => {
  send.mockReset();
  rememberCsrf(null);
  vi.unstubAllGlobals();
});

const answer = (status: number, body?: unknown) =>
  send.mockResolvedValue(new Response(body === undefined ? null : JSON.stringify(body), { status }));
const lastHeaders = () => new Headers(send.mock.lastCall?.[1]?.headers);

describe('the API client', () => {
  it('leaves empty parameters out and escapes the others', () => {
    expect(urlOf('/x', { a: 'b c', none: undefined, empty: '', nil: null, zero: 0 })).toBe('/x?a=b+c&zero=0');
    expect(urlOf('/x')).toBe('/x');
  });

  it('sends the token with what changes something, and only with that', async () => {
    rememberCsrf('token');
    answer(200, {});
    await api.get('/x');
    expect(lastHeaders().has('X-Hatua-Csrf')).toBe(false);
    answer(200, {});
    await api.post('/x', { a: 1 });
    expect(lastHeaders().get('X-Hatua-Csrf')).toBe('token');
    answer(204);
    await expect(api.delete('/x')).resolves.toBeUndefined();
    expect(lastHeaders().get('X-Hatua-Csrf')).toBe('token');
  });

  it('turns an error body into an error that knows its field', async () => {
    answer(400, { error: { code: 'invalid', message: 'password is 3 characters', path: 'body.password' } });
    const error = await api.post('/x').catch((problem: unknown) => problem as ApiError);
    expect(error).toBeInstanceOf(ApiError);
    expect(error).toMatchObject({ status: 400, code: 'invalid', path: 'body.password' });
    expect(errorOfField(error as ApiError, 'password')).toBe('password is 3 characters');
    expect(errorOfForm(error as ApiError, ['password'])).toBeNull();
    expect(errorOfForm(error as ApiError, ['email'])).toBe('password is 3 characters');
  });

  it('survives an error without the usual body', async () => {
    send.mockResolvedValue(new Response('<html>bad gateway', { status: 502 }));
    await expect(api.get('/x')).rejects.toMatchObject({ status: 502, message: 'The server answered 502.' });
  });

  it('says that the server cannot be reached rather than "failed to fetch"', async () => {
    send.mockRejectedValue(new TypeError('Failed to fetch'));
    await expect(api.get('/x')).rejects.toMatchObject({ status: 0, code: 'offline' });
  });

  it('lets a cancelled request be cancelled, not failed', async () => {
    const stop = new AbortController();
    stop.abort();
    const cancelled = new DOMException('aborted', 'AbortError');
    send.mockRejectedValue(cancelled);
    await expect(api.get('/x', {}, stop.signal)).rejects.toBe(cancelled);
  });
});
