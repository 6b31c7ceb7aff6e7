/**
 * Calendar dates. ISO and dates with a month's name say their order themselves; `07.02.2014` and `06/09/2018` do not, and
 * are read in the order that the whole file gives evidence for. Times of day are dropped: a date is as it was written.
 */

import { SHORT_CELL_CHARS_MAX } from './numbers.ts';
import { remembering } from './remember.ts';

export type DateOrder = 'day_first' | 'month_first';
export type Separator = '/' | '.' | '-';

/** What a cell says without any guess: a date, or two numbers and a year whose order is open. */
export type DateReading =
  | { readonly kind: 'date'; readonly days: number }
  | {
      readonly kind: 'open';
      readonly separator: Separator;
      readonly a: number;
      readonly b: number;
      readonly year: number;
    }
  | { readonly kind: 'unreadable' };

const TIME = /^(?:[T ]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s*(?:[AaPp][Mm])?\s*(?:Z|[+-]\d{2}:?\d{2})?)?$/;
const YEAR_FIRST = /^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})(?!\d)/;
const YEAR_LAST = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})(?!\d)/;
const NAMED_DAY_FIRST = /^(\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})\.?,?[ -](\d{4})(?!\d)/;
const NAMED_MONTH_FIRST = /^([A-Za-z]{3,9})\.? (\d{1,2})(?:st|nd|rd|th)?,? (\d{4})(?!\d)/;
const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

/** Days from 1970-01-01 to a date of the (proleptic) Gregorian calendar; undefined when there is no such day. */
export function daysOf(year: number, month: number, day: number): number | undefined {
  if (month < 1 || month > 12 || day < 1 || year < 1) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  return date.getTime() / 86_400_000;
}

function dated(days: number | undefined): DateReading {
  return days === undefined ? { kind: 'unreadable' } : { kind: 'date', days };
}

function monthOf(name: string): number {
  const lower = name.toLowerCase();
  if (lower === 'sept') return 9;
  return MONTHS.findIndex((month) => month === lower || month.slice(0, 3) === lower) + 1;
}

type Form = readonly [RegExp, (match: RegExpExecArray) => DateReading];

const FORMS: readonly Form[] = [
  [YEAR_FIRST, ([, year, , month, day]) => dated(daysOf(Number(year), Number(month), Number(day)))],
  [
    YEAR_LAST,
    ([, a, separator, b, year]) => ({
      kind: 'open',
      separator: separator as Separator,
      a: Number(a),
      b: Number(b),
      year: Number(year),
    }),
  ],
  [NAMED_DAY_FIRST, ([, day, name = '', year]) => dated(daysOf(Number(year), monthOf(name), Number(day)))],
  [NAMED_MONTH_FIRST, ([, name = '', day, year]) => dated(daysOf(Number(year), monthOf(name), Number(day)))],
];

/** Reads a cell as far as it goes without knowing the file. */
export const readDate = remembering((cell: string): DateReading => {
  const text = cell.trim();
  if (text.length > SHORT_CELL_CHARS_MAX) return { kind: 'unreadable' };
  for (const [form, reading] of FORMS) {
    const match = form.exec(text);
    if (match === null) continue;
    return TIME.test(text.slice(match[0].length)) ? reading(match) : { kind: 'unreadable' };
  }
  return { kind: 'unreadable' };
});

/**
 * The date of a cell. Where only one order gives a real date, that is the date, whatever the file's order: 24 is no month.
 * @returns days from 1970-01-01, undefined when it is no calendar date
 */
export function parseDate(cell: string, orderOf: (separator: Separator) => DateOrder): number | undefined {
  const reading = readDate(cell);
  if (reading.kind === 'date') return reading.days;
  if (reading.kind === 'unreadable') return undefined;
  const { a, b, year } = reading;
  const dayFirst = daysOf(year, b, a);
  const monthFirst = daysOf(year, a, b);
  return orderOf(reading.separator) === 'day_first' ? (dayFirst ?? monthFirst) : (monthFirst ?? dayFirst);
}
