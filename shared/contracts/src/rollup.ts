/** The rollup: accepted rows of all current tables by restaurant and month. A function of which tables are current. */
import * as z from 'zod';
import { monthCellSchema, RATING_BINS } from './validation.ts';

const count = z.int().min(0);

/** Below it the rollup, and the pages that list uploads and months. */
export const ROLLUP_PREFIX = 'processed/logs/rollup/';
export const ROLLUP_KEY = `${ROLLUP_PREFIX}months.json`;
export const ROLLUP_PARTS_PREFIX = `${ROLLUP_PREFIX}parts/`;

/**
 * The part that a raw key belongs to: by the first two digits of its entry's name in the catalog, which is a hash, so that
 * 256 parts grow alike and none is written by every refresh.
 * @param entry the name of the key's entry: 32 hexadecimal digits
 */
export function rollupPartKey(entry: string): string {
  return `${ROLLUP_PARTS_PREFIX}${entry.slice(0, 2)}.json`;
}

export const rollupSchema = z.object({
  schema: z.literal('tastetrend.rollup/1'),
  /** Raw keys whose current table is counted here. */
  files: count,
  /** Raw keys whose table is of reviews, and not counted: its summary is not there yet, or counts no months (of earlier rules). */
  files_without_months: count,
  /** Cells of files that had too many: their rows are in the cell of neither restaurant nor month. */
  cells_pooled: count,
  cells: z.array(monthCellSchema),
});

/** A month cell in one line: restaurant, month, then its counts in the schema's order, the half stars at the end. */
const COUNTS = 7 + RATING_BINS;
export const rollupRowSchema = z
  .tuple([z.string().nullable(), z.string().nullable()], count)
  .refine((row) => row.length === 2 + COUNTS, `a row has ${COUNTS} counts`);

export const rollupPartSchema = z.object({
  schema: z.literal('tastetrend.rollup-part/1'),
  /** By entry, each once. */
  keys: z.array(
    z.object({
      /** The name of the raw key's entry in the catalog. */
      entry: z.string().regex(/^[0-9a-f]{32}$/),
      /** Where the key's current table lies; empty where its entry cannot be read. */
      table: z.string(),
      /** Whose that table is: a version's, or a removal's; null where there is none. */
      identity: z.string().nullable(),
      /** `nothing`: removed, or no reviews. `not_yet`: see files_without_months; it is looked at again. */
      counts: z.enum(['rows', 'nothing', 'not_yet']),
      cells_pooled: count,
      rows: z.array(rollupRowSchema),
    }),
  ),
});

export type Rollup = z.infer<typeof rollupSchema>;
export type RollupRow = z.infer<typeof rollupRowSchema>;
export type RollupPart = z.infer<typeof rollupPartSchema>;
/** What counts of one raw key: its profile by restaurant and month, of the version whose table is current. */
export type RollupKey = RollupPart['keys'][number];
