import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { classImbalance } from './class-imbalance.ts';
import { conditionalDisparity } from './conditional-disparity.ts';
import { kolmogorovSmirnovOfCumulative } from './cumulative-kolmogorov-smirnov.ts';
import { differenceInProportions } from './difference-in-proportions.ts';
import { disparateImpact } from './disparate-impact.ts';
import type { Counts } from './distribution.ts';
import { jensenShannon } from './jensen-shannon.ts';
import { kolmogorovSmirnovOfLabels } from './kolmogorov-smirnov.ts';
import { kullbackLeibler } from './kullback-leibler.ts';
import { lpNorm } from './lp-norm.ts';
import { totalVariation } from './total-variation.ts';
import { wasserstein1 } from './wasserstein.ts';

const DIGITS = 12;
const STARS = [1, 2, 3, 4, 5];

describe('computed by hand', () => {
  it('class imbalance: 30 of d, 70 of a', () => {
    expect(classImbalance(30, 70)).toBeCloseTo(0.4, DIGITS); // (70 − 30) / 100
    expect(classImbalance(70, 30)).toBeCloseTo(-0.4, DIGITS);
    expect(classImbalance(0, 10)).toBe(1);
    expect(classImbalance(0, 0)).toBeNaN();
  });

  it('difference in proportions, and disparate impact: 12 of 40 beside 45 of 60', () => {
    const d = { positive: 12, rows: 40 };
    const a = { positive: 45, rows: 60 };
    expect(differenceInProportions(d, a)).toBeCloseTo(0.45, DIGITS); // 0.75 − 0.3
    expect(disparateImpact(d, a)).toBeCloseTo(0.4, DIGITS); // 0.3 / 0.75
    expect(disparateImpact(a, d)).toBeCloseTo(2.5, DIGITS);
    expect(disparateImpact(d, { positive: 0, rows: 5 })).toBe(Number.POSITIVE_INFINITY);
    expect(disparateImpact({ positive: 0, rows: 4 }, { positive: 0, rows: 5 })).toBeNaN();
    expect(disparateImpact({ positive: 0, rows: 4 }, a)).toBe(0);
  });

  // P_d = (½, ¼, ¼), P_a = (¼, ¼, ½) over three labels.
  const d = [2, 1, 1];
  const a = [5, 5, 10];

  it('divergences over three labels', () => {
    // ¼ ln(½) + ¼ ln(1) + ½ ln(2) = ¼ ln 2
    expect(kullbackLeibler(d, a)).toBeCloseTo(Math.LN2 / 4, DIGITS);
    // P = (3/8, ¼, 3/8); by symmetry both KL are ½ ln(½ / 3/8) + ¼ ln(1) + ¼ ln(¼ / 3/8)
    expect(jensenShannon(d, a)).toBeCloseTo(0.25 * Math.log(2 / 3) + 0.5 * Math.log(4 / 3), DIGITS);
  });

  it('norms and distances over three labels', () => {
    expect(lpNorm(d, a)).toBeCloseTo(Math.sqrt(1 / 8), DIGITS); // √(1/16 + 0 + 1/16)
    expect(lpNorm(d, a, 1)).toBeCloseTo(0.5, DIGITS);
    expect(lpNorm(d, a, 3)).toBeCloseTo((2 / 64) ** (1 / 3), DIGITS);
    expect(totalVariation(d, a)).toBeCloseTo(0.25, DIGITS); // (¼ + 0 + ¼) / 2
    expect(kolmogorovSmirnovOfLabels(d, a)).toBeCloseTo(0.25, DIGITS);
  });

  it('ordered labels: 1 to 5 stars', () => {
    const ofD = [4, 0, 0, 0, 4]; // half 1, half 5
    const ofA = [0, 0, 8, 0, 0]; // all 3
    // F_d = ½ from 1 on, 1 at 5; F_a = 0 until 3, then 1.
    expect(kolmogorovSmirnovOfCumulative(ofD, ofA)).toBeCloseTo(0.5, DIGITS);
    expect(wasserstein1(ofD, ofA, STARS)).toBeCloseTo(2, DIGITS); // each half moves by 2 stars, though the means agree
    expect(wasserstein1([8, 0, 0, 0, 0], [0, 0, 0, 0, 2], STARS)).toBeCloseTo(4, DIGITS);
    expect(wasserstein1([1, 1], [1, 3], [0.5, 2.5])).toBeCloseTo(0.5, DIGITS); // |½ − ¼| over a width of 2
  });

  it('keeps a label that one group lacks: P_a = {5: 1}, P_d = {5: ½, 1: ½}', () => {
    const ofA = [0, 10];
    const ofD = [5, 5];
    // Dropping the label 1 and comparing what is left, as SageMaker Clarify's library does, gives ¼.
    expect(totalVariation(ofD, ofA)).toBe(0.5);
    expect(lpNorm(ofD, ofA)).toBeCloseTo(Math.SQRT1_2, DIGITS); // √(¼ + ¼)
    expect(kolmogorovSmirnovOfLabels(ofD, ofA)).toBe(0.5);
    expect(kullbackLeibler(ofD, ofA)).toBeCloseTo(Math.LN2, DIGITS); // 1 · ln(1 / ½)
    expect(kullbackLeibler(ofA, ofD)).toBe(Number.POSITIVE_INFINITY); // a has a label that d lacks
    // ½ (ln(1 / ¾) + ½ ln(½ / ¾) + ½ ln(½ / ¼))
    expect(jensenShannon(ofD, ofA)).toBeCloseTo(
      0.5 * (Math.log(4 / 3) + 0.5 * Math.log(2 / 3) + 0.5 * Math.log(2)),
      DIGITS,
    );
    expect(wasserstein1(ofD, ofA, [1, 5])).toBe(2);
  });

  it('conditional disparity: a paradox that the whole hides', () => {
    // Location 1: 40 rows, 30 with the outcome; d has 4 of the 10 without, 12 of the 30 with: no disparity.
    // Location 2: 60 rows, 20 with the outcome; d has 30 of the 40 without, 10 of the 20 with: ¾ − ½ = ¼.
    const strata = [
      { d: { positive: 12, rows: 16 }, all: { positive: 30, rows: 40 } },
      { d: { positive: 10, rows: 40 }, all: { positive: 20, rows: 60 } },
    ];
    expect(conditionalDisparity(strata)).toBeCloseTo(0.15, DIGITS); // (40 × 0 + 60 × ¼) / 100
    // A stratum in which every row has the outcome says nothing.
    const silent = { d: { positive: 3, rows: 3 }, all: { positive: 9, rows: 9 } };
    expect(conditionalDisparity([...strata, silent])).toBeCloseTo(0.15, DIGITS);
    expect(conditionalDisparity([silent])).toBeNaN();
    expect(conditionalDisparity([])).toBeNaN();
  });

  it('has nothing to say of no rows', () => {
    for (const measure of Object.values(DISTANCES)) expect(measure([0, 0], [1, 2])).toBeNaN();
    expect(differenceInProportions({ positive: 0, rows: 0 }, { positive: 1, rows: 2 })).toBeNaN();
  });
});

