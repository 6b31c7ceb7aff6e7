/** How numbers, dates and names are written on the page: one way each, without asking a locale. */

const NO_BREAK = '\u00a0';
const MINUS = '\u2212';

/** 1234567 → 1,234,567 */
export function count(value: number): string {
  return withMinus(String(Math.abs(value)).replaceAll(/\B(?=(?:\d{3})+$)/g, ','), value < 0);
}

/** 3.14159 → 3.14; large numbers grouped. */
export function decimal(value: number, decimals = 2): string {
  const [whole = '0', rest] = Math.abs(value).toFixed(decimals).split('.');
  const isZero = Number(Math.abs(value).toFixed(decimals)) === 0;
  return withMinus(count(Number(whole)) + (rest === undefined ? '' : `.${rest}`), value < 0 && !isZero);
}

/** As it is, up to 2 decimals: 4 → 4, 4.5 → 4.5 */
export function plain(value: number | string): string {
  return typeof value === 'string' ? value : decimal(value).replace(/\.?0+$/, '');
}

/** 0.2233 → 22.3 % */
export function share(value: number, decimals = 1): string {
  return `${decimal(value * 100, decimals)}${NO_BREAK}%`;
}

export function percent(value: number | null): string {
  return value === null ? '–' : `${decimal(value, 1)}${NO_BREAK}%`;
}

/** 0.25 → +0.25 */
export function signed(value: number): string {
  return `${value > 0 ? '+' : ''}${decimal(value)}`;
}

export function signedPoints(value: number): string {
  return `${value > 0 ? '+' : ''}${decimal(value * 100, 1)}`;
}

/** 1 row, 2 rows */
export function counted(value: number, one: string, many = `${one}s`): string {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** african_american → African American */
export function groupName(group: string): string {
  const words = group.split('_').join(' ');
  return GROUP_NAMES[group] ?? words.charAt(0).toUpperCase() + words.slice(1);
}

const GROUP_NAMES: Readonly<Record<string, string>> = {
  african_american: 'African American',
  native_american: 'Native American',
  non_binary: 'Non-binary',
  mid_age: 'Mid age',
  missing: 'Not given',
};

/** 2026-11-22T17:45:28.946Z → 22 November 2026, 17:45 UTC */
export function moment(iso: string): string {
  const [date = '', time = ''] = iso.split('T');
  return `${day(date)}, ${time.slice(0, 5)} UTC`;
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
] as const;

/** 2024-07-09 → 9 July 2024; 2024-07 → July 2024 */
export function day(iso: string): string {
  const [year = '', month, date] = iso.split('-');
  const name = MONTHS[Number(month) - 1];
  if (name === undefined) return year;
  return date === undefined ? `${name} ${year}` : `${Number(date)} ${name} ${year}`;
}

/** Lines of the uploaded file, the first few of them. */
export function lines(first: readonly number[], of: number): string {
  if (first.length === 0) return '';
  const more = of > first.length ? ' …' : '';
  return `${first.length === 1 && more === '' ? 'line' : 'lines'} ${first.map(count).join(', ')}${more}`;
}

function withMinus(text: string, isNegative: boolean): string {
  return isNegative ? MINUS + text : text;
}
