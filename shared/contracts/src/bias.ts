/**
 * The bias summary: how the groups of each sensitive attribute fared in one upload, and whom the cleaning dropped.
 * Written once for each file version, from its manifest and profile alone. Fields are added within version 1, never
 * changed or removed; readers leave out what they do not know. No names, no texts, no group below the minimum size.
 */
import * as z from 'zod';
import { countsSchema } from './manifest.ts';
import { reportedVersionShape } from './validation.ts';

const count = z.int().min(0);

/**
 * A number with the rows it was computed over, or null with a reason:
 * - `no_rows`: there is nothing to divide by;
 * - `below_minimum`: there are rows, but fewer than `group_rows_min`;
 * - `attribute_too_small`: all rows with a known group together are fewer than `group_rows_min`, so that no measure of
 *   the attribute is shown.
 */
export const measureSchema = z
  .object({
    value: z.number().nullable(),
    /** The denominator; null where it is withheld. */
    rows: count.nullable(),
    reason: z.string().nullable(),
  })
  .refine(({ value, reason }) => (value === null) === (reason !== null), 'a measure has a value or a reason, not both');

const measures = {
  /** accepted / uploaded. */
  kept_rate: measureSchema,
  /** Mean of rating_1_5 over accepted rows that have one. */
  rating_mean: measureSchema,
  /** Share of rating_1_5 >= 4 among accepted rows that have a rating. */
  rating_4_or_more_share: measureSchema,
  /** Share of accepted rows without the value. */
  missing: z.object({ rating: measureSchema, text: measureSchema, total_spent: measureSchema }),
};

const groupMeasures = {
  /** The group's part of all the file's rows of that fate; the shares of an attribute's groups add up to 1. */
  shares: z.object({
    uploaded: measureSchema,
    accepted: measureSchema,
    duplicates: measureSchema,
    quarantined: measureSchema,
  }),
  /** Share of the accepted rows minus share of the uploaded rows; below 0: the cleaning dropped more of these. */
  share_change: measureSchema,
  ...measures,
};

export const rowFatesSchema = z.object({
  uploaded: count,
  accepted: count,
  duplicates: count,
  quarantined: count,
});

export const biasGroupSchema = z.object({ group: z.string(), rows: rowFatesSchema, ...groupMeasures });

export const smallGroupsSchema = z.object({
  /** The groups that are not shown one by one. Some may have no rows at all. */
  members: z.array(z.string()),
  /** The one of them that is large enough, and is here so that the others cannot be found by subtraction. */
  added_for_protection: z.string().nullable(),
  /** True when the pool itself is below the minimum: then its rows are null. */
  suppressed: z.boolean(),
  rows: rowFatesSchema.nullable(),
  ...groupMeasures,
});

export const biasAttributeSchema = z.object({
  attribute: z.string(),
  /** Groups of at least `group_rows_min` accepted rows. */
  groups: z.array(biasGroupSchema),
  /** The other groups of the attribute's vocabulary, as one. */
  small_groups: smallGroupsSchema,
  /** Rows that say nothing of the attribute: no group of people, so its row counts are always shown. */
  missing: biasGroupSchema,
  /** Rows whose value, or which themselves, could not be read: no group of people either. */
  unreadable: biasGroupSchema,
});

export const biasSchema = z
  .object({
    schema: z.literal('tastetrend.bias/1'),
    ...reportedVersionShape,
    status: z.enum(['measured', 'not_applicable']),
    /** Why there is nothing to measure. */
    reason: z.string().nullable(),
    /** The fewest accepted rows of a group that is shown by itself, and the fewest rows under a measure. */
    group_rows_min: z.int().min(2),
    counts: countsSchema,
    /** All rows of the file together: what a group's measures compare with. */
    overall: z.object({ rows: rowFatesSchema, ...measures }).nullable(),
    attributes: z.array(biasAttributeSchema),
  })
  .refine(
    ({ status, reason, overall }) =>
      (status === 'measured') === (reason === null) && (reason === null) === (overall !== null),
    'a summary is measured, or says why it is not',
  );

export type BiasMeasure = z.infer<typeof measureSchema>;
export type RowFates = z.infer<typeof rowFatesSchema>;
export type BiasGroup = z.infer<typeof biasGroupSchema>;
export type SmallGroups = z.infer<typeof smallGroupsSchema>;
export type BiasAttribute = z.infer<typeof biasAttributeSchema>;
export type Bias = z.infer<typeof biasSchema>;
