import { type Counts, totalOf } from './distribution.ts';

/**
 * Total variation distance: TVD = ½ Σ_y |P_a(y) − P_d(y)|, from 0 to 1: the share of rows that would have to change their
 * label for the distributions to agree.
 * Source: Amazon SageMaker Developer Guide, "Total Variation Distance (TVD)"; Levin & Peres, Markov Chains and Mixing
 * Times, proposition 4.2.
 * @returns NaN where a side has no rows
 */
export function totalVariation(d: Counts, a: Counts): number {
  const rowsOfD = totalOf(d);
  const rowsOfA = totalOf(a);
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += Math.abs((a[i] as number) / rowsOfA - (d[i] as number) / rowsOfD);
  return sum / 2;
}
