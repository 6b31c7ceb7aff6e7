/**
 * Class imbalance: CI = (n_a − n_d) / (n_a + n_d), from −1 (all rows are d's) to 1 (none is).
 * Source: Amazon SageMaker Developer Guide, "Class Imbalance (CI)"; Hardt et al., Amazon SageMaker Clarify, KDD 2021.
 * @returns NaN without rows
 */
export function classImbalance(rowsOfD: number, rowsOfA: number): number {
  return (rowsOfA - rowsOfD) / (rowsOfA + rowsOfD);
}
