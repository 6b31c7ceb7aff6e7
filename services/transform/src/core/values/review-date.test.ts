import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type DateOrder, daysOf, parseDate, readDate, type Separator } from './review-date.ts';

const iso = (days: number | undefined) =>
  days === undefined ? undefined : new Date(days * 86_400_000).toISOString().slice(0, 10);
const dayFirst = (cell: string) => iso(parseDate(cell, () => 'day_first'));
const monthFirst = (cell: string) => iso(parseDate(cell, () => 'month_first'));

describe('dates that say their order themselves', () => {
  test.each([
    ['2011-11-02', '2011-11-02'],
    [' 2011-11-02 ', '2011-11-02'],
    ['2011/11/02', '2011-11-02'],
    ['2011.11.02', '2011-11-02'],
    ['2011-1-2', '2011-01-02'],
    ['2011-11-02T23:59:59Z', '2011-11-02'],
    ['2011-11-02T23:59:59.123+02:00', '2011-11-02'],
    ['2011-11-02 10:15', '2011-11-02'],
    ['2011-11-02 10:15 PM', '2011-11-02'],
    ['2011-11-02 10:15:00 -0800', '2011-11-02'],
    ['2011-11-02  10:15', '2011-11-02'],
    ['2011-11-02 9:15', '2011-11-02'],
    ['2011-11-02 9:15 am', '2011-11-02'],
    ['2011-11-02 9:15 Pm -05:00', '2011-11-02'],
    ['2011-11-02 9:15AM Z', '2011-11-02'],
    ['24.12.2016', '2016-12-24'],
    ['12/24/2016', '2016-12-24'],
    ['24/12/2016 18:30', '2016-12-24'],
    ['24-12-2016', '2016-12-24'],
    ['7 February 2014', '2014-02-07'],
    ['7th Feb 2014', '2014-02-07'],
    ['07-Feb-2014', '2014-02-07'],
    ['1st Jan. 2014', '2014-01-01'],
    ['2nd Feb 2014', '2014-02-02'],
    ['3rd Mar., 2014', '2014-03-03'],
    ['12 September 2014', '2014-09-12'],
    ['February 1st 2014', '2014-02-01'],
    ['February 3rd, 2014', '2014-02-03'],
    ['February 4th 2014', '2014-02-04'],
    ['February 7, 2014', '2014-02-07'],
    ['Sept 3 2014', '2014-09-03'],
    ['Sep. 22nd, 2014', '2014-09-22'],
    ['MAY 3 2014', '2014-05-03'],
    ['Dec 31, 2014 11:59 pm', '2014-12-31'],
    ['2016-02-29', '2016-02-29'],
    ['2000-02-29', '2000-02-29'],
    ['1969-12-31', '1969-12-31'],
    ['0001-01-01', '0001-01-01'],
    ['0099-12-31', '0099-12-31'],
    ['9999-12-31', '9999-12-31'],
  ])('%j is %s in either order', (cell, date) => {
    expect(dayFirst(cell)).toBe(date);
    expect(monthFirst(cell)).toBe(date);
  });
});

test.each([
  ['07.02.2014', '2014-02-07', '2014-07-02'],
  ['06/09/2018', '2018-09-06', '2018-06-09'],
  ['1-2-2018', '2018-02-01', '2018-01-02'],
  ['06/09/2018 10:00 AM', '2018-09-06', '2018-06-09'],
])('%j is %s day first and %s month first', (cell, asDayFirst, asMonthFirst) => {
  expect(dayFirst(cell)).toBe(asDayFirst);
  expect(monthFirst(cell)).toBe(asMonthFirst);
});

test.each([
  ...[
    '',
    'yesterday',
    '2014',
    '2014-02',
    '2014-02-30',
    '2015-02-29',
    '1900-02-29',
    '2014-13-01',
    '2014-00-10',
    '2014-01-00',
  ],
  ...['0000-01-01', '31/31/2014', '00/10/2014', '10/00/2014', '31.04.2014', '1/2/14', '2014-02-07x', '2014-02-07 noon'],
  ...[
    '2014-02-071',
    '12/24/20167',
    '2014-02/07',
    '12/24-2016',
    'Febtober 3 2014',
    '31 Feb 2014',
    '20140207',
    '41000',
    'Ma 3 2014',
    'Febr 3 2014',
    ...['on 2014-02-07', '12014-02-07', '2014-002-07', '2014-02-007', '2014-02-07T', '2014-02-07 :15'],
    ...['2014-02-07 110:15', '2014-02-07 10:155', '2014-02-07 10:1', '2014-02-07 10:15:1', '2014-02-07 10:15 +1:00'],
    ...['on 24/12/2016', '012/24/2016', '24/012/2016', '24/12/02016', '24//12/2016'],
    ...['007 Feb 2014', 'on 7 Feb 2014', '7 Feb 20145', '7Feb2014', '7 Feb.. 2014', '7 Feb,, 2014', '7. Feb 2014'],
    ...['on Feb 7 2014', 'Feb 007 2014', 'Feb 7 20145', 'Feb7 2014', 'Feb 7th. 2014', 'Feb 7,, 2014', 'Feb 7 014'],
  ],
])('%j is no date', (cell) => {
  expect(dayFirst(cell)).toBeUndefined();
  expect(monthFirst(cell)).toBeUndefined();
});

