import { type Counts, totalOf } from './distribution.ts';

/**
 * SageMaker Clarify's Kolmogorov–Smirnov measure, on the label distributions themselves: KS = max_y |P_a(y) − P_d(y)|, from
 * 0 to 1. It does not know of an order of the labels.
 * Source: Amazon SageMaker Developer Guide, "Kolmogorov-Smirnov (KS)".
 * @returns NaN where a side has no rows
 */
export function kolmogorovSmirnovOfLabels(d: Counts, a: Counts): number {
  const rowsOfD = totalOf(d);
  const rowsOfA = totalOf(a);
  if (rowsOfD === 0 || rowsOfA === 0) return Number.NaN;
  let most = 0;
  for (let i = 0; i < a.length; i++) {
    most = Math.max(most, Math.abs((a[i] as number) / rowsOfA - (d[i] as number) / rowsOfD));
  }
  return most;
}
