import { expect, it } from 'vitest';
import { toCsv } from '@/lib/csv';

it('quotes what needs quotes and ends every line the way the standard says', () => {
  const csv = toCsv({
    columns: ['page', 'visitors'],
    rows: [
      ['/a,b', 3],
      ['say "hi"', null],
      ['two\nlines', 0.5],
    ],
  });
  expect(csv).toBe('page,visitors\r\n"/a,b",3\r\n"say ""hi""",\r\n"two\nlines",0.5\r\n');
});

it('defuses text that a spreadsheet would run as a formula, and leaves negative numbers alone', () => {
  const csv = toCsv({
    columns: ['value'],
    rows: [['=HYPERLINK("x")'], ['+254700'], ['-1'], ['@a'], ['\t=1'], [-1], [' =1'], ['\uff1d1'], ['a=1']],
  });
  expect(csv.split('\r\n').slice(1, -1)).toEqual([
    `"'=HYPERLINK(""x"")"`,
    "'+254700",
    "'-1",
    "'@a",
    "'\t=1",
    '-1',
    "' =1",
    "'\uff1d1",
    'a=1',
  ]);
});
