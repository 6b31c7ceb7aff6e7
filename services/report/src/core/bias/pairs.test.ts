import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type PairCell, pairsShown } from './pairs.ts';

/** Rows of numbers; an asterisk would be a large cell: here everything from `large` on. */
function cellsOf(table: readonly (readonly number[])[], large: number): PairCell[] {
  return table.flatMap((line, first) =>
    line.map((reviews, second) => ({ first, second, reviews, isLarge: reviews >= large })),
  );
}
const shownOf = (table: readonly (readonly number[])[], large = 50, min = 5) =>
  pairsShown(cellsOf(table, large), min).map(({ first, second }) => `${first}${second}`);

describe('pairsShown', () => {
  it('shows what is large, where what is not is many enough together', () => {
    expect(
      shownOf([
        [60, 70, 20],
        [80, 10, 30],
      ]),
    ).toEqual(['00', '01', '10']);
  });

  it('hides the smallest large one of a line whose hidden ones are too few, and what that gives away in turn', () => {
    // Line 0 hides 3: its smallest shown, 60, goes with it. Column 0 then hides only that 60, which is many enough.
    expect(
      shownOf([
        [60, 70, 3],
        [80, 90, 40],
      ]),
    ).toEqual(['01', '10', '11']);
  });

  it('shows nothing of a line that has but one large cell and too few others', () => {
    expect(shownOf([[60, 3]])).toEqual([]);
  });

  it('leaves no line whose hidden cells could be found by subtraction', () => {
    const size = fc.oneof(fc.nat(8), fc.integer({ min: 40, max: 90 }));
    const table = fc
      .integer({ min: 1, max: 6 })
      .chain((width) =>
        fc.array(fc.array(size, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 6 }),
      );
    fc.assert(
      fc.property(table, (one) => {
        const cells = cellsOf(one, 50);
        const shown = new Set(pairsShown(cells, 5));
        for (const cell of shown) expect(cell.isLarge).toBe(true);
        for (const along of ['first', 'second'] as const) {
          for (const line of new Set(cells.map((cell) => cell[along]))) {
            const ofLine = cells.filter((cell) => cell[along] === line);
            const hidden = ofLine.filter((cell) => !shown.has(cell)).reduce((sum, { reviews }) => sum + reviews, 0);
            const isAllHidden = ofLine.every((cell) => !shown.has(cell));
            expect(hidden === 0 || hidden >= 5 || isAllHidden).toBe(true);
          }
        }
      }),
    );
  });
});
