/** Plain numbers as people and spreadsheets write them: `12.50`, `$1,234.50`, `12,5` (a comma before one or two digits). */
const PLAIN = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d{1,3})?$/;
const GROUPED = /^[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/;
const COMMA_DECIMAL = /^[+-]?(?:\d+|\d{1,3}(?:\.\d{3})+),\d{1,2}$/;

/** No number and no date is longer; on a text of megabytes the patterns would take time by the square of its length. */
export const SHORT_CELL_CHARS_MAX = 64;

/** @returns undefined when the cell is no number */
export function parseNumber(cell: string): number | undefined {
  const text = cell.trim();
  if (text.length > SHORT_CELL_CHARS_MAX) return undefined;
  let plain: string;
  if (PLAIN.test(text)) plain = text;
  else if (GROUPED.test(text)) plain = text.replaceAll(',', '');
  else if (COMMA_DECIMAL.test(text)) plain = text.replaceAll('.', '').replace(',', '.');
  else return undefined;
  const number = Number(plain);
  return Number.isFinite(number) ? number : undefined;
}

const CURRENCY = /^(?:[$€£]|USD|EUR|GBP)\s*|\s*(?:[$€£]|USD|EUR|GBP)$/gi;

/** An amount of money, with or without a currency sign; undefined when it is no number or negative. */
export function parseAmount(cell: string): number | undefined {
  const text = cell.trim();
  if (text.length > SHORT_CELL_CHARS_MAX) return undefined;
  const number = parseNumber(text.replaceAll(CURRENCY, ''));
  return number === undefined || number < 0 ? undefined : number + 0;
}

/** `18.5` or `18.5 %` → 18.5; undefined when it is no number or negative. */
export function parsePercentage(cell: string): number | undefined {
  const text = cell.trim();
  if (text.length > SHORT_CELL_CHARS_MAX) return undefined;
  const number = parseNumber(text.replace(/\s*%$/, ''));
  return number === undefined || number < 0 ? undefined : number + 0;
}

/** A whole number from `min` to 2^31 − 1; `4.0` is 4. */
export function parseWholeNumber(cell: string, min: number): number | undefined {
  const number = parseNumber(cell);
  if (number === undefined || !Number.isInteger(number) || number < min || number > 0x7fff_ffff) return undefined;
  return number + 0;
}
