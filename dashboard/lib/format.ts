/** How numbers, times and shares read, in one place. All pure; "–" stands for a value that is undefined. */

export type Unit = 'count' | 'rate' | 'seconds' | 'ratio';

export const NOTHING = '–';

const whole = new Intl.NumberFormat('en', { maximumFractionDigits: 0 });
const compact = new Intl.NumberFormat('en', { notation: 'compact', maximumFractionDigits: 1 });
const oneDigit = new Intl.NumberFormat('en', { maximumFractionDigits: 1, minimumFractionDigits: 1 });

export function formatCount(value: number): string {
  return whole.format(value);
}

/** 12,345 stays whole; from 100,000 on it reads 123.5K. */
export function formatCompact(value: number): string {
  return Math.abs(value) >= 100_000 ? compact.format(value) : whole.format(value);
}

/** 0.1234 -> "12.3%"; whole percents lose the digit only at 0 and 100. */
export function formatRate(value: number): string {
  if (value === 0) return '0%';
  if (value === 1) return '100%';
  return `${oneDigit.format(value * 100)}%`;
}

/** Seconds as people say them: "48s", "2m 05s", "1h 12m", "3d 4h". */
export function formatSeconds(seconds: number): string {
  const total = Math.round(seconds);
  if (total < 60) return `${total}s`;
  const pad = (value: number) => String(value).padStart(2, '0');
  if (total < 3_600) return `${Math.floor(total / 60)}m ${pad(total % 60)}s`;
  if (total < 86_400) return `${Math.floor(total / 3_600)}h ${pad(Math.floor((total % 3_600) / 60))}m`;
  return `${Math.floor(total / 86_400)}d ${Math.floor((total % 86_400) / 3_600)}h`;
}

export function formatValue(value: number | null | undefined, unit: Unit, short = false): string {
  if (value === null || value === undefined) return NOTHING;
  if (unit === 'rate') return formatRate(value);
  if (unit === 'seconds') return formatSeconds(value);
  if (unit === 'ratio') return oneDigit.format(value);
  return short ? formatCompact(value) : formatCount(value);
}

export interface Change {
  /** "+12.4%" for counts and durations, "+1.2 pp" for rates, "new" when there was nothing before. */
  text: string;
  direction: 'up' | 'down' | 'flat';
}

/** The change from `previous` to `value`; null when either side is undefined, so that no sign is invented. */
export function changeOf(
  value: number | null | undefined,
  previous: number | null | undefined,
  unit: Unit,
): Change | null {
  if (value === null || value === undefined || previous === null || previous === undefined) return null;
  if (unit === 'rate') {
    const points = Math.round((value - previous) * 1_000) / 10;
    if (points === 0) return { text: '0 pp', direction: 'flat' };
    return {
      text: `${points > 0 ? '+' : '−'}${oneDigit.format(Math.abs(points))} pp`,
      direction: points > 0 ? 'up' : 'down',
    };
  }
  if (previous === 0)
    return value === 0 ? { text: '0%', direction: 'flat' } : { text: 'new', direction: 'up' };
  const change = (value - previous) / previous;
  const percent = Math.abs(change) * 100;
  const text =
    percent >= 1_000
      ? compact.format(percent)
      : percent >= 100
        ? whole.format(percent)
        : oneDigit.format(percent);
  if (Math.abs(change) < 0.0005) return { text: '0%', direction: 'flat' };
  return { text: `${change > 0 ? '+' : '−'}${text}%`, direction: change > 0 ? 'up' : 'down' };
}

/** The wall-clock parts of an ISO time that carries its offset, read as text: no browser zone gets in the way. */
function wallClock(iso: string): Date {
  return new Date(`${iso.slice(0, 19)}Z`);
}

const utc = (options: Intl.DateTimeFormatOptions) =>
  new Intl.DateTimeFormat('en', { timeZone: 'UTC', ...options });
const bucketFormats = {
  hour: utc({ weekday: 'short', hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }),
  hourLong: utc({
    weekday: 'short',
    day: 'numeric',
    month: 'short',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  }),
  day: utc({ day: 'numeric', month: 'short' }),
  dayLong: utc({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric' }),
  month: utc({ month: 'short', year: 'numeric' }),
};

export function formatBucket(
  bucket: string,
  interval: 'hour' | 'day' | 'week' | 'month',
  long = false,
): string {
  const date = wallClock(bucket);
  if (interval === 'hour') return (long ? bucketFormats.hourLong : bucketFormats.hour).format(date);
  if (interval === 'month') return bucketFormats.month.format(date);
  if (interval === 'week' && long) return `Week of ${bucketFormats.dayLong.format(date)}`;
  return (long ? bucketFormats.dayLong : bucketFormats.day).format(date);
}

/** "23 Nov – 29 Nov 2026"; one day reads as one day. */
export function formatDayRange(from: string, to: string): string {
  const first = new Date(`${from.slice(0, 10)}T00:00:00Z`);
  const last = new Date(`${to.slice(0, 10)}T00:00:00Z`);
  return utc({ day: 'numeric', month: 'short', year: 'numeric' }).formatRange(first, last);
}

export function formatTime(iso: string, timezone: string, withDay = false): string {
  const options: Intl.DateTimeFormatOptions = {
    timeZone: timezone,
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
    ...(withDay && { day: 'numeric', month: 'short', year: 'numeric' }),
  };
  return new Intl.DateTimeFormat('en-GB', options).format(new Date(iso));
}

export function formatDay(iso: string, timezone = 'UTC'): string {
  return new Intl.DateTimeFormat('en', {
    timeZone: timezone,
    day: 'numeric',
    month: 'short',
    year: 'numeric',
  }).format(new Date(iso));
}

/** "just now", "3 min ago", "2 h ago", "5 days ago". */
export function formatAgo(iso: string, now: number = Date.now()): string {
  const seconds = Math.max(0, (now - Date.parse(iso)) / 1_000);
  if (seconds < 10) return 'just now';
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3_600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400) return `${Math.floor(seconds / 3_600)} h ago`;
  const days = Math.floor(seconds / 86_400);
  return days === 1 ? 'yesterday' : `${days} days ago`;
}
