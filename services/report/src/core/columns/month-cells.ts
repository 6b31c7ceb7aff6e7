/** Rows counted by restaurant and month: what rollups add up. Integers only, so that files add up in any order. */
import { emptyMonthCell, type MonthCell } from '@tastetrend/contracts';
import { byName } from '../serialise.ts';
import { halfStarOf } from './histograms.ts';
import type { Labels } from './labels.ts';
import { isoDay } from './sorted-values.ts';

/** The largest cells that are kept one by one: 20 restaurants of four years are under it, and 200 kB of a summary. */
const CELLS_MAX = 1_000;

export interface MonthCells {
  readonly cells: MonthCell[];
  readonly cells_pooled: number;
}

export interface RowsOfMonths {
  readonly rows: number;
  readonly restaurants: Labels | undefined;
  readonly locations: Labels | undefined;
  readonly days: Float64Array | undefined;
  readonly ratings: Float64Array | undefined;
  readonly totals: Float64Array | undefined;
  readonly lengths: Float64Array | undefined;
}

/** Counts a row group after the other. */
export class MonthCounter {
  readonly #cells = new Map<string | null, Map<string | null, MonthCell>>();

  add(group: RowsOfMonths): void {
    for (let row = 0; row < group.rows; row++) {
      const restaurant = group.restaurants?.at(row) ?? group.locations?.at(row) ?? null;
      const day = group.days?.[row] ?? Number.NaN;
      countRow(this.#cell(restaurant, Number.isNaN(day) ? null : monthOf(day)), group, row);
    }
  }

  /** @returns the cells by restaurant, then month; of too many the smallest are one cell of neither */
  cells(): MonthCells {
    const all = [...this.#cells.values()].flatMap((months) => [...months.values()]).sort(inOrder);
    if (all.length <= CELLS_MAX) return { cells: all, cells_pooled: 0 };
    const bySize = [...all].sort((a, b) => b.rows - a.rows || inOrder(a, b));
    const pooled = bySize.slice(CELLS_MAX - 1).reduce(added, emptyMonthCell(null, null));
    return {
      cells: [...bySize.slice(0, CELLS_MAX - 1), pooled].sort(inOrder),
      cells_pooled: all.length - CELLS_MAX + 1,
    };
  }

  #cell(restaurant: string | null, month: string | null): MonthCell {
    const ofRestaurant = this.#cells.get(restaurant) ?? new Map<string | null, MonthCell>();
    if (ofRestaurant.size === 0) this.#cells.set(restaurant, ofRestaurant);
    const known = ofRestaurant.get(month);
    if (known !== undefined) return known;
    const cell = emptyMonthCell(restaurant, month);
    ofRestaurant.set(month, cell);
    return cell;
  }
}

function countRow(cell: MonthCell, table: RowsOfMonths, row: number): void {
  const rating = table.ratings?.[row] ?? Number.NaN;
  const total = table.totals?.[row] ?? Number.NaN;
  cell.rows += 1;
  if (!Number.isNaN(rating)) {
    const hundredths = Math.round(rating * 100);
    cell.rated += 1;
    cell.rating_sum_hundredths += hundredths;
    if (hundredths >= 400) cell.rating_4_or_more += 1;
    const bin = halfStarOf(rating);
    cell.rating_half_stars[bin] = (cell.rating_half_stars[bin] ?? 0) + 1;
  }
  if (!Number.isNaN(table.lengths?.[row] ?? Number.NaN)) cell.with_text += 1;
  if (!Number.isNaN(total)) {
    cell.with_total += 1;
    cell.total_spent_cents += Math.round(total * 100);
  }
}

const DAYS_REMEMBERED_MAX = 20_000;
const months = new Map<number, string>();

/** A day's month, remembered: a million rows have a few thousand days. */
function monthOf(day: number): string {
  const known = months.get(day);
  if (known !== undefined) return known;
  if (months.size > DAYS_REMEMBERED_MAX) months.clear();
  const month = isoDay(day).slice(0, 7);
  months.set(day, month);
  return month;
}

/** The counts of both under the name of the first. */
export function added(one: MonthCell, other: MonthCell): MonthCell {
  return {
    restaurant: one.restaurant,
    month: one.month,
    rows: one.rows + other.rows,
    rated: one.rated + other.rated,
    rating_sum_hundredths: one.rating_sum_hundredths + other.rating_sum_hundredths,
    rating_4_or_more: one.rating_4_or_more + other.rating_4_or_more,
    with_text: one.with_text + other.with_text,
    with_total: one.with_total + other.with_total,
    total_spent_cents: one.total_spent_cents + other.total_spent_cents,
    rating_half_stars: one.rating_half_stars.map((count, bin) => count + (other.rating_half_stars[bin] ?? 0)),
  };
}

export function inOrder(a: MonthCell, b: MonthCell): number {
  return unknownFirst(a.restaurant, b.restaurant) || unknownFirst(a.month, b.month);
}

function unknownFirst(a: string | null, b: string | null): number {
  return Number(b === null) - Number(a === null) || byName(a ?? '', b ?? '');
}
