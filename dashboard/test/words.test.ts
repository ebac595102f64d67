import { describe, expect, it } from 'vitest';
import { mayExport, mayOpen } from '@/lib/access';
import { alpha2OfAtlasId, countryName } from '@/lib/countries';
import { safeDestination } from '@/lib/destination';
import { filterSentence, valueLabel } from '@/lib/labels';
import { PAGES, pageOf } from '@/lib/pages';
import { originsOf } from '@/panels/settings/origins-panel';

describe('words for values', () => {
  it('tell what a missing value means where it stands', () => {
    expect(valueLabel('referrer_host', '')).toBe('Direct / None');
    expect(valueLabel('utm_source', '')).toBe('(none)');
    expect(valueLabel('page_path', '')).toBe('(no page)');
    expect(valueLabel('country', 'KE')).toBe('Kenya');
    expect(valueLabel('country', 'not a code')).toBe('not a code');
  });

  it('make a sentence of a filter', () => {
    expect(filterSentence({ dimension: 'country', operator: 'is', values: ['KE', 'UG'] })).toBe(
      'Country is Kenya or Uganda',
    );
    expect(filterSentence({ dimension: 'property:pin', operator: 'exists', values: [] })).toBe('pin is set');
  });

  it('find the country of a shape on the map', () => {
    expect(alpha2OfAtlasId('404')).toBe('KE');
    expect(alpha2OfAtlasId(4)).toBe('AF');
    expect(alpha2OfAtlasId(undefined)).toBeNull();
    expect(countryName('TZ')).toBe('Tanzania');
  });
});

describe('doors', () => {
  it('show viewers the overview and funnels only', () => {
    expect(PAGES.filter((page) => mayOpen('viewer', page.key)).map((page) => page.key)).toEqual([
      'overview',
      'funnels',
    ]);
  });

  it('keep settings and exports for admins', () => {
    expect(mayOpen('analyst', 'settings')).toBe(false);
    expect(mayOpen('analyst', 'sessions')).toBe(true);
    expect(mayOpen('admin', 'settings')).toBe(true);
    expect([mayExport('admin'), mayExport('analyst'), mayExport('viewer')]).toEqual([true, false, false]);
  });

  it('find a page by its path, with or without the slash at the end', () => {
    expect(pageOf('/realtime')?.key).toBe('realtime');
    expect(pageOf('/realtime/')?.key).toBe('realtime');
    expect(pageOf('/')?.key).toBe('overview');
    expect(pageOf('/nowhere/')).toBeNull();
  });

  it('never send anyone to another site after signing in', () => {
    expect(safeDestination('/sessions/?session=1')).toBe('/sessions/?session=1');
    for (const trap of [
      'https://evil.example',
      '//evil.example',
      '/\\evil.example',
      'javascript:alert(1)',
      '',
      null,
    ]) {
      expect(safeDestination(trap)).toBe('/');
    }
  });

  it('take origins one a line, each once', () => {
    expect(originsOf('https://a.example\n\n https://b.example, https://a.example\r\n')).toEqual([
      'https://a.example',
      'https://b.example',
    ]);
  });
});
