/** What processing costs, so that it can be said before it is done: an estimate by AWS's list prices. */

/**
 * USD of one file version from its upload to its reports and hand-off, by the bytes of its raw object: what the model of
 * docs/cost.md says of the sizes that were measured. Its prices and counts stand in docs/ alone; scripts/cost.test.ts fails
 * while the two differ, and says what to write here.
 */
const USD_BY_BYTES: readonly (readonly [bytes: number, usd: number])[] = [
  [47_886, 0.0001228],
  [516_011, 0.00013154],
  [5_176_668, 0.00014583],
  [51_740_105, 0.00024293],
];

/** @returns USD for processing so many file versions of so many bytes together, as if all were of the same size */
export function estimatedCostUsd(versions: number, bytes: number): number {
  return versions === 0 ? 0 : versions * usdOf(bytes / versions);
}

/** On the straight line between two sizes; the first one's for smaller files, and on along the last line for larger. */
function usdOf(bytes: number): number {
  let [left, ...rights] = USD_BY_BYTES as [readonly [number, number], ...(readonly [number, number])[]];
  if (bytes <= left[0]) return left[1];
  let usd = left[1];
  for (const right of rights) {
    usd = left[1] + ((right[1] - left[1]) * (bytes - left[0])) / (right[0] - left[0]);
    if (bytes <= right[0]) break;
    left = right;
  }
  return usd;
}
