import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { anyRows } from '../../test-data/arbitrary.ts';
import { codedOf, type Row, rows } from '../../test-data/tally.ts';
import { drawWeights, unitCellsOf, unitsOf, unitTables, weightedSum } from './bootstrap.ts';
import { clustered } from './clustered-rows.ts';
import { signedEstimate } from './intervals.ts';
import { rowCellsOf } from './outcomes.ts';
import { Random } from './random.ts';

const RESAMPLES = 399;

/** All rows of a file, and how to resample them. */
function prepared(all: readonly Row[]) {
  const file = clustered(codedOf(all), new Random('seed', 'clusters'));
  const cells = rowCellsOf(file);
  const strata = { codes: file.partyBand, count: 5 };
  const unitCells = unitCellsOf(cells, strata);
  const units = unitsOf(file, new Random('seed', 'bags'));
  const tables = unitTables(file, units, undefined, 1, cells, unitCells, strata);
  return { file, cells, unitCells, units, tables };
}

describe('units', () => {
  it('hold every row once, whatever they are', () => {
    fc.assert(
      fc.property(anyRows(), fc.integer({ min: 1, max: 9 }), (all, idCount) => {
        const accepted = all
          .filter(({ fate }) => fate === 'accepted')
          .map((row, i) => ({ ...row, reviewId: i % 5 === 0 ? null : `r${i % idCount}` }));
        const { cells, unitCells, units, tables } = prepared(accepted);
        const total = new Float64Array(unitCells.cells);
        weightedSum(tables, unitCells.cells, 0, units.count, undefined, total);
        expect(total[0]).toBe(accepted.filter(({ rating }) => rating === null).length);
        expect(total[cells.textCell + 1]).toBe(accepted.filter(({ hasText }) => hasText).length);
        expect(total[unitCells.ratingSum]).toBe(accepted.reduce((sum, { rating }) => sum + (rating ?? 0), 0));
        expect(total.slice(cells.spentCell, cells.cells).reduce((sum, n) => sum + n, 0)).toBe(accepted.length);
      }),
    );
  });

  it('keep a review_id in one of them, of which there are at most 200', () => {
    const all = Array.from({ length: 3_000 }, (_, i) => ({ ...(rows(1)[0] as Row), reviewId: `r${i % 900}` }));
    const { file, units } = prepared(all);
    expect([file.clusters, units.count]).toEqual([900, 200]);
    const sizes = new Array<number>(200).fill(0);
    for (const unit of units.of) sizes[unit] = (sizes[unit] as number) + 1;
    expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
  });

  it('are drawn as many as there are', () => {
    const weights = drawWeights(30, 50, new Random('seed', 'bootstrap'));
    for (let i = 0; i < 50; i++) {
      expect(weights.subarray(i * 30, (i + 1) * 30).reduce((sum, weight) => sum + weight, 0)).toBe(30);
    }
  });
});

/** The interval of the mean rating of a file. */
function meanInterval(all: readonly Row[], seed: string) {
  const { cells, unitCells, units, tables } = prepared(all);
  const weights = drawWeights(units.count, RESAMPLES, new Random(seed, 'bootstrap'));
  const meanOf = (drawn: Uint16Array | undefined) => {
    const into = new Float64Array(unitCells.cells);
    weightedSum(tables, unitCells.cells, 0, units.count, drawn, into);
    const rated = into.slice(1, cells.textCell).reduce((sum, n) => sum + n, 0);
    return (into[unitCells.ratingSum] as number) / 100 / rated;
  };
  const resamples = Float64Array.from({ length: RESAMPLES }, (_, i) =>
    meanOf(weights.subarray(i * units.count, (i + 1) * units.count)),
  );
  return signedEstimate(meanOf(undefined), resamples);
}

/** Ids of these sizes whose rows share a rating, 5 with probability ½ and else 1: a mean of 3. */
function clusteredFile(sizes: readonly number[], random: Random): Row[] {
  return sizes.flatMap((size, id) => {
    const rating = random.below(2) === 0 ? 500 : 100;
    return rows(size, { reviewId: `r${id}`, rating });
  });
}

describe('intervals', () => {
  it.each([
    ['60 review_ids of 10 rows', Array<number>(60).fill(10)],
    ['60 review_ids of 1 to 20 rows', Array.from({ length: 60 }, (_, id) => 1 + (id % 20))],
    ['500 review_ids of 1 to 8 rows, in bags', Array.from({ length: 500 }, (_, id) => 1 + (id % 8))],
  ])('hold the truth in about 95 of 100 files: %s', (name, sizes) => {
    const random = new Random(name, 'truth');
    const files = 150;
    let covered = 0;
    for (let i = 0; i < files; i++) {
      const { low, high } = meanInterval(clusteredFile(sizes, random), `${i}`);
      if ((low as number) <= 3 && 3 <= (high as number)) covered += 1;
    }
    expect(covered / files).toBeGreaterThan(0.9);
    expect(covered / files).toBeLessThan(0.99);
  });

  it('of rows taken for independent would hold it far less often', () => {
    const random = new Random('rows', 'truth');
    let covered = 0;
    for (let i = 0; i < 100; i++) {
      const all = clusteredFile(Array<number>(60).fill(10), random).map((row, at) => ({
        ...row,
        reviewId: `row ${at}`,
      }));
      const { low, high } = meanInterval(all, `${i}`);
      if ((low as number) <= 3 && 3 <= (high as number)) covered += 1;
    }
    expect(covered).toBeLessThan(65);
  });

  it('are none where all resamples agree', () => {
    expect(signedEstimate(1, new Float64Array(399).fill(1))).toEqual({ value: 1, low: null, high: null, reason: null });
    expect(signedEstimate(Number.POSITIVE_INFINITY, new Float64Array(399))).toMatchObject({
      value: null,
      reason: 'support',
    });
  });
});
