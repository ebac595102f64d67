/** Date ranges as plain days ("2026-11-23") in the project's time zone. No local-time Date ever decides a day. */
import type { Interval } from '@/lib/api/types';

export const PRESETS = [
  { key: 'today', label: 'Today' },
  { key: 'yesterday', label: 'Yesterday' },
  { key: '7d', label: 'Last 7 days' },
  { key: '30d', label: 'Last 30 days' },
  { key: '90d', label: 'Last 90 days' },
  { key: 'month', label: 'This month' },
  { key: 'last_month', label: 'Last month' },
  { key: 'year', label: 'This year' },
  { key: '12m', label: 'Last 12 months' },
] as const;

export type PresetKey = (typeof PRESETS)[number]['key'];
export type RangeChoice =
  | { kind: 'preset'; preset: PresetKey }
  | { kind: 'custom'; from: string; to: string };

/** Whole days, both ends included. */
export interface DayRange {
  from: string;
  to: string;
}

const DAY_MS = 86_400_000;

export function isPreset(text: string | null): text is PresetKey {
  return PRESETS.some((preset) => preset.key === text);
}

/** True for a real calendar day written YYYY-MM-DD. */
export function isDay(text: string | null | undefined): text is string {
  if (!text || !/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const date = new Date(`${text}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().slice(0, 10) === text;
}

export function addDays(day: string, count: number): string {
  return new Date(Date.parse(`${day}T00:00:00Z`) + count * DAY_MS).toISOString().slice(0, 10);
}

export function addMonths(day: string, count: number): string {
  const [year = 1970, month = 1, dayOfMonth = 1] = day.split('-').map(Number);
  const last = new Date(Date.UTC(year, month - 1 + count + 1, 0)).getUTCDate();
  return new Date(Date.UTC(year, month - 1 + count, Math.min(dayOfMonth, last))).toISOString().slice(0, 10);
}

export function daysBetween(range: DayRange): number {
  return Math.round((Date.parse(range.to) - Date.parse(range.from)) / DAY_MS) + 1;
}

/** The calendar day that it is now in a time zone. */
export function todayIn(timezone: string, now: Date = new Date()): string {
  try {
    return new Intl.DateTimeFormat('en-CA', { timeZone: timezone, dateStyle: 'short' }).format(now);
  } catch {
    return now.toISOString().slice(0, 10);
  }
}

export function resolveRange(choice: RangeChoice, timezone: string, now: Date = new Date()): DayRange {
  if (choice.kind === 'custom') return { from: choice.from, to: choice.to };
  const today = todayIn(timezone, now);
  switch (choice.preset) {
    case 'today':
      return { from: today, to: today };
    case 'yesterday':
      return { from: addDays(today, -1), to: addDays(today, -1) };
    case '7d':
      return { from: addDays(today, -6), to: today };
    case '30d':
      return { from: addDays(today, -29), to: today };
    case '90d':
      return { from: addDays(today, -89), to: today };
    case 'month':
      return { from: `${today.slice(0, 8)}01`, to: today };
    case 'last_month': {
      const first = addMonths(`${today.slice(0, 8)}01`, -1);
      return { from: first, to: addDays(addMonths(first, 1), -1) };
    }
    case 'year':
      return { from: `${today.slice(0, 5)}01-01`, to: today };
    case '12m':
      return { from: addDays(addMonths(today, -12), 1), to: today };
  }
}

/** The intervals that draw between 1 and about 400 points over this many days; finer ones would be noise. */
export function intervalsFor(days: number): Interval[] {
  const fitting: Interval[] = [];
  if (days <= 14) fitting.push('hour');
  if (days <= 400) fitting.push('day');
  if (days > 7) fitting.push('week');
  if (days > 31) fitting.push('month');
  return fitting.length > 0 ? fitting : ['month'];
}

export function chooseInterval(wanted: Interval | 'auto', days: number): Interval {
  const fitting = intervalsFor(days);
  if (wanted !== 'auto' && fitting.includes(wanted)) return wanted;
  if (days <= 2) return 'hour';
  if (days <= 92) return 'day';
  return days <= 366 ? 'week' : 'month';
}
