/**
 * What the measures compare: how often each label occurs in group d (the one looked at) and in a (all others), as counts
 * over the union of both supports. A label that one of them lacks is there with count 0, and so stays in every sum; a
 * library that drops it without renormalising finds P_a = {5: 1}, P_d = {5: ½, 1: ½} a total variation of ¼, where it is ½.
 */

/** Counts by label; d's and a's have the same labels at the same places. None is below 0. */
export type Counts = ArrayLike<number>;

/** A group's part of a binary outcome: rows with it, of rows in all. */
export interface Proportion {
  readonly positive: number;
  readonly rows: number;
}

/** Sum of the counts. */
export function totalOf(counts: Counts): number {
  let total = 0;
  for (let i = 0; i < counts.length; i++) total += counts[i] as number;
  return total;
}
