/** The rollup: accepted rows of all current tables by restaurant and month. A function of which tables are current. */
import * as z from 'zod';
import { monthCellSchema } from './validation.ts';

const count = z.int().min(0);

/** Below it the rollup, and the pages that list uploads and months. */
export const ROLLUP_PREFIX = 'processed/logs/rollup/';
export const ROLLUP_KEY = `${ROLLUP_PREFIX}months.json`;

export const rollupSchema = z.object({
  schema: z.literal('tastetrend.rollup/1'),
  /** Raw keys whose current table is counted here. */
  files: count,
  /** Raw keys whose table is of reviews, and whose summary counts no months: made by earlier rules. */
  files_without_months: count,
  cells: z.array(monthCellSchema),
});

export type Rollup = z.infer<typeof rollupSchema>;
