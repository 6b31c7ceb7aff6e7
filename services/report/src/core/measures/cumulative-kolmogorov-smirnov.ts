import { type Counts, totalOf } from './distribution.ts';

/**
 * The two-sample Kolmogorov–Smirnov distance, on the cumulative distributions of ordered labels: max_y |F_a(y) − F_d(y)|,
 * from 0 to 1.
 * Source: Smirnov 1939; Hollander, Wolfe & Chicken, Nonparametric Statistical Methods, section 5.4.
 * @param d counts by label, in the order of the labels
 * @returns NaN where a side has no rows
 */
export function kolmogorovSmirnovOfCumulative(d: Counts, a: Counts): number {
  const rowsOfD = totalOf(d);
  const rowsOfA = totalOf(a);
  if (rowsOfD === 0 || rowsOfA === 0) return Number.NaN;
  let upToD = 0;
  let upToA = 0;
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    upToD += d[i] as number;
    upToA += a[i] as number;
    most = Math.max(most, Math.abs(upToA / rowsOfA - upToD / rowsOfD));
  }
  return most;
}
