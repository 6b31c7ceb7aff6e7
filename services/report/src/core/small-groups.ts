/**
 * Which groups may be shown one by one. A group smaller than the minimum goes into a pool; and while the pool is smaller
 * than the minimum too, one could find it by subtracting the groups that are shown from the totals, so the smallest of
 * these goes in as well ("complementary suppression"; Hundepool et al., Statistical Disclosure Control, 2012, ch. 4).
 */

export interface Partition {
  readonly shown: readonly string[];
  readonly pooled: readonly string[];
  /** The group that is large enough and is pooled for the others' sake. */
  readonly addedForProtection: string | null;
  /** The pool has rows, but is below the minimum, and there is no group left to add: none is shown. */
  readonly poolIsTooSmall: boolean;
}

interface Size {
  readonly uploaded: number;
  readonly accepted: number;
}

/**
 * @param groups the names in the order in which they are to be listed
 * @param sizeOf a group's rows; groups are measured by their accepted rows, which is what can be told of their people
 * @param rowsMin the fewest accepted rows of what is shown
 */
export function partitionBySize(
  groups: readonly string[],
  sizeOf: (group: string) => Size,
  rowsMin: number,
): Partition {
  const isLarge = (group: string) => sizeOf(group).accepted >= rowsMin;
  const large = groups.filter(isLarge);
  const small = groups.filter((group) => !isLarge(group));
  const total = (field: keyof Size) => small.reduce((sum, group) => sum + sizeOf(group)[field], 0);
  const poolNeedsCover = total('uploaded') > 0 && total('accepted') < rowsMin;
  if (!poolNeedsCover) return { shown: large, pooled: small, addedForProtection: null, poolIsTooSmall: false };
  const [first, ...others] = large;
  if (first === undefined) return { shown: [], pooled: groups, addedForProtection: null, poolIsTooSmall: true };
  // Of equals the first listed goes, so that the same counts always give the same report.
  const cover = others.reduce(
    (least, group) => (sizeOf(group).accepted < sizeOf(least).accepted ? group : least),
    first,
  );
  return {
    shown: large.filter((group) => group !== cover),
    pooled: groups.filter((group) => group === cover || !isLarge(group)),
    addedForProtection: cover,
    poolIsTooSmall: false,
  };
}
