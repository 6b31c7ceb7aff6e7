import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { codedOf, type Row, rows } from '../../test-data/tally.ts';
import { type ClusteredRows, clustered } from './clustered-rows.ts';
import { type RowCells, rowCellsOf } from './outcomes.ts';
import { Permutations, planPermutations } from './permutation.ts';
import { Random } from './random.ts';

const RATINGS = [100, 200, 300, 400, 500, null] as const;

/** A file of these review_ids: each with so many rows, whose groups and ratings the given functions choose. */
function fileOf(
  sizes: readonly number[],
  genderOf: (id: number, row: number) => string,
  ratingOf: (id: number, row: number) => number | null,
): Row[] {
  return sizes.flatMap((size, id) =>
    Array.from({ length: size }, (_, row) => ({
      ...(rows(1)[0] as Row),
      reviewId: `r${id}`,
      gender: genderOf(id, row),
      rating: ratingOf(id, row),
      hasText: (id + row) % 3 > 0,
      totalSpent: 10 + ((id * 7 + row) % 90),
    })),
  );
}

interface Prepared {
  readonly file: ClusteredRows;
  readonly cells: RowCells;
  /** 1 male, 2 female, 0 others. */
  readonly labels: Uint8Array;
}

function prepared(all: readonly Row[]): Prepared {
  const file = clustered(codedOf(all), new Random('seed', 'clusters'));
  const labels = file.groups.gender_norm.map((code) => Math.max(0, code - 1)).map((code) => (code > 2 ? 0 : code));
  return { file, cells: rowCellsOf(file), labels };
}

function permutationsOf({ file, cells, labels }: Prepared, seed = 'seed') {
  return new Permutations(planPermutations(file), labels, 2, cells, new Random(seed, 'permutations'));
}

/** Rows by group and cell, counted one by one. */
function counted(all: readonly Row[], cells: RowCells) {
  const stars = [...new Set(all.flatMap(({ rating }) => rating ?? []))].sort((a, b) => a - b);
  return ['male', 'female']
    .map((gender) =>
      [null, ...stars].map((rating) => all.filter((row) => row.gender === gender && row.rating === rating).length),
    )
    .concat([[cells.cells]]);
}

function ratingsIn(table: Uint32Array, cells: RowCells): number[][] {
  return [0, 1].map((group) => [...table.slice(group * cells.cells, group * cells.cells + cells.textCell)]);
}

const someFile = fc
  .record({
    sizes: fc.array(fc.constantFrom(1, 1, 1, 2, 2, 3, 7), { minLength: 1, maxLength: 60 }),
    seed: fc.nat(1000),
  })
  .map(({ sizes, seed }) =>
    fileOf(
      sizes,
      (id, row) => ['male', 'female', 'other', 'missing'][(id * 3 + row * (seed % 4)) % 4] as string,
      (id, row) => RATINGS[(id * seed + row * (seed % 3)) % RATINGS.length] as number | null,
    ),
  );

describe('the file as it is', () => {
  it('is the permutation that changes nothing, in blocks or not', () => {
    const large = fileOf(
      // 47 of each size in a block, so that blocks have odd and even numbers of rows.
      Array.from({ length: 3_060 }, (_, id) => 1 + (id % 4)),
      (id) => (id % 3 === 0 ? 'male' : 'female'),
      (id) => RATINGS[id % 6] as number | null,
    );
    for (const all of [large.slice(0, 500), large]) {
      const one = prepared(all);
      const [males, females] = counted(all, one.cells);
      expect(ratingsIn(permutationsOf(one).observed(), one.cells)).toEqual([males, females]);
    }
    expect(planPermutations(prepared(large).file)).toMatchObject({ blocks: expect.any(Number) });
    expect(planPermutations(prepared(large).file).blocks).toBeGreaterThanOrEqual(16);
  });
});

