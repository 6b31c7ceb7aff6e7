import { type Counts, totalOf } from './distribution.ts';

/**
 * Wasserstein-1 distance of ordered labels: W_1 = ∫ |F_a(x) − F_d(x)| dx, in the unit of the labels, 0 or more: how far, on
 * the mean of all rows, one distribution has to be moved to become the other. It is at least the difference of the means.
 * Source: Vallender 1974, "Calculation of the Wasserstein distance between probability distributions on the line".
 * @param d counts by label, in the order of the labels
 * @param positions where the labels lie, ascending
 * @returns NaN where a side has no rows
 */
export function wasserstein1(d: Counts, a: Counts, positions: ArrayLike<number>): number {
  const rowsOfD = totalOf(d);
  const rowsOfA = totalOf(a);
  if (rowsOfD === 0 || rowsOfA === 0) return Number.NaN;
  let upToD = 0;
  let upToA = 0;
  let area = 0;
  for (let i = 0; i + 1 < a.length; i++) {
    upToD += d[i] as number;
    upToA += a[i] as number;
    const width = (positions[i + 1] as number) - (positions[i] as number);
    area += Math.abs(upToA / rowsOfA - upToD / rowsOfD) * width;
  }
  return area;
}
