import { type Counts, totalOf } from './distribution.ts';

/**
 * Kullback–Leibler divergence of a from d, in nats: KL(P_a ‖ P_d) = Σ_y P_a(y) ln(P_a(y) / P_d(y)), 0 or more. A label that
 * a lacks adds 0 (its limit); one that only d lacks makes it infinite.
 * Source: Kullback & Leibler 1951; Amazon SageMaker Developer Guide, "Kullback-Leibler Divergence (KL)".
 * @returns Infinity where d lacks a label of a's; NaN where a side has no rows
 */
export function kullbackLeibler(d: Counts, a: Counts): number {
  const rowsOfD = totalOf(d);
  const rowsOfA = totalOf(a);
  if (rowsOfD === 0 || rowsOfA === 0) return Number.NaN;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const countOfA = a[i] as number;
    if (countOfA === 0) continue;
    const countOfD = d[i] as number;
    if (countOfD === 0) return Number.POSITIVE_INFINITY;
    sum += countOfA * Math.log((countOfA * rowsOfD) / (countOfD * rowsOfA));
  }
  // What is 0 in truth may come out below it by rounding.
  return Math.max(0, sum / rowsOfA);
}
