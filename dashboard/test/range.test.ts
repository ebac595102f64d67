import { describe, expect, it } from 'vitest';
import {
  addDays,
  addMonths,
  chooseInterval,
  daysBetween,
  intervalsFor,
  isDay,
  type PRESETS,
  resolveRange,
  todayIn,
} from '@/lib/filters/range';

const noon = new Date('2026-03-15T12:00:00Z');
const preset = (key: (typeof PRESETS)[number]['key'], zone = 'Africa/Nairobi', now = noon) =>
  resolveRange({ kind: 'preset', preset: key }, zone, now);

describe('date ranges', () => {
  it('begin the day where the project is, not where the browser is', () => {
    const late = new Date('2026-03-15T22:30:00Z');
    expect(todayIn('Africa/Nairobi', late)).toBe('2026-03-16');
    expect(todayIn('America/Los_Angeles', late)).toBe('2026-03-15');
    expect(todayIn('Pacific/Kiritimati', late)).toBe('2026-03-16');
    expect(todayIn('No/Such_Zone', late)).toBe('2026-03-15');
  });

  it('resolve every preset to whole days, both ends included', () => {
    expect(preset('today')).toEqual({ from: '2026-03-15', to: '2026-03-15' });
    expect(preset('yesterday')).toEqual({ from: '2026-03-14', to: '2026-03-14' });
    expect(preset('7d')).toEqual({ from: '2026-03-09', to: '2026-03-15' });
    expect(preset('30d')).toEqual({ from: '2026-02-14', to: '2026-03-15' });
    expect(preset('90d')).toEqual({ from: '2025-12-16', to: '2026-03-15' });
    expect(preset('month')).toEqual({ from: '2026-03-01', to: '2026-03-15' });
    expect(preset('last_month')).toEqual({ from: '2026-02-01', to: '2026-02-28' });
    expect(preset('year')).toEqual({ from: '2026-01-01', to: '2026-03-15' });
    expect(preset('12m')).toEqual({ from: '2025-03-16', to: '2026-03-15' });
  });

  it('count the days of a range that crosses a clock change or a leap day', () => {
    expect(daysBetween({ from: '2026-03-28', to: '2026-03-30' })).toBe(3);
    expect(daysBetween({ from: '2024-02-28', to: '2024-03-01' })).toBe(3);
  });

  it('step by days and months without falling off short months', () => {
    expect(addDays('2024-02-28', 1)).toBe('2024-02-29');
    expect(addDays('2026-01-01', -1)).toBe('2025-12-31');
    expect(addMonths('2026-01-31', 1)).toBe('2026-02-28');
    expect(addMonths('2026-01-15', -1)).toBe('2025-12-15');
    expect(addMonths('2026-12-01', 1)).toBe('2027-01-01');
  });

  it('know a day from something that looks like one', () => {
    expect(isDay('2024-02-29')).toBe(true);
    for (const wrong of ['2026-02-29', '2026-13-01', '2026-1-1', '2026-01-01T00:00', '', null, undefined]) {
      expect(isDay(wrong)).toBe(false);
    }
  });

  it('offer only intervals that make a readable number of points', () => {
    expect(intervalsFor(1)).toEqual(['hour', 'day']);
    expect(intervalsFor(14)).toEqual(['hour', 'day', 'week']);
    expect(intervalsFor(15)).toEqual(['day', 'week']);
    expect(intervalsFor(5_000)).toEqual(['week', 'month']);
  });

  it('fall back to a fitting interval when the wanted one does not fit', () => {
    expect(chooseInterval('hour', 7)).toBe('hour');
    expect(chooseInterval('hour', 90)).toBe('day');
    expect(chooseInterval('auto', 1)).toBe('hour');
    expect(chooseInterval('auto', 30)).toBe('day');
    expect(chooseInterval('auto', 180)).toBe('week');
    expect(chooseInterval('auto', 800)).toBe('month');
  });
});
