/** Bins of a column's values. A bin is a function of the values alone: fixed where files are compared, else fitted. */
import { type Histogram, RATING_BINS } from '@tastetrend/contracts';
import { isoDay, type SortedValues } from './sorted-values.ts';

type Bin = Histogram['bins'][number];

/** Bins of amounts that reach up to the 98th percentile; the rest is in one more. */
const AMOUNT_BINS_MAX = 24;
const AMOUNTS_SHARE = 0.98;
const STEPS = [1, 2, 5] as const;
/** Whole numbers from here on are one bin. */
const WHOLE_NUMBERS_MAX = 12;
/** More months than this are of dates that no review has; years are then enough. */
const MONTHS_MAX = 240;

/** The bin of a rating: by hundredths, so that 4.499999 is what it was meant to be. */
export function halfStarOf(rating: number): number {
  return Math.min(RATING_BINS - 1, Math.max(0, Math.floor(Math.round(rating * 100) / 50)));
}

/** Half stars from 0 to 5, fixed, so that files compare. */
export function binsOfHalfStars(ratings: SortedValues): Bin[] {
  const counts = new Array<number>(RATING_BINS).fill(0);
  for (const [rating, count] of ratings.runs()) {
    const bin = halfStarOf(rating);
    counts[bin] = (counts[bin] ?? 0) + count;
  }
  if (ratings.count === 0) return [];
  return counts.map((count, i) => ({ from: i / 2, to: i === 10 ? null : (i + 1) / 2, count }));
}

/** Calendar months, or years where there would be too many; those without rows are left out. */
export function binsByMonth(days: SortedValues): Bin[] {
  const months = binsByPrefix(days, 7);
  return months.length > MONTHS_MAX ? binsByPrefix(days, 4) : months;
}

/** @param chars of the ISO day: 7 for months, 4 for years */
function binsByPrefix(days: SortedValues, chars: 4 | 7): Bin[] {
  const bins: Bin[] = [];
  for (const [day, count] of days.runs()) {
    const from = isoDay(day).slice(0, chars);
    const last = bins.at(-1);
    if (last?.from === from) last.count += count;
    else bins.push({ from, to: null, count });
  }
  return bins.map((bin) => ({ ...bin, to: following(String(bin.from)) }));
}

function following(period: string): string {
  const [year, month] = period.split('-').map(Number) as [number, number | undefined];
  if (month === undefined) return String(year + 1).padStart(4, '0');
  const [nextYear, nextMonth] = month === 12 ? [year + 1, 1] : [year, month + 1];
  return `${String(nextYear).padStart(4, '0')}-${String(nextMonth).padStart(2, '0')}`;
}

/** Each whole number from 1 on; from 12 on all are one. */
export function binsOfWholeNumbers(numbers: SortedValues): Bin[] {
  const counts = new Map<number, number>();
  for (const [number, count] of numbers.runs()) {
    const bin = Math.min(WHOLE_NUMBERS_MAX, Math.max(0, Math.floor(number)));
    counts.set(bin, (counts.get(bin) ?? 0) + count);
  }
  if (counts.size === 0) return [];
  const [first, last] = [Math.min(...counts.keys()), Math.max(...counts.keys())];
  return Array.from({ length: last - first + 1 }, (_, i) => {
    const from = first + i;
    return { from, to: from === WHOLE_NUMBERS_MAX ? null : from + 1, count: counts.get(from) ?? 0 };
  });
}

/** Equal bins of 1, 2 or 5 times a power of ten, from 0 to just over the 98th percentile, and one of all above. */
export function binsOfAmounts(amounts: SortedValues): Bin[] {
  if (amounts.count === 0) return [];
  const width = niceWidth(amounts.quantile(AMOUNTS_SHARE));
  const bins = Math.min(AMOUNT_BINS_MAX, Math.floor(amounts.quantile(AMOUNTS_SHARE) / width) + 1);
  const counts = new Array<number>(bins + 1).fill(0);
  for (const [amount, count] of amounts.runs()) {
    const bin = Math.min(bins, Math.max(0, Math.floor(amount / width)));
    counts[bin] = (counts[bin] ?? 0) + count;
  }
  // A product such as 3 × 0.1 has digits that nobody means.
  const edge = (i: number) => Number((i * width).toPrecision(12));
  const all = counts.map((count, i) => ({ from: edge(i), to: i === bins ? null : edge(i + 1), count }));
  return all.at(-1)?.count === 0 ? all.slice(0, -1) : all;
}

function niceWidth(reach: number): number {
  if (!(reach > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(reach / AMOUNT_BINS_MAX));
  const step = STEPS.find((one) => one * power * AMOUNT_BINS_MAX > reach) ?? 10;
  return step * power;
}
