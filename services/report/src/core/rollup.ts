/** Counts of many raw keys added up: the same sum, and the same bytes, in any order, since all of them are integers. */
import {
  type MonthCell,
  type Rollup,
  type RollupKey,
  type RollupPart,
  type RollupRow,
  rollupPartSchema,
  rollupSchema,
} from '@tastetrend/contracts';
import { added, inOrder } from './columns/month-cells.ts';
import { byName, serialiseByLine } from './serialise.ts';

/** Takes keys in, a part after the other; what is held grows with restaurants and months, not with keys. */
export class RollupSum {
  readonly #cells = new Map<string, MonthCell>();
  #files = 0;
  #without = 0;
  #pooled = 0;

  add(key: RollupKey): void {
    if (key.counts === 'rows') this.#files += 1;
    if (key.counts === 'not_yet') this.#without += 1;
    this.#pooled += key.cells_pooled;
    for (const row of key.rows) {
      const cell = cellOf(row);
      const name = JSON.stringify([cell.restaurant, cell.month]);
      const known = this.#cells.get(name);
      this.#cells.set(name, known === undefined ? cell : added(known, cell));
    }
  }

  rollup(): Rollup {
    return {
      schema: 'tastetrend.rollup/1',
      files: this.#files,
      files_without_months: this.#without,
      cells_pooled: this.#pooled,
      cells: [...this.#cells.values()].sort(inOrder),
    };
  }
}

export function rollupText(rollup: Rollup): string {
  return serialiseByLine(rollupSchema, rollup);
}

/** @param keys each entry once, in any order */
export function partText(keys: Iterable<RollupKey>): string {
  const part: RollupPart = {
    schema: 'tastetrend.rollup-part/1',
    keys: [...keys].sort((a, b) => byName(a.entry, b.entry)),
  };
  return serialiseByLine(rollupPartSchema, part);
}

export function rowOf(cell: MonthCell): RollupRow {
  return [
    cell.restaurant,
    cell.month,
    cell.rows,
    cell.rated,
    cell.rating_sum_hundredths,
    cell.rating_4_or_more,
    cell.with_text,
    cell.with_total,
    cell.total_spent_cents,
    ...cell.rating_half_stars,
  ];
}

function cellOf([restaurant, month, ...counts]: RollupRow): MonthCell {
  const [rows, rated, hundredths, fourOrMore, withText, withTotal, cents, ...halfStars] = counts as [
    ...[number, number, number, number, number, number, number],
    ...number[],
  ];
  return {
    restaurant,
    month,
    rows,
    rated,
    rating_sum_hundredths: hundredths,
    rating_4_or_more: fourOrMore,
    with_text: withText,
    with_total: withTotal,
    total_spent_cents: cents,
    rating_half_stars: halfStars,
  };
}
