import fc from 'fast-check';
import { expect, it } from 'vitest';
import { SortedValues } from './sorted-values.ts';

/** As columns have them, near together and far apart. */
const anyCells = fc
  .oneof(
    fc.constant(fc.integer({ min: -300, max: 300 }).map((hundredths) => hundredths / 100)),
    fc.constant(fc.integer({ min: 14_000, max: 20_000 })),
    fc.constant(fc.double({ min: -2, max: 2, noNaN: true })),
    fc.constant(fc.double({ noDefaultInfinity: true })),
    fc.constant(fc.constantFrom(1.005, 1.01, 8.41, 4.35, 0.1 + 0.2, 0.3, 2 ** 53, -(2 ** 53))),
    fc.constant(fc.constant(Number.NaN)),
  )
  .chain((cell) =>
    fc.array(
      fc
        .option(cell, { nil: Number.NaN })
        // A table's cells have no negative zero.
        .map((value) => value + 0),
      { maxLength: 60 },
    ),
  );

function countedOneByOne(cells: readonly number[]): [number, number][] {
  const counts = new Map<number, number>();
  for (const cell of cells) if (!Number.isNaN(cell)) counts.set(cell, (counts.get(cell) ?? 0) + 1);
  return [...counts].sort(([a], [b]) => a - b);
}

it('property: has each different value once, ascending, with how often it occurs', () => {
  fc.assert(
    fc.property(anyCells, anyCells, (cells, others) => {
      const sorted = SortedValues.of(Float64Array.from(cells));
      expect([...sorted.runs()]).toEqual(countedOneByOne(cells));
      expect(sorted.count).toBe(cells.filter((cell) => !Number.isNaN(cell)).length);
      expect([...sorted.with(SortedValues.of(Float64Array.from(others))).runs()]).toEqual(
        countedOneByOne([...cells, ...others]),
      );
    }),
    { numRuns: 1_000 },
  );
});
