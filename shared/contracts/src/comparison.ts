/**
 * The comparison of an upload with the one before it, of the same file or of the same restaurant. It depends on two
 * versions and names both, and so is a file of its own, written once for each pair. Fields are added within version 1,
 * never changed or removed. Groups are those that both bias summaries show.
 */
import * as z from 'zod';
import { checkStatusSchema, reportedVersionShape } from './validation.ts';

const count = z.int().min(0);
const share = z.number().min(0).max(1);

export const comparedVersionSchema = z.object({
  identity: reportedVersionShape.identity,
  source: reportedVersionShape.source,
  status: checkStatusSchema,
  rows: count,
  /** Different review_ids: what shares are of, so that rows of one review_id count once for chance. */
  reviews: count,
});

/** A share of accepted rows, before and now. */
export const shareChangeSchema = z.object({
  /** A column for missing values, `attribute` and `group` for groups. */
  what: z.object({ column: z.string() }).or(z.object({ attribute: z.string(), group: z.string() })),
  before: z.object({ count, of: count, share }),
  now: z.object({ count, of: count, share }),
  /** now − before, and its 95 % interval. */
  change: z.number(),
  low: z.number(),
  high: z.number(),
  p_value: share,
  /** Adjusted for all tests of the comparison (Benjamini and Hochberg). */
  q_value: share,
  flagged: z.boolean(),
});

export const comparisonSchema = z.object({
  schema: z.literal('tastetrend.comparison/1'),
  /** Why these two: uploads of one key, or of files that are of one and the same restaurant. */
  same: z.enum(['key', 'restaurant']),
  before: comparedVersionSchema,
  now: comparedVersionSchema,
  missing: z.array(shareChangeSchema),
  groups: z.array(shareChangeSchema),
  /** Null where one of both has no ratings. */
  ratings: z
    .object({
      /** Shares by half star, of rated rows. */
      bins: z.array(z.object({ from: z.number(), before: share, now: share })),
      mean: z.object({ before: z.number(), now: z.number(), change: z.number(), low: z.number(), high: z.number() }),
      /** ½ Σ |now − before|: never below 0, and to be read against what chance alone gives in 95 of 100 cases. */
      total_variation: z.object({
        value: share,
        noise_floor: share,
        p_value: share,
        q_value: share,
        flagged: z.boolean(),
      }),
    })
    .nullable(),
  false_discovery_rate: share,
  tests: count,
  flagged: count,
});

/** An upload in the history of its key or restaurant. */
export const historyEntrySchema = z.object({
  schema: z.literal('tastetrend.history/1'),
  identity: reportedVersionShape.identity,
  source: reportedVersionShape.source,
});

export type ShareChange = z.infer<typeof shareChangeSchema>;
export type Comparison = z.infer<typeof comparisonSchema>;
export type HistoryEntry = z.infer<typeof historyEntrySchema>;