test('what lacks a number is not even open to be a date', () => {
  for (const cell of ['/02/2014', '1//2014', '1/2/']) expect(readDate(cell)).toEqual({ kind: 'unreadable' });
});

test('what is read without knowing the file', () => {
  expect(readDate('06/09/2018')).toEqual({ kind: 'open', separator: '/', a: 6, b: 9, year: 2018 });
  for (const cell of ['', 'soon', '2014-02-30', '31 April 2014', 'Febtober 3 2014', '2014-02-07 noon']) {
    expect(readDate(cell), cell).toEqual({ kind: 'unreadable' });
  }
});

test.each([
  ...['January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September', 'October', 'November'],
  'December',
])('%s has a name, and three letters of it', (name) => {
  const days = Date.parse(`${name} 2, 2014 UTC`) / 86_400_000;
  for (const written of [name, name.slice(0, 3), name.toUpperCase()]) {
    expect(readDate(`${written} 2, 2014`)).toEqual({ kind: 'date', days });
    expect(readDate(`2 ${written} 2014`)).toEqual({ kind: 'date', days });
  }
});

test('64 characters may be a date, 65 are none', () => {
  const dateOf = (count: number) => dayFirst(`2014-02-07 10:15:00.${'0'.repeat(count - 20)}`);
  expect([dateOf(64), dateOf(65)]).toEqual(['2014-02-07', undefined]);
});

test('the order is asked for by separator', () => {
  const orders: Record<Separator, DateOrder> = { '.': 'day_first', '/': 'month_first', '-': 'day_first' };
  const parse = (cell: string) => iso(parseDate(cell, (separator) => orders[separator]));
  expect([parse('01.02.2014'), parse('01/02/2014'), parse('01-02-2014')]).toEqual([
    '2014-02-01',
    '2014-01-02',
    '2014-02-01',
  ]);
});

test('property: every real day is read in every form, and nothing else is one', () => {
  const day = fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true });
  const two = (n: number) => String(n).padStart(2, '0');
  fc.assert(
    fc.property(day, (date) => {
      const [year, month, dayOfMonth] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
      const days = Math.floor(date.getTime() / 86_400_000);
      const y = String(year).padStart(4, '0');
      expect(daysOf(year, month, dayOfMonth)).toBe(days);
      expect(parseDate(`${y}-${two(month)}-${two(dayOfMonth)}`, () => 'day_first')).toBe(days);
      expect(parseDate(`${two(dayOfMonth)}.${two(month)}.${y}`, () => 'day_first')).toBe(days);
      expect(parseDate(`${month}/${dayOfMonth}/${y}`, () => 'month_first')).toBe(days);
      const name = date.toLocaleDateString('en-US', { month: 'long', timeZone: 'UTC' });
      expect(parseDate(`${name} ${dayOfMonth}, ${y}`, () => 'day_first')).toBe(days);
    }),
  );
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9999 }),
      fc.integer({ min: -1, max: 14 }),
      fc.integer({ min: -1, max: 99 }),
      (y, m, d) => {
        const lengths = [
          31,
          new Date(Date.UTC(2000 + (y % 400), 2, 0)).getUTCDate(),
          31,
          30,
          31,
          30,
          31,
          31,
          30,
          31,
          30,
          31,
        ];
        const isReal = m >= 1 && m <= 12 && d >= 1 && d <= (lengths[m - 1] as number);
        expect(daysOf(y, m, d) !== undefined).toBe(isReal);
      },
    ),
  );
});

test('a cell of a million characters that begins like a date is refused at once', () => {
  const start = performance.now();
  for (const filler of [' ', '1', 'a']) {
    expect(readDate(`2014-02-07T10:00${filler.repeat(500_000)}x`)).toEqual({ kind: 'unreadable' });
  }
  expect(performance.now() - start).toBeLessThan(2000);
});
