/**
 * The validation summary: what became of one upload, and whether it is good enough. Written once for each file version,
 * from its manifest and profile alone. Fields are added within version 1, never changed or removed; readers leave out
 * what they do not know. It holds no row's names, texts or demographics.
 */
import * as z from 'zod';
import { countsSchema, inferenceSchema, rejectionSchema } from './manifest.ts';

const count = z.int().min(0);
/** 0 to 100, rounded to 2 decimals, half up; null when there was nothing to divide by. */
const percent = z.number().min(0).max(100).nullable();
const finding = { count, first_lines: z.array(z.int().positive()) };

/** Which file version a summary is about: the first fields of every summary. */
export const reportedVersionShape = {
  identity: z.string().regex(/^[0-9a-f]{64}$/),
  completion_id: z.string().regex(/^[0-9a-f]{64}$/),
  transform_version: z.int().positive(),
  source: z.object({
    bucket: z.string(),
    key: z.string(),
    version_id: z.string(),
    /** S3's LastModified; null when the version was gone before it could be read. */
    uploaded_at: z.iso.datetime().nullable(),
  }),
  /** A folder marker (`ignored` in the manifest) is no file and gets no summary. */
  outcome: z.enum(['processed', 'rejected', 'gone']),
  kind: z.enum(['reviews', 'restaurant_info']).nullable(),
};

/** What every summary says, of whatever kind and version. */
export const anySummarySchema = z.object({ schema: z.string(), identity: reportedVersionShape.identity });

export const checkStatusSchema = z.enum(['pass', 'warn', 'fail']);

export const checkSchema = z.object({
  /** A stable name: a threshold's in pipeline.json, `file_readable` or `file_present`. */
  name: z.string(),
  status: checkStatusSchema,
  /** What was compared with the thresholds, in `unit`; null where there was nothing to observe. Rounded for reading. */
  observed: z.number().nullable(),
  unit: z.enum(['percent', 'rows']).nullable(),
  /** The integers behind `observed`. The comparison is made on them, unrounded. */
  counted: z.object({ count, of: count, of_what: z.string() }).nullable(),
  /** Passed only up to, or only from, these values; a value equal to a threshold passes it. */
  threshold: z
    .object({ direction: z.enum(['over', 'under']), warn: z.number().nullable(), fail: z.number().nullable() })
    .nullable(),
  message: z.string(),
  /** Null when the check passes: then there is nothing to do. */
  what_to_do: z.string().nullable(),
});

/** Dates are ISO; everything else is a number in the column's own unit. */
const value = z.union([z.number(), z.string()]);

/**
 * What is in a column, of its accepted rows. Every field is optional: summaries from before it have none. Null is "not
 * looked at": texts, names and what was uploaded of a guest's demographics are never listed, nor read for it.
 */
const columnValuesShape = {
  distinct: count.nullable().optional(),
  min: value.nullable().optional(),
  max: value.nullable().optional(),
  /** Of the sorted values the one at place ceil(share × values), counted from 1; null where there are none. */
  quantiles: z.object({ p05: value, p25: value, p50: value, p75: value, p95: value }).nullable().optional(),
  /** The most frequent, by count and then by value; a value of fewer rows than bias.cell_min is not named. */
  top_values: z
    .array(z.object({ value: z.string(), count }))
    .nullable()
    .optional(),
  /** Uploaded values that could not be used, over all readable rows. */
  invalid: z.array(z.object({ rule: z.string(), ...finding })).optional(),
};

/** Bins of a column; `from` is in the bin and `to` is not, null where it is open. Bins of no rows may be left out. */
export const histogramSchema = z.object({
  column: z.string(),
  bins: z.array(z.object({ from: value, to: value.nullable(), count })),
});

/** Half stars from 0 to 5. */
export const RATING_BINS = 11;

/** Accepted rows of one restaurant and month; integers, so that files add up in any order. */
export const monthCellSchema = z.object({
  /** restaurant_name, else location; null where neither is known, and in the cell of all that were too many. */
  restaurant: z.string().nullable(),
  /** `2024-07`; null without a date. */
  month: z.string().nullable(),
  rows: count,
  rated: count,
  rating_sum_hundredths: count,
  rating_4_or_more: count,
  with_text: count,
  with_total: count,
  /** Each total rounded to cents. */
  total_spent_cents: count,
  /** Ratings in fixed bins of half a star: from 0, 0.5, … 5. */
  rating_half_stars: z.array(count).length(RATING_BINS),
});

/** Nothing counted yet. */
export function emptyMonthCell(restaurant: string | null, month: string | null): MonthCell {
  return {
    restaurant,
    month,
    rows: 0,
    rated: 0,
    rating_sum_hundredths: 0,
    rating_4_or_more: 0,
    with_text: 0,
    with_total: 0,
    total_spent_cents: 0,
    rating_half_stars: new Array<number>(RATING_BINS).fill(0),
  };
}

/** As summaries of earlier rules have it: such a cell cannot be added up with others. */
const keptMonthCellSchema = monthCellSchema.partial({ rating_half_stars: true });

const readability = { uploaded: count, readable: count, unreadable: count, readable_pct: percent };

export const findingsSchema = z.object({
  blank_lines: count,
  /** Accepted rows with and without a value, for each column of the table. */
  columns: z.array(
    z.object({ column: z.string(), present: count, missing: count, missing_pct: percent, ...columnValuesShape }),
  ),
  /** What the cleaning did to values. */
  rules: z.array(z.object({ rule: z.string(), ...finding })),
  quarantine: z.array(z.object({ reason: z.string(), ...finding })),
  duplicates: z.object({ exact: z.object(finding), copy: z.object(finding) }),
  /** Values that a kept row took over from a copy of it. */
  recovered: z.array(z.object({ column: z.string(), count })),
  id_conflict_rows: count,
  /** Cells of all readable rows (duplicates included) with something in them, and those that could be read. */
  readability: z.object({
    ratings: z.object({ ...readability, out_of_scale: count }),
    dates: z.object(readability),
    texts: z.object(readability),
  }),
  /** Optional, as everything of the values is. */
  histograms: z.array(histogramSchema).optional(),
  /** The cells that rollups add up, and how many there are that were too many to be kept one by one. */
  months: z.object({ cells: z.array(keptMonthCellSchema), cells_pooled: count }).optional(),
});

export const validationSchema = z
  .object({
    schema: z.literal('tastetrend.validation/1'),
    ...reportedVersionShape,
    rejection: rejectionSchema.nullable(),
    /** The worst of the checks. */
    status: checkStatusSchema,
    checks: z.array(checkSchema).min(1),
    counts: countsSchema,
    /** accounted_for = accepted + duplicates + quarantined, which is rows_read: no other summary can be written. */
    conservation: z.object({ accounted_for: count, holds: z.literal(true) }),
    /** Null where no table was made, so that there is nothing to find. */
    findings: findingsSchema.nullable(),
    inferred: inferenceSchema.nullable(),
  })
  .refine(
    ({ counts, conservation }) =>
      conservation.accounted_for === counts.rows_read &&
      counts.rows_read === counts.accepted + counts.duplicates + counts.quarantined,
    'rows read must equal accepted + duplicates + quarantined',
  );

export type CheckStatus = z.infer<typeof checkStatusSchema>;
export type Check = z.infer<typeof checkSchema>;
export type Histogram = z.infer<typeof histogramSchema>;
export type MonthCell = z.infer<typeof monthCellSchema>;
export type KeptMonthCell = z.infer<typeof keptMonthCellSchema>;
export type ValidationFindings = z.infer<typeof findingsSchema>;
export type Validation = z.infer<typeof validationSchema>;
