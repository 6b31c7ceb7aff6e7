import type { Random } from './random.ts';

export type DateFormat = 'iso' | 'day_first' | 'month_first';

const DAY_MS = 86_400_000;
const FIRST_DAY = Date.UTC(2008, 0, 1) / DAY_MS;
const LAST_DAY = Date.UTC(2022, 0, 31) / DAY_MS;

/** A calendar day of 2008 to 2022, as YYYY-MM-DD. */
export function drawDate(random: Random): string {
  return new Date(random.between(FIRST_DAY, LAST_DAY) * DAY_MS).toISOString().slice(0, 10);
}

/** A date given as YYYY-MM-DD, written as a file writes it: as it is, as DD.MM.YYYY or as MM/DD/YYYY. */
export function writeDate(iso: string, format: DateFormat): string {
  if (format === 'iso') return iso;
  const [year, month, day] = [iso.slice(0, 4), iso.slice(5, 7), iso.slice(8, 10)];
  return format === 'day_first' ? `${day}.${month}.${year}` : `${month}/${day}/${year}`;
}
