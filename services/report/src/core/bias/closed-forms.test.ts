import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { qValues } from './benjamini-hochberg.ts';
import { newcombeInterval, wilsonInterval } from './wilson.ts';

describe('Wilson’s interval', () => {
  it('is the one in the books', () => {
    // Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
    expect(wilsonInterval(81, 263, 1).low).toBeCloseTo(0.2553, 4);
    expect(wilsonInterval(81, 263, 1).high).toBeCloseTo(0.3662, 4);
    expect(wilsonInterval(15, 148, 1).low).toBeCloseTo(0.0624, 4);
    expect(wilsonInterval(15, 148, 1).high).toBeCloseTo(0.1605, 4);
    expect(wilsonInterval(0, 20, 1)).toEqual({ low: 0, high: expect.closeTo(0.1611, 4) });
    expect(wilsonInterval(20, 20, 1)).toEqual({ low: expect.closeTo(1 - 0.1611, 4), high: 1 });
  });

  it('is that of fewer rows where rows are alike: 40 of 80 at a design effect of 4 are 10 of 20', () => {
    const { low, high } = wilsonInterval(10, 20, 1);
    expect(wilsonInterval(40, 80, 4)).toEqual({ low: expect.closeTo(low, 12), high: expect.closeTo(high, 12) });
  });

  it('holds the share, and lies within 0 and 1', () => {
    fc.assert(
      fc.property(
        fc.nat(500),
        fc.integer({ min: 1, max: 500 }),
        fc.double({ min: 1, max: 30, noNaN: true }),
        (a, b, deff) => {
          const [part, whole] = [Math.min(a, b), b];
          const { low, high } = wilsonInterval(part, whole, deff);
          expect(low).toBeGreaterThanOrEqual(0);
          expect(high).toBeLessThanOrEqual(1);
          expect(low).toBeLessThanOrEqual(part / whole + 1e-12);
          expect(high).toBeGreaterThanOrEqual(part / whole - 1e-12);
        },
      ),
    );
  });
});

it('Newcombe’s interval of a difference is the one in the book: 56/70 − 48/80', () => {
  // Newcombe 1998, "Interval estimation for the difference between independent proportions", table II, (a), method 10.
  const { low, high } = newcombeInterval(56 / 70, wilsonInterval(56, 70, 1), 48 / 80, wilsonInterval(48, 80, 1));
  expect(low).toBeCloseTo(0.0524, 4);
  expect(high).toBeCloseTo(0.3339, 4);
});

describe('Benjamini and Hochberg’s q-values', () => {
  it('computed by hand', () => {
    // Sorted: .001 × 5/1, .008 × 5/2, .039 × 5/3, .041 × 5/4, .6; the third takes over the fourth's, which is less.
    expect(qValues([0.039, 0.001, 0.6, 0.008, 0.041]).map((q) => Number(q.toFixed(6)))).toEqual([
      0.05125, 0.005, 0.6, 0.02, 0.05125,
    ]);
    expect(qValues([])).toEqual([]);
    expect(qValues([0.5, 0.5])).toEqual([0.5, 0.5]);
  });

  it('flags what stepping up from the largest p flags, whatever the order', () => {
    const p = fc.double({ min: 0, max: 1, noNaN: true });
    fc.assert(
      fc.property(
        fc.array(p, { minLength: 1, maxLength: 30 }),
        fc.double({ min: 0.01, max: 0.5, noNaN: true }),
        (all, rate) => {
          const sorted = [...all].sort((a, b) => a - b);
          const last = sorted.findLastIndex((one, i) => (one * all.length) / (i + 1) <= rate);
          const limit = last < 0 ? -1 : (sorted[last] as number);
          const q = qValues(all);
          for (const [i, one] of all.entries()) expect((q[i] as number) <= rate).toBe(one <= limit);
          expect(qValues([...all].reverse())).toEqual([...q].reverse());
        },
      ),
    );
  });
});
