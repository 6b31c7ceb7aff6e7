import type { Proportion } from './distribution.ts';

/** Below four fifths of the others' rate a rate is taken for evidence of adverse impact: 29 CFR 1607.4(D). */
export const FOUR_FIFTHS = 0.8;

/**
 * Disparate impact: DI = q_d / q_a with q = rows with the outcome / rows, 0 or more; 1 where both have it equally often.
 * Source: Amazon SageMaker Developer Guide, "Disparate Impact (DI)" (there on predicted labels; here on those observed).
 * @returns Infinity where only a lacks the outcome, NaN where both do or a side has no rows
 */
export function disparateImpact(d: Proportion, a: Proportion): number {
  return d.positive / d.rows / (a.positive / a.rows);
}
