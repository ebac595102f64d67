import { ApiError } from '@/lib/api/client';

/** What is wrong with one field, when the API named it ("password", "body.password"). */
export function errorOfField(error: Error | null, field: string): string | null {
  if (!(error instanceof ApiError) || !error.path) return null;
  return error.path.split('.').at(-1) === field ? error.message : null;
}

/** What is wrong with the form as a whole: an error that belongs to none of its fields. */
export function errorOfForm(error: Error | null, fields: readonly string[]): string | null {
  if (!error || fields.some((field) => errorOfField(error, field) !== null)) return null;
  return error.message;
}
