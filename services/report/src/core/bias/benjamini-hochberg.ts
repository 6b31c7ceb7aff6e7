/**
 * Benjamini and Hochberg's q-values: q_(i) = min over j ≥ i of m p_(j) / j, at most 1. Flagging what has q ≤ α keeps the
 * expected share of wrong flags at or below α, under independence and positive dependence; and where nothing differs at
 * all, the chance of any flag.
 * Source: Benjamini & Hochberg 1995; Benjamini & Yekutieli 2001 for dependence.
 * @param pValues of all tests of a report
 * @returns the q-values in the order of the p-values
 */
export function qValues(pValues: readonly number[]): number[] {
  const order = pValues.map((p, index) => ({ p, index })).sort((x, y) => x.p - y.p || x.index - y.index);
  const result = new Array<number>(pValues.length);
  let least = 1;
  for (let rank = order.length; rank > 0; rank--) {
    const { p, index } = order[rank - 1] as { p: number; index: number };
    least = Math.min(least, (p * order.length) / rank);
    result[index] = least;
  }
  return result;
}
