import { describe, expect, it } from 'vitest';
import { Random } from '../bias/random.ts';
import { normalDraw, normalTail } from './normal.ts';
import { compareRatings, type RatedUpload } from './ratings.ts';
import { changeOfShare } from './shares.ts';

const SEED = 'drift under no difference';
const TRIES = 1_500;
/** 5 % and three standard errors of as many tries. */
const FLAGGED_MAX = TRIES * 0.05 + 3 * Math.sqrt(TRIES * 0.05 * 0.95);

/** Review_ids of one to four rows that are all alike: what independent rows are taken for is wrong here. */
function clusters(random: Random, reviews: number): { values: number[]; reviews: number } {
  const values = Array.from({ length: reviews }, () => {
    const value = [0, 0, 1, 2, 3, 4, 4, 4][random.below(8)] as number;
    return new Array<number>(1 + random.below(4)).fill(value);
  }).flat();
  return { values, reviews };
}

describe('where nothing changed', () => {
  it(`a share has p ≤ 0.05 in at most one of twenty uploads (seed: ${SEED})`, () => {
    const random = new Random(SEED, 'shares');
    let small = 0;
    for (let i = 0; i < TRIES; i++) {
      const [one, other] = [clusters(random, 150), clusters(random, 90)];
      const counted = ({ values, reviews }: typeof one) => ({
        count: values.filter((value) => value === 4).length,
        of: values.length,
        reviews,
      });
      if (changeOfShare(counted(one), counted(other)).p_value <= 0.05) small++;
    }
    // Rows of several per review_id are worth a little more than the bound on what they are worth.
    expect(small).toBeLessThan(FLAGGED_MAX * 1.6);
  });

  it('ratings have p ≤ 0.05 in at most one of twenty uploads', () => {
    const random = new Random(SEED, 'ratings');
    let small = 0;
    const tries = TRIES / 5;
    for (let i = 0; i < tries; i++) {
      const upload = (reviews: number): RatedUpload => {
        const { values } = clusters(random, reviews);
        const bins = [0, 1, 2, 3, 4].map((from) => ({
          from,
          to: null,
          count: values.filter((one) => one === from).length,
        }));
        return { bins, cells: [], rows: values.length, reviews };
      };
      const found = compareRatings(upload(150), upload(90), `${SEED} ${i}`);
      if ((found?.total_variation.p_value ?? 1) <= 0.05) small++;
    }
    expect(small).toBeLessThan(tries * 0.05 * 1.6 + 3 * Math.sqrt(tries * 0.05 * 0.95));
  });
});

describe('the normal distribution', () => {
  it.each([
    [0, 0.5],
    [1, 0.158655],
    [1.959964, 0.025],
    [4, 0.0000316712],
  ])('P(Z > %d) is %d', (z, tail) => expect(normalTail(z)).toBeCloseTo(tail, 6));

  it('draws have mean 0 and variance 1', () => {
    const random = new Random(SEED, 'draws');
    const draws = Array.from({ length: 20_000 }, () => normalDraw(random));
    const mean = draws.reduce((sum, one) => sum + one, 0) / draws.length;
    const variance = draws.reduce((sum, one) => sum + one * one, 0) / draws.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.04);
  });
});