describe('every permutation', () => {
  it('keeps how many rows each group has, and how many each cell has over all groups', () => {
    fc.assert(
      fc.property(someFile, (all) => {
        const one = prepared(all);
        // With every row in one of two groups a cell's total is the file's.
        const everybody = { ...one, labels: one.labels.map((label) => (label === 1 ? 1 : 2)) };
        const permutations = permutationsOf(everybody);
        const observed = ratingsIn(permutations.observed(), one.cells);
        for (let i = 0; i < 5; i++) {
          const table = ratingsIn(permutations.next([0, 1]), one.cells);
          for (const group of [0, 1]) expect(sum(table[group])).toBe(sum(observed[group]));
          for (const cell of observed[0]?.keys() ?? []) {
            const totalOf = (tables: number[][]) => (tables[0]?.[cell] ?? 0) + (tables[1]?.[cell] ?? 0);
            expect(totalOf(table)).toBe(totalOf(observed));
          }
        }
      }),
    );
  });

  it('moves whole review_ids: groups and ratings that go together in a review_id stay together', () => {
    // Pairs of one man and one woman: whoever gets a pair's labels, both of its rows or none are rated 5.
    const all = fileOf(
      Array<number>(40).fill(2),
      (_, row) => (row === 0 ? 'male' : 'female'),
      (id) => (id < 10 ? 500 : 100),
    );
    const one = prepared(all);
    const permutations = permutationsOf(one);
    const observed = ratingsIn(permutations.observed(), one.cells);
    // Shuffling the labels of rows would give other tables; moving whole ids cannot.
    for (let i = 0; i < 20; i++) expect(ratingsIn(permutations.next([0, 1]), one.cells)).toEqual(observed);
  });

  it('changes only places of one size: a review_id without its like stays as it is', () => {
    const all = fileOf(
      [1, 2, 3, 4, 5],
      (id) => (id % 2 === 0 ? 'male' : 'female'),
      (id) => RATINGS[id] as number,
    );
    const one = prepared(all);
    expect(planPermutations(one.file).permutedRows).toBe(0);
    const permutations = permutationsOf(one);
    const observed = ratingsIn(permutations.observed(), one.cells);
    expect(ratingsIn(permutations.next([0, 1]), one.cells)).toEqual(observed);
  });

  it('follows from the seed', () => {
    const one = prepared(
      fileOf(
        Array<number>(50).fill(1),
        (id) => (id % 2 ? 'male' : 'female'),
        (id) => RATINGS[id % 5] as number,
      ),
    );
    const draws = (seed: string) => {
      const permutations = permutationsOf(one, seed);
      return Array.from({ length: 3 }, () => [...permutations.next([0, 1])]);
    };
    expect(draws('a')).toEqual(draws('a'));
    expect(draws('a')).not.toEqual(draws('b'));
  });
});

it('permutations of blocks spread a count as far as those of single review_ids', () => {
  // 5,000 ids of one or two rows, half of them men, a third rated 5. The hypergeometric spread of "men rated 5":
  const random = new Random('spread', 'test');
  const all = fileOf(
    Array<number>(5_000).fill(1),
    () => (random.below(2) === 0 ? 'male' : 'female'),
    () => (random.below(3) === 0 ? 500 : 100),
  );
  const one = prepared(all);
  expect(planPermutations(one.file).blocks).toBeGreaterThan(0);
  const permutations = permutationsOf(one);
  const [men, women] = counted(all, one.cells) as [number[], number[]];
  const [menAll, five, n] = [sum(men), (men[2] ?? 0) + (women[2] ?? 0), all.length];
  const draws = Array.from({ length: 2_000 }, () => permutations.next([0])[2] as number);
  const mean = sum(draws) / draws.length;
  const variance = draws.reduce((total, one) => total + (one - mean) ** 2, 0) / draws.length;
  const expected = (menAll * five * (n - menAll) * (n - five)) / (n * n * (n - 1));
  // The centre is known to a standard deviation over √J, the spread with (J − 1)² degrees of freedom.
  expect(Math.abs(mean - (menAll * five) / n)).toBeLessThan(0.75 * Math.sqrt(expected));
  expect(Math.sqrt(variance / expected)).toBeGreaterThan(0.87);
  expect(Math.sqrt(variance / expected)).toBeLessThan(1.13);
});

function sum(numbers: readonly number[] | undefined): number {
  return (numbers ?? []).reduce((total, number) => total + number, 0);
}
