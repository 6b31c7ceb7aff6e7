import { type Counts, totalOf } from './distribution.ts';

/** The p of the Lp norm that is reported, as SageMaker Clarify's. */
const LP_ORDER = 2;

/**
 * Lp norm of the difference: Lp = (Σ_y |P_a(y) − P_d(y)|^p)^(1/p), from 0 to 2^(1/p).
 * Source: Amazon SageMaker Developer Guide, "Lp-norm (LP)".
 * @param order p, 1 or more
 * @returns NaN where a side has no rows
 */
export function lpNorm(d: Counts, a: Counts, order = LP_ORDER): number {
  const rowsOfD = totalOf(d);
  const rowsOfA = totalOf(a);
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const difference = Math.abs((a[i] as number) / rowsOfA - (d[i] as number) / rowsOfD);
    sum += order === 2 ? difference * difference : difference ** order;
  }
  return order === 2 ? Math.sqrt(sum) : sum ** (1 / order);
}
