import { describe, expect, it } from 'vitest';
import type { Filter } from '@/lib/api/types';
import {
  DEFAULTS,
  type FilterState,
  filterFromText,
  filterToText,
  fromQuery,
  mergeQuery,
  toQuery,
} from '@/lib/filters/url';

const state = (part: Partial<FilterState>): FilterState => ({ ...DEFAULTS, ...part });

describe('the global filters in the address', () => {
  it('says nothing when everything is as it starts', () => {
    expect(toQuery(DEFAULTS)).toBe('');
    expect(fromQuery('')).toEqual(DEFAULTS);
  });

  it('reads back everything it writes', () => {
    const full = state({
      project: 'prj_1',
      range: { kind: 'custom', from: '2026-01-30', to: '2026-02-02' },
      compare: 'year',
      interval: 'week',
      metric: 'bounce_rate',
      filters: [
        { dimension: 'country', operator: 'is', values: ['KE', 'UG'] },
        { dimension: 'property:obligation_type', operator: 'is_not', values: ['mri'], scope: 'visit' },
        { dimension: 'utm_source', operator: 'not_exists', values: [] },
      ],
    });
    expect(fromQuery(toQuery(full))).toEqual(full);
  });

  it('keeps values that hold the separator, percent signs, ampersands and other scripts', () => {
    for (const value of ['a~b', '100%', '%7E', '~', 'a&f=b=c', 'ünï 日本 🇰🇪', '', '+ +', '#x']) {
      const filter: Filter = { dimension: 'page_title', operator: 'is', values: [value, 'other'] };
      expect(filterFromText(filterToText(filter))).toEqual(filter);
      expect(fromQuery(toQuery(state({ filters: [filter] }))).filters).toEqual([filter]);
    }
  });

  it('is readable where the value is', () => {
    const filters: Filter[] = [{ dimension: 'page_path', operator: 'is', values: ['/mri/otp'] }];
    expect(toQuery(state({ filters }))).toBe('f=page_path~is~/mri/otp');
  });

  it('drops what makes no sense and keeps the rest', () => {
    const query =
      'range=fortnight&compare=never&interval=second&metric=luck&f=country&f=country~is&f=;drop~is~x&f=os~is~iOS';
    expect(fromQuery(query)).toEqual(
      state({ filters: [{ dimension: 'os', operator: 'is', values: ['iOS'] }] }),
    );
  });

  it('turns a range round that is the wrong way and refuses days that do not exist', () => {
    expect(fromQuery('from=2026-02-03&to=2026-02-01').range).toEqual({
      kind: 'custom',
      from: '2026-02-01',
      to: '2026-02-03',
    });
    expect(fromQuery('from=2026-02-30&to=2026-03-01').range).toEqual(DEFAULTS.range);
  });

  it('leaves the parameters of the page alone', () => {
    const query = mergeQuery(
      '?tab=keys&range=7d&f=os~is~iOS',
      state({ range: { kind: 'preset', preset: '90d' } }),
    );
    expect(new URLSearchParams(query).get('tab')).toBe('keys');
    expect(fromQuery(query)).toEqual(state({ range: { kind: 'preset', preset: '90d' } }));
  });
});
