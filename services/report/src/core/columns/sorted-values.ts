/** The numbers of a column in their order: everything asked of them is then exact, and the same for any order of rows. */
import type { ValidationFindings } from '@tastetrend/contracts';
import { byName } from '../serialise.ts';

type Column = ValidationFindings['columns'][number];

/** The most frequent values that are named. */
const TOP_VALUES_MAX = 10;
const SHARES = { p05: 0.05, p25: 0.25, p50: 0.5, p75: 0.75, p95: 0.95 } as const;
const DAY_MS = 86_400_000;
const PER_ONE = 100;
/** Places to count in, beside as many as there are cells: 256 kB. */
const PLACES_MIN = 65_536;

/** @param days from 1970-01-01 */
export function isoDay(days: number): string {
  return new Date(days * DAY_MS).toISOString().slice(0, 10);
}

/** Different values, ascending, and how often each occurs: as long as a column has different values, and not rows. */
export class SortedValues {
  readonly #values: Float64Array;
  readonly #counts: Uint32Array;
  readonly count: number;

  private constructor(values: Float64Array, counts: Uint32Array) {
    this.#values = values;
    this.#counts = counts;
    this.count = counts.reduce((sum, one) => sum + one, 0);
  }

  /** @param cells NaN where there is no value; their order may be another afterwards */
  static of(cells: Float64Array): SortedValues {
    return SortedValues.#byCounting(cells) ?? SortedValues.#bySorting(cells);
  }

  /**
   * Days, stars, amounts and lengths are whole hundredths that lie near together: counting those takes a tenth of the time.
   * @returns undefined where they are not
   */
  static #byCounting(cells: Float64Array): SortedValues | undefined {
    let [least, most] = [Infinity, -Infinity];
    for (const cell of cells) {
      if (cell < least) least = cell;
      if (cell > most) most = cell;
    }
    const first = Math.round(least * PER_ONE);
    const places = Math.round(most * PER_ONE) - first + 1;
    // No places where there is no value at all.
    if (!(places > 0 && places <= PLACES_MIN + cells.length)) return undefined;
    const found = new Uint32Array(places);
    for (const cell of cells) {
      if (Number.isNaN(cell)) continue;
      const place = Math.round(cell * PER_ONE) - first;
      if ((first + place) / PER_ONE !== cell) return undefined;
      found[place] = (found[place] as number) + 1;
    }
    const distinct = found.reduce((sum, count) => sum + Math.min(count, 1), 0);
    const [values, counts] = [new Float64Array(distinct), new Uint32Array(distinct)];
    let runs = 0;
    for (let place = 0; place < places; place++) {
      const count = found[place] as number;
      if (count === 0) continue;
      values[runs] = (first + place) / PER_ONE;
      counts[runs++] = count;
    }
    return new SortedValues(values, counts);
  }

  static #bySorting(cells: Float64Array): SortedValues {
    cells.sort();
    const [values, counts] = [new Float64Array(cells.length), new Uint32Array(cells.length)];
    let runs = 0;
    for (const cell of cells) {
      // NaN sorts last.
      if (Number.isNaN(cell)) break;
      if (runs === 0 || values[runs - 1] !== cell) values[runs++] = cell;
      counts[runs - 1] = (counts[runs - 1] as number) + 1;
    }
    return new SortedValues(values.slice(0, runs), counts.slice(0, runs));
  }

  get distinct(): number {
    return this.#values.length;
  }

  /** The values of both: it does not matter which is the first. */
  with(other: SortedValues): SortedValues {
    const length = this.distinct + other.distinct;
    const [values, counts] = [new Float64Array(length), new Uint32Array(length)];
    let [runs, mine, theirs] = [0, 0, 0];
    while (mine < this.distinct || theirs < other.distinct) {
      const [a, b] = [this.#values[mine] ?? Infinity, other.#values[theirs] ?? Infinity];
      values[runs] = Math.min(a, b);
      counts[runs++] =
        (a <= b ? (this.#counts[mine++] as number) : 0) + (b <= a ? (other.#counts[theirs++] as number) : 0);
    }
    return new SortedValues(values.slice(0, runs), counts.slice(0, runs));
  }

  /** Each different value, ascending, with how often it occurs. */
  *runs(): Generator<readonly [value: number, count: number]> {
    for (let i = 0; i < this.distinct; i++) yield [this.#values[i] as number, this.#counts[i] as number];
  }

  /**
   * The value at place ceil(share × count), counted from 1: one that occurs, so that nothing is interpolated (the inverse
   * of the empirical distribution function; Hyndman and Fan 1996, definition 1). Of nothing NaN.
   */
  quantile(share: number): number {
    const place = Math.max(1, Math.ceil(share * this.count));
    let passed = 0;
    for (const [value, count] of this.runs()) {
      passed += count;
      if (passed >= place) return value;
    }
    return Number.NaN;
  }

  /** @param shown how a value is written down */
  spread(shown: (value: number) => number | string): Pick<Column, 'min' | 'max' | 'quantiles'> {
    if (this.count === 0) return { min: null, max: null, quantiles: null };
    const at = (share: number) => shown(this.quantile(share));
    return {
      min: shown(this.#values[0] as number),
      max: shown(this.#values[this.distinct - 1] as number),
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
