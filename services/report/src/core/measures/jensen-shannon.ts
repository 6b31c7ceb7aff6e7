import { type Counts, totalOf } from './distribution.ts';

/**
 * Jensen–Shannon divergence, in nats: JS = ½ (KL(P_a ‖ P) + KL(P_d ‖ P)) with P = ½ (P_a + P_d), from 0 to ln 2; always
 * finite, since P has every label of either.
 * Source: Lin 1991, "Divergence measures based on the Shannon entropy"; Amazon SageMaker Developer Guide,
 * "Jensen-Shannon Divergence (JS)".
 * @returns NaN where a side has no rows
 */
export function jensenShannon(d: Counts, a: Counts): number {
  const rowsOfD = totalOf(d);
  const rowsOfA = totalOf(a);
  if (rowsOfD === 0 || rowsOfA === 0) return Number.NaN;
  let sum = 0;
  for (let i = 0; i < a.length; i++) {
    const ofA = (a[i] as number) / rowsOfA;
    const ofD = (d[i] as number) / rowsOfD;
    const middle = (ofA + ofD) / 2;
    if (ofA > 0) sum += ofA * Math.log(ofA / middle);
    if (ofD > 0) sum += ofD * Math.log(ofD / middle);
  }
  return Math.max(0, sum / 2);
}
