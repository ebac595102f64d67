import { describe, expect, it } from 'vitest';
import {
  changeOf,
  formatAgo,
  formatBucket,
  formatCompact,
  formatDayRange,
  formatRate,
  formatSeconds,
  formatTime,
  formatValue,
} from '@/lib/format';

describe('numbers', () => {
  it('stay whole until they are long', () => {
    expect(formatCompact(12_345)).toBe('12,345');
    expect(formatCompact(99_999)).toBe('99,999');
    expect(formatCompact(123_456)).toBe('123.5K');
  });

  it('read as percents with one digit, except nothing and everything', () => {
    expect(formatRate(0)).toBe('0%');
    expect(formatRate(0.1234)).toBe('12.3%');
    expect(formatRate(0.9999)).toBe('100.0%');
    expect(formatRate(1)).toBe('100%');
  });

  it('read as durations the way people say them', () => {
    expect(formatSeconds(0)).toBe('0s');
    expect(formatSeconds(59.4)).toBe('59s');
    expect(formatSeconds(59.6)).toBe('1m 00s');
    expect(formatSeconds(3_725)).toBe('1h 02m');
    expect(formatSeconds(90_000)).toBe('1d 1h');
  });

  it('show a dash where there is no value, never a zero', () => {
    for (const unit of ['count', 'rate', 'seconds', 'ratio'] as const) {
      expect(formatValue(null, unit)).toBe('–');
      expect(formatValue(undefined, unit)).toBe('–');
    }
    expect(formatValue(0, 'count')).toBe('0');
  });
});

describe('changes', () => {
  it('are relative for counts and in points for rates', () => {
    expect(changeOf(112, 100, 'count')).toEqual({ text: '+12.0%', direction: 'up' });
    expect(changeOf(50, 100, 'count')).toEqual({ text: '−50.0%', direction: 'down' });
    expect(changeOf(0.25, 0.2, 'rate')).toEqual({ text: '+5.0 pp', direction: 'up' });
    expect(changeOf(90, 120, 'seconds')).toEqual({ text: '−25.0%', direction: 'down' });
  });

  it('say "new" after nothing, and "flat" where nothing moved', () => {
    expect(changeOf(5, 0, 'count')).toEqual({ text: 'new', direction: 'up' });
    expect(changeOf(0, 0, 'count')).toEqual({ text: '0%', direction: 'flat' });
    expect(changeOf(0.5, 0.5, 'rate')).toEqual({ text: '0 pp', direction: 'flat' });
  });

  it('are not invented when either side is undefined', () => {
    expect(changeOf(null, 5, 'count')).toBeNull();
    expect(changeOf(5, null, 'rate')).toBeNull();
  });
});

describe('times', () => {
  it('keep the wall clock of the bucket, whatever zone the browser is in', () => {
    expect(formatBucket('2026-11-23T00:00:00+03:00', 'day')).toBe('Nov 23');
    expect(formatBucket('2026-11-23T23:00:00-11:00', 'hour')).toBe('Mon 23:00');
    expect(formatBucket('2026-11-01T00:00:00+03:00', 'month')).toBe('Nov 2026');
    expect(formatBucket('2026-11-23T00:00:00+03:00', 'week', true)).toBe('Week of Mon, Nov 23, 2026');
  });

  it('are shown in the zone of the project', () => {
    expect(formatTime('2026-11-23T22:15:30.000Z', 'Africa/Nairobi')).toBe('01:15:30');
    expect(formatTime('2026-11-23T22:15:30.000Z', 'Africa/Nairobi', true)).toBe('24 Nov 2026, 01:15:30');
  });

  it('read as a range, one day as one day', () => {
    expect(formatDayRange('2026-11-23', '2026-11-29').replaceAll(/\s/g, ' ')).toBe('Nov 23 – 29, 2026');
    expect(formatDayRange('2026-11-23', '2026-11-23')).toBe('Nov 23, 2026');
  });

  it('read as ages', () => {
    const now = Date.parse('2026-11-23T12:00:00Z');
    const ago = (seconds: number) => formatAgo(new Date(now - seconds * 1_000).toISOString(), now);
    expect([3, 45, 200, 7_300, 90_000, 300_000].map(ago)).toEqual([
      'just now',
      '45 s ago',
      '3 min ago',
      '2 h ago',
      'yesterday',
      '3 days ago',
    ]);
  });
});
