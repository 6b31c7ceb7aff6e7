import { describe, expect, it } from 'vitest';
import { codedOf, type Row, rows } from '../../test-data/tally.ts';
import { clustered } from './clustered-rows.ts';
import { gather, type Outcome, type RowCells, rowCellsOf } from './outcomes.ts';
import { Random } from './random.ts';

function cellsOf(all: readonly Row[]): RowCells {
  return rowCellsOf(clustered(codedOf(all), new Random('seed', 'clusters')));
}

/** Counts by label of all rows. */
function countsBy(cells: RowCells, name: Outcome['name']): number[] {
  const table = new Float64Array(cells.cells);
  for (let row = 0; row < cells.rating.length; row++) {
    for (const cell of [cells.rating[row], cells.text[row], cells.spent[row]])
      table[cell as number] = (table[cell as number] as number) + 1;
  }
  const outcome = cells.outcomes.find((one) => one.name === name) as Outcome;
  const into = new Float64Array(outcome.kind === 'ordered' ? outcome.positions.length : 2);
  gather(outcome, table, 0, into);
  return [...into];
}

function positionsOf(cells: RowCells, name: Outcome['name']): number[] {
  const outcome = cells.outcomes.find((one) => one.name === name);
  return outcome?.kind === 'ordered' ? [...outcome.positions] : [];
}

describe('labels', () => {
  it('are the ratings of the file, in their order', () => {
    const cells = cellsOf([...rows(3, { rating: 500 }), ...rows(2, { rating: 345 }), ...rows(1, { rating: null })]);
    expect(positionsOf(cells, 'rating')).toEqual([3.45, 5]);
    expect(countsBy(cells, 'rating')).toEqual([2, 3]);
    expect(countsBy(cells, 'rating_4_or_more')).toEqual([2, 3]);
    expect(countsBy(cells, 'has_rating')).toEqual([1, 5]);
    expect(cells.ratingsAreExact).toBe(true);
  });

  it('are half stars where there are over 32 ratings, and a 3.99 is still no 4', () => {
    const spread = Array.from({ length: 33 }, (_, i) => rows(1, { rating: 100 + i }));
    const cells = cellsOf([
      ...spread.flat(),
      ...rows(1, { rating: 399 }),
      ...rows(1, { rating: 400 }),
      ...rows(1, { rating: 449 }),
    ]);
    expect(cells.ratingsAreExact).toBe(false);
    expect(positionsOf(cells, 'rating')).toEqual([1, 3.5, 4]);
    expect(countsBy(cells, 'rating')).toEqual([33, 1, 2]);
    expect(countsBy(cells, 'rating_4_or_more')).toEqual([34, 2]);
  });

  it('are bands of ¼ of ln(1 + total_spent), those that occur', () => {
    const spent = (totalSpent: number) => rows(1, { totalSpent });
    // ln 1 = 0, ln 41 = 3.71, ln 42 = 3.74, ln 101 = 4.62; what is beyond the last band is in it.
    const cells = cellsOf(
      [spent(0), spent(40), spent(41), spent(100), spent(1e300), rows(1, { hasTotal: false })].flat(),
    );
    expect(positionsOf(cells, 'total_spent')).toEqual([0, 3.5, 4.5, 15.75]);
    expect(countsBy(cells, 'total_spent')).toEqual([1, 2, 1, 1]);
  });

  it('of a file without ratings or totals are none', () => {
    const cells = cellsOf(rows(4, { rating: null, hasTotal: false, hasText: false }));
    expect([positionsOf(cells, 'rating'), positionsOf(cells, 'total_spent')]).toEqual([[], []]);
    expect(countsBy(cells, 'has_text')).toEqual([4, 0]);
    expect(countsBy(cells, 'rating_4_or_more')).toEqual([0, 0]);
  });

  it('rows of one kind agree in all cells', () => {
    const cells = cellsOf([...rows(2), ...rows(2, { rating: null }), ...rows(1, { hasText: false })]);
    for (let row = 0; row < cells.rating.length; row++) {
      expect(cells.kinds.cells[cells.kinds.codes[row] as number]).toEqual([
        cells.rating[row],
        cells.text[row],
        cells.spent[row],
      ]);
    }
    expect(cells.kinds.cells).toHaveLength(3);
  });
});
