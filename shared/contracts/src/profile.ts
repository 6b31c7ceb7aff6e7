/**
 * The profile: what the transform counted while it had every row in its hands. It is the report's only source, lies
 * beside the table it describes, and is integers throughout, so that profiles add up in any order.
 */
import * as z from 'zod';

const count = z.int().min(0);
const lines = z.array(z.int().positive());
const finding = z.strictObject({ count, first_lines: lines });

export const groupCountsSchema = z.strictObject({
  /** All rows of the file whose group this is: accepted + duplicates + quarantined. */
  uploaded: count,
  accepted: count,
  duplicates: count,
  quarantined: count,
  /** Of the accepted rows: how many lack the value. */
  missing_rating: count,
  missing_text: count,
  missing_total_spent: count,
  /** Of the accepted rows with a rating. */
  rated: count,
  rating_sum_hundredths: count,
  rating_4_or_more: count,
});

export const profileSchema = z.strictObject({
  schema: z.literal('tastetrend.profile/1'),
  identity: z.string(),
  kind: z.enum(['reviews', 'restaurant_info']),
  blank_lines: count,
  /** Of the accepted rows, for each column of the table: with a value, and without. */
  columns: z.record(z.string(), z.strictObject({ present: count, missing: count })),
  /** What the cleaning did to values, by rule. */
  rules: z.record(z.string(), finding),
  /** Why rows were quarantined, by reason. */
  quarantine: z.record(z.string(), finding),
  duplicates: z.strictObject({ exact: finding, copy: finding }),
  /** Values that a kept row took over from a copy of it, by column. */
  recovered: z.record(z.string(), count),
  id_conflict_rows: count,
  /**
   * Over all readable rows, before duplicates leave: cells with something in them, and those that could be read.
   * `out_of_scale` ratings were read, and are numbers that the scale does not have.
   */
  readability: z.strictObject({
    ratings: z.strictObject({ uploaded: count, readable: count, out_of_scale: count }),
    dates: z.strictObject({ uploaded: count, readable: count }),
    texts: z.strictObject({ uploaded: count, readable: count }),
  }),
  /** Accepted rows by rating_1_5 in hundredths, e.g. "350": 12. */
  ratings: z.record(z.string(), count),
  /** Earliest and latest review_date among accepted rows, ISO. */
  review_dates: z.strictObject({ first: z.iso.date(), last: z.iso.date() }).nullable(),
  /** By sensitive attribute, by group (the norm's value, `missing` or `unreadable`). */
  groups: z.record(z.string(), z.record(z.string(), groupCountsSchema)),
});

export type Finding = z.infer<typeof finding>;
export type GroupCounts = z.infer<typeof groupCountsSchema>;
export type Profile = z.infer<typeof profileSchema>;
