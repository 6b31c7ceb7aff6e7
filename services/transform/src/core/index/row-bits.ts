/** What rows are noted with, and judged as, in bits; kernels/sort.ts knows some of them by their values. */

/** What is known of a row beside its prints: the bits of its flags, 16 of them. */
export const ROW_FLAGS = {
  /** The id carried `_dup` or `_copy`. */
  suffixed: 1,
  lacksCustomer: 2,
  lacksRating: 4,
  lacksTotal: 8,
  lacksText: 16,
  lacksLocation: 32,
  lacksRestaurant: 64,
  hasId: 128,
  /** Has id, customer or text, and so may repeat another row. */
  comparable: 256,
} as const;

/** What became of a row: the bits of its verdict, 8 of them. */
export const VERDICT = {
  accepted: 1,
  /** Another accepted row has the same id. */
  idConflict: 2,
  /** The row takes something over from its copies. */
  recovery: 4,
  /** Its ordinal among rows with the same uid print is above 0. */
  ordinal: 8,
  /** Of rows not accepted: a copy. The others are exact duplicates. */
  copy: 16,
} as const;
