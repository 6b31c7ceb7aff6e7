/** The numbers of a column in their order: everything asked of them is then exact, and the same for any order of rows. */
import type { ValidationFindings } from '@tastetrend/contracts';
import { byName } from '../serialise.ts';

type Column = ValidationFindings['columns'][number];

/** The most frequent values that are named. */
const TOP_VALUES_MAX = 10;
const SHARES = { p05: 0.05, p25: 0.25, p50: 0.5, p75: 0.75, p95: 0.95 } as const;
const DAY_MS = 86_400_000;

/** @param days from 1970-01-01 */
export function isoDay(days: number): string {
  return new Date(days * DAY_MS).toISOString().slice(0, 10);
}

export class SortedValues {
  readonly #sorted: Float64Array;

  /** @param cells NaN where there is no value; sorted in place */
  constructor(cells: Float64Array) {
    cells.sort();
    // NaN sorts last.
    let end = cells.length;
    while (end > 0 && Number.isNaN(cells[end - 1])) end--;
    this.#sorted = cells.subarray(0, end);
  }

  get count(): number {
    return this.#sorted.length;
  }

  get distinct(): number {
    let distinct = 0;
    for (const _ of this.runs()) distinct++;
    return distinct;
  }

  /** Each different value, ascending, with how often it occurs. */
  *runs(): Generator<readonly [value: number, count: number]> {
    const sorted = this.#sorted;
    let start = 0;
    for (let i = 1; i <= sorted.length; i++) {
      if (i < sorted.length && sorted[i] === sorted[start]) continue;
      yield [sorted[start] as number, i - start];
      start = i;
    }
  }

  /**
   * The value at place ceil(share × count), counted from 1: one that occurs, so that nothing is interpolated (the inverse
   * of the empirical distribution function; Hyndman and Fan 1996, definition 1). Of nothing NaN.
   */
  quantile(share: number): number {
    const place = Math.max(1, Math.ceil(share * this.count));
    return this.#sorted[place - 1] ?? Number.NaN;
  }

  /** @param shown how a value is written down */
  spread(shown: (value: number) => number | string): Pick<Column, 'min' | 'max' | 'quantiles'> {
    if (this.count === 0) return { min: null, max: null, quantiles: null };
    const at = (share: number) => shown(this.quantile(share));
    return {
      min: shown(this.#sorted[0] as number),
      max: shown(this.#sorted[this.count - 1] as number),
      quantiles: {
        p05: at(SHARES.p05),
        p25: at(SHARES.p25),
        p50: at(SHARES.p50),
        p75: at(SHARES.p75),
        p95: at(SHARES.p95),
      },
    };
  }

  top(cellMin: number): { value: string; count: number }[] {
    return mostFrequent(this.runs(), cellMin);
  }
}

/** By count, then by value; nothing of fewer rows than `cellMin`. */
export function mostFrequent(
  counted: Iterable<readonly [value: string | number, count: number]>,
  cellMin: number,
): { value: string; count: number }[] {
  const large: { value: string; count: number }[] = [];
  for (const [value, count] of counted) {
    if (count < cellMin) continue;
    large.push({ value: String(value), count });
    // A column may have a million values: only the best are kept.
    if (large.length >= 20 * TOP_VALUES_MAX) large.sort(byCount).length = TOP_VALUES_MAX;
  }
  return large.sort(byCount).slice(0, TOP_VALUES_MAX);
}

function byCount(a: { value: string; count: number }, b: { value: string; count: number }): number {
  return b.count - a.count || byName(a.value, b.value);
}
