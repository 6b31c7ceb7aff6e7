import type { Proportion } from './distribution.ts';

/** One stratum: group d's part of the outcome, and that of all its rows, d's among them. */
export interface Stratum {
  readonly d: Proportion;
  readonly all: Proportion;
}

/**
 * Conditional demographic disparity in labels: CDD = (1/n) Σ_i n_i DD_i over strata i, where DD_i is d's share of the
 * stratum's rows without the outcome minus its share of those with it, from −1 to 1; above 0, d is found rather among those
 * without. It tells a difference within strata from one between them (Simpson's paradox).
 *
 * DD_i is a difference of two shares, and is not defined where all rows of a stratum have the outcome, or none: such a
 * stratum says nothing of any disparity, and is left out of the sum and of n.
 * Source: Wachter, Mittelstadt & Russell 2021, "Why fairness cannot be automated"; Amazon SageMaker Developer Guide,
 * "Conditional Demographic Disparity (CDD)".
 * @returns NaN where no stratum has rows both with and without the outcome
 */
export function conditionalDisparity(strata: readonly Stratum[]): number {
  let rows = 0;
  let sum = 0;
  for (const { d, all } of strata) {
    const without = all.rows - all.positive;
    if (all.positive === 0 || without === 0) continue;
    sum += all.rows * ((d.rows - d.positive) / without - d.positive / all.positive);
    rows += all.rows;
  }
  return sum / rows;
}