const POSITIONS = Float64Array.from({ length: 12 }, (_, i) => i * 0.5 + (i % 3) * 0.1);

const DISTANCES: Record<string, (d: Counts, a: Counts) => number> = {
  kullbackLeibler,
  jensenShannon,
  lpNorm,
  totalVariation,
  kolmogorovSmirnovOfLabels,
  kolmogorovSmirnovOfCumulative,
  wasserstein1: (d, a) => wasserstein1(d, a, POSITIONS),
};

describe('for any two distributions', () => {
  const counts = (length: number) =>
    fc
      .array(fc.integer({ min: 0, max: 40 }), { minLength: length, maxLength: length })
      .filter((c) => c.some((n) => n > 0));
  const pair = fc.integer({ min: 1, max: 12 }).chain((length) => fc.tuple(counts(length), counts(length)));

  it('is 0 where they agree, and whatever the numbers of rows', () => {
    fc.assert(
      fc.property(pair, fc.integer({ min: 1, max: 9 }), ([d], factor) => {
        for (const measure of Object.values(DISTANCES)) {
          expect(
            measure(
              d,
              d.map((n) => n * factor),
            ),
          ).toBeCloseTo(0, DIGITS);
        }
      }),
    );
  });

  it('keeps its bounds, and is the same for (d, a) and (a, d) where it is symmetric', () => {
    fc.assert(
      fc.property(pair, ([d, a]) => {
        for (const [name, measure] of Object.entries(DISTANCES)) {
          const value = measure(d, a);
          expect(value).toBeGreaterThanOrEqual(0);
          if (name !== 'kullbackLeibler') expect(measure(a, d)).toBeCloseTo(value, DIGITS);
        }
        expect(jensenShannon(d, a)).toBeLessThanOrEqual(Math.LN2 + 1e-12);
        expect(lpNorm(d, a)).toBeLessThanOrEqual(Math.SQRT2 + 1e-12);
        const tv = totalVariation(d, a);
        expect(tv).toBeLessThanOrEqual(1 + 1e-12);
        expect(lpNorm(d, a, 1)).toBeCloseTo(2 * tv, DIGITS);
        expect(kolmogorovSmirnovOfLabels(d, a)).toBeLessThanOrEqual(tv + 1e-12);
        expect(kolmogorovSmirnovOfCumulative(d, a)).toBeLessThanOrEqual(tv + 1e-12);
        const width = (POSITIONS[a.length - 1] as number) - (POSITIONS[0] as number);
        expect(wasserstein1(d, a, POSITIONS)).toBeLessThanOrEqual(tv * width + 1e-12);
        // Pinsker's inequality
        expect(kullbackLeibler(d, a)).toBeGreaterThanOrEqual(2 * tv * tv - 1e-12);
      }),
    );
  });

  it('is infinite exactly where d lacks a label of a’s, and only Kullback and Leibler’s', () => {
    fc.assert(
      fc.property(pair, ([d, a]) => {
        expect(Number.isFinite(kullbackLeibler(d, a))).toBe(a.every((n, i) => n === 0 || (d[i] as number) > 0));
        for (const [name, measure] of Object.entries(DISTANCES)) {
          if (name !== 'kullbackLeibler') expect(measure(d, a)).toBeLessThan(Number.POSITIVE_INFINITY);
        }
      }),
    );
  });

  it('does not know the order of the labels, but for the two measures of order', () => {
    fc.assert(
      fc.property(pair, fc.infiniteStream(fc.nat()), ([d, a], ranks) => {
        const order = d.map((_, i) => ({ i, rank: ranks.next().value as number })).sort((x, y) => x.rank - y.rank);
        const shuffled = (c: readonly number[]) => order.map(({ i }) => c[i] as number);
        for (const measure of [jensenShannon, lpNorm, totalVariation, kolmogorovSmirnovOfLabels]) {
          expect(measure(shuffled(d), shuffled(a))).toBeCloseTo(measure(d, a), DIGITS);
        }
        const kl = kullbackLeibler(d, a);
        if (Number.isFinite(kl)) expect(kullbackLeibler(shuffled(d), shuffled(a))).toBeCloseTo(kl, DIGITS);
      }),
    );
  });

  it('turned around, ordered labels lie as far apart as before', () => {
    fc.assert(
      fc.property(pair, ([d, a]) => {
        const back = (c: readonly number[]) => [...c].reverse();
        expect(kolmogorovSmirnovOfCumulative(back(d), back(a))).toBeCloseTo(
          kolmogorovSmirnovOfCumulative(d, a),
          DIGITS,
        );
        const mirrored = Array.from(POSITIONS.slice(0, a.length), (x) => -x).reverse();
        expect(wasserstein1(back(d), back(a), mirrored)).toBeCloseTo(wasserstein1(d, a, POSITIONS), DIGITS);
      }),
    );
  });

  it('a label that neither has changes nothing', () => {
    fc.assert(
      fc.property(pair, ([d, a]) => {
        for (const measure of [kullbackLeibler, jensenShannon, lpNorm, totalVariation, kolmogorovSmirnovOfLabels]) {
          expect(measure([0, ...d, 0], [0, ...a, 0])).toBe(measure(d, a));
        }
      }),
    );
  });

  it('merging two labels never takes the distributions further apart', () => {
    fc.assert(
      fc.property(pair, ([d, a]) => {
        if (d.length < 2) return;
        const merged = ([first, second, ...others]: readonly number[]) => [(first ?? 0) + (second ?? 0), ...others];
        for (const measure of [kullbackLeibler, jensenShannon, totalVariation, kolmogorovSmirnovOfCumulative]) {
          const before = measure(d, a);
          if (Number.isFinite(before)) expect(measure(merged(d), merged(a))).toBeLessThanOrEqual(before + 1e-12);
        }
      }),
    );
  });

  it('files that are merged have the measures of their counts together, in any order', () => {
    fc.assert(
      fc.property(pair, ([d, a]) => {
        const twice = (c: readonly number[]) => c.map((n) => n * 2);
        for (const measure of Object.values(DISTANCES)) {
          const value = measure(d, a);
          if (Number.isFinite(value)) expect(measure(twice(d), twice(a))).toBeCloseTo(value, DIGITS);
        }
      }),
    );
  });

  it('of a binary outcome total variation, KS and Wasserstein-1 are the difference in proportions without its sign', () => {
    const side = fc.record({ positive: fc.nat(50), without: fc.integer({ min: 1, max: 50 }) });
    fc.assert(
      fc.property(side, side, (d, a) => {
        const dpl = differenceInProportions(
          { positive: d.positive, rows: d.positive + d.without },
          { positive: a.positive, rows: a.positive + a.without },
        );
        const [ofD, ofA] = [d, a].map(({ positive, without }) => [without, positive]) as [number[], number[]];
        for (const value of [
          totalVariation(ofD, ofA),
          kolmogorovSmirnovOfLabels(ofD, ofA),
          kolmogorovSmirnovOfCumulative(ofD, ofA),
          wasserstein1(ofD, ofA, [0, 1]),
        ]) {
          expect(value).toBeCloseTo(Math.abs(dpl), DIGITS);
        }
        expect(lpNorm(ofD, ofA)).toBeCloseTo(Math.SQRT2 * Math.abs(dpl), DIGITS);
      }),
    );
  });

  it('conditional disparity lies between −1 and 1, whatever the order of the strata; of groups that make up all, it sums to 0', () => {
    const cell = fc.record({ with: fc.nat(20), without: fc.nat(20) });
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell, cell), { minLength: 1, maxLength: 6 }), (strata) => {
        const allOf = (groups: readonly { with: number; without: number }[]) => {
          const positive = groups.reduce((sum, one) => sum + one.with, 0);
          return { positive, rows: positive + groups.reduce((sum, one) => sum + one.without, 0) };
        };
        const of = (group: 0 | 1 | 2, order = strata) =>
          conditionalDisparity(order.map((groups) => ({ d: allOf([groups[group]]), all: allOf(groups) })));
        const values = ([0, 1, 2] as const).map((group) => of(group));
        if (Number.isNaN(values[0])) return;
        for (const value of values) expect(Math.abs(value)).toBeLessThanOrEqual(1 + 1e-12);
        expect(values.reduce((sum, value) => sum + value, 0)).toBeCloseTo(0, 10);
        expect(of(0, [...strata].reverse())).toBeCloseTo(values[0] as number, DIGITS);
      }),
    );
  });
});
