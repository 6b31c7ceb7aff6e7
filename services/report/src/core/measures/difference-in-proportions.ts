import type { Proportion } from './distribution.ts';

/**
 * Difference in proportions of labels: DPL = q_a − q_d with q = rows with the outcome / rows, from −1 to 1; above 0, group
 * d has the outcome less often.
 * Source: Amazon SageMaker Developer Guide, "Difference in Proportions of Labels (DPL)".
 * @returns NaN where a side has no rows
 */
export function differenceInProportions(d: Proportion, a: Proportion): number {
  return a.positive / a.rows - d.positive / d.rows;
}
