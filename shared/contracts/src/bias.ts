/**
 * The bias summary: how the groups of each sensitive attribute, and of each pair of them, fared in one upload, and whom the
 * cleaning dropped. Written once for each file version, from its manifest, profile and table alone; the same version has
 * the same bytes. Fields are added within version 2, never changed or removed; readers leave out what they do not know. No
 * names, no texts, no group below `minimums.cell`. What each measure means: services/report/README.md.
 */
import * as z from 'zod';
import { countsSchema } from './manifest.ts';
import { reportedVersionShape } from './validation.ts';

const count = z.int().min(0);
const share = z.number().min(0).max(1);
const bound = z.number().nullable();

/**
 * Why there is no value:
 * - `no_rows`: there is nothing to divide by;
 * - `below_minimum`: the group or the others have fewer rows or review_ids than a measure needs;
 * - `attribute_too_small`: all rows with a known group together are fewer than may be shown;
 * - `support`: by its formula the measure is infinite or not defined, since one side lacks what the other has.
 */
export const biasReasonSchema = z.enum(['no_rows', 'below_minimum', 'attribute_too_small', 'support']);

const estimateShape = {
  value: z.number().nullable(),
  /** The 95 % interval; a bound is null where it is infinite, or all resamples agree, or there is no value. */
  low: bound,
  high: bound,
  reason: biasReasonSchema.nullable(),
};

export const biasEstimateSchema = z.strictObject(estimateShape);

/** Never below 0, and so above 0 by chance alone: to be read against `noise_floor`. */
export const biasDistanceSchema = z.strictObject({
  ...estimateShape,
  /** The 95th percentile of what chance alone gives. */
  noise_floor: bound,
  /** How often chance alone gives as much or more; not adjusted for other tests. */
  p_value: share.nullable(),
});

const sizeSchema = z.strictObject({
  rows: count,
  /** Different review_ids, each row without one counted as one. */
  reviews: count,
});

/** Of the group (d) and of all others (a), missing and unreadable among them: what the measures are computed over. */
const sizesSchema = z.strictObject({ group: sizeSchema, others: sizeSchema });

export const biasTestSchema = z.strictObject({
  /** The distance that is tested. */
  measure: z.enum(['total_variation', 'wasserstein_1']),
  p_value: share,
  /** Adjusted for all tests of the report (Benjamini and Hochberg). */
  q_value: share,
  /** q_value is at most `false_discovery_rate`. */
  flagged: z.boolean(),
});

const labelDistances = {
  total_variation: biasDistanceSchema,
  kullback_leibler: biasDistanceSchema,
  jensen_shannon: biasDistanceSchema,
  lp_norm: biasDistanceSchema,
  kolmogorov_smirnov_labels: biasDistanceSchema,
};

export const biasBinaryMeasuresSchema = z.strictObject({
  /** Share of the group's rows, and of the others', with the outcome. */
  share: biasEstimateSchema,
  share_of_others: biasEstimateSchema,
  /** share_of_others − share. */
  difference_in_proportions: biasEstimateSchema,
  disparate_impact: z.strictObject({
    ...estimateShape,
    /** `not_met`: below four fifths, by the value alone. */
    four_fifths: z.enum(['met', 'not_met']).nullable(),
    /** Not met, and the outcome's test is flagged. */
    flagged: z.boolean(),
  }),
  /** Conditioned on `conditioned_on`. */
  conditional_disparity: biasEstimateSchema,
  ...labelDistances,
});

export const biasOrderedMeasuresSchema = z.strictObject({
  /** In stars, or in ln(1 + total_spent). */
  mean: biasEstimateSchema,
  mean_of_others: biasEstimateSchema,
  /** In the unit of the mean. */
  wasserstein_1: biasDistanceSchema,
  kolmogorov_smirnov_cumulative: biasDistanceSchema,
  ...labelDistances,
});

const binaryOutcome = z.enum(['rating_4_or_more', 'has_text', 'has_rating']);
const orderedOutcome = z.enum(['rating', 'total_spent']);
const tooSmall = { reason: z.literal('below_minimum'), measures: z.null(), test: z.null() };

export const biasOutcomeSchema = z.union([
  z.strictObject({
    outcome: binaryOutcome,
    kind: z.literal('binary'),
    sizes: sizesSchema,
    reason: z.null(),
    measures: biasBinaryMeasuresSchema,
    test: biasTestSchema,
  }),
  z.strictObject({ outcome: binaryOutcome, kind: z.literal('binary'), sizes: sizesSchema, ...tooSmall }),
  z.strictObject({
    outcome: orderedOutcome,
    kind: z.literal('ordered'),
    sizes: sizesSchema,
    reason: z.null(),
    measures: biasOrderedMeasuresSchema,
    test: biasTestSchema,
  }),
  z.strictObject({ outcome: orderedOutcome, kind: z.literal('ordered'), sizes: sizesSchema, ...tooSmall }),
]);

export const rowFatesSchema = z.strictObject({
  uploaded: count,
  accepted: count,
  duplicates: count,
  quarantined: count,
});

/** Whom the cleaning dropped. */
export const biasCleaningSchema = z.strictObject({
  rows: rowFatesSchema,
  /** The group's part of all the file's rows of that fate; the shares of an attribute's parts add up to 1. */
  shares: z.strictObject({
    uploaded: biasEstimateSchema,
    accepted: biasEstimateSchema,
    duplicates: biasEstimateSchema,
    quarantined: biasEstimateSchema,
  }),
  /** Share of the accepted rows minus share of the uploaded rows; below 0: the cleaning dropped more of these. */
  share_change: biasEstimateSchema,
  /** accepted / uploaded. */
  kept_rate: biasEstimateSchema,
});

/** Share of the group's accepted rows without the value. */
const missingSchema = z.strictObject({
  rating: biasEstimateSchema,
  text: biasEstimateSchema,
  total_spent: biasEstimateSchema,
});

/** Null where the group is too small to be compared; its outcomes then say so. */
const comparison = {
  class_imbalance: biasEstimateSchema,
  missing: missingSchema,
  outcomes: z.array(biasOutcomeSchema),
};

export const biasGroupSchema = z.strictObject({
  group: z.string(),
  /** Different review_ids of the accepted rows. */
  reviews: count,
  cleaning: biasCleaningSchema,
  ...comparison,
});

export const smallGroupsSchema = z.strictObject({
  /** The groups that are not shown one by one. Some may have no rows at all. */
  members: z.array(z.string()),
  /** The one of them that is large enough, and is here so that the others cannot be found by subtraction. */
  added_for_protection: z.string().nullable(),
  /** True when the pool itself is below the minimum: then nothing is said of it. */
  suppressed: z.boolean(),
  cleaning: biasCleaningSchema.nullable(),
});

export const biasAttributeSchema = z.strictObject({
  attribute: z.string(),
  /** Groups of at least `minimums.cell` accepted rows and review_ids. */
  groups: z.array(biasGroupSchema),
  /** The other groups of the attribute's vocabulary, as one. */
  small_groups: smallGroupsSchema,
  /** Rows that say nothing of the attribute: no group of people, so its row counts are always shown. */
  missing: biasGroupSchema,
  /** Rows whose value, or which themselves, could not be read: no group of people either. */
  unreadable: biasGroupSchema,
});

export const biasPairSchema = z.strictObject({
  attributes: z.tuple([z.string(), z.string()]),
  /** Of known groups that are both shown, those pairs with enough rows and review_ids; others are not named. */
  groups: z.array(z.strictObject({ groups: z.tuple([z.string(), z.string()]), sizes: sizesSchema, ...comparison })),
});

const minimumSchema = z.strictObject({ rows: count, reviews: count });

export const biasSchema = z
  .strictObject({
    schema: z.literal('tastetrend.bias/2'),
    ...reportedVersionShape,
    source: z.strictObject(reportedVersionShape.source.shape),
    status: z.enum(['measured', 'not_applicable']),
    /** Why there is nothing to measure. */
    reason: z.string().nullable(),
    counts: countsSchema,
    minimums: z.strictObject({
      /** Of a group that is shown at all; of its accepted rows, and of their review_ids. */
      cell: minimumSchema,
      /** Of the group and of the others, for a measure of an outcome. */
      measure: minimumSchema,
      /** Of a pair of groups. */
      pair: minimumSchema,
    }),
    /** How chance was measured; null where there is nothing to measure. */
    resampling: z
      .strictObject({
        /** Different review_ids of the accepted rows, and the bags that they were put into to be drawn. */
        reviews: count,
        bags: count,
        bootstrap_resamples: count,
        /** Of every test, and of those that were not decided by these. */
        permutations_min: count,
        permutations_max: count,
        /** Accepted rows whose review_id has others of its size to change places with. */
        permuted_rows: count,
        /** True when each rating of the file is a label; false when there are too many, and half stars are. */
        ratings_are_exact: z.boolean(),
      })
      .nullable(),
    /** Of conditional disparity; null where there is nothing to measure. */
    conditioned_on: z.strictObject({ column: z.enum(['location', 'party_size']), strata: count }).nullable(),
    flags: z.strictObject({
      false_discovery_rate: share,
      tests: count,
      /** The outcomes that are flagged, wherever they stand. */
      flagged: z.array(
        z.strictObject({
          attributes: z.array(z.string()),
          groups: z.array(z.string()),
          outcome: z.string(),
          four_fifths: z.enum(['met', 'not_met']).nullable(),
        }),
      ),
    }),
    attributes: z.array(biasAttributeSchema),
    pairs: z.array(biasPairSchema),
  })
  .refine(
    ({ status, reason, resampling }) =>
      (status === 'measured') === (reason === null) && (reason === null) === (resampling !== null),
    'a summary is measured, or says why it is not',
  );

export type BiasReason = z.infer<typeof biasReasonSchema>;
export type BiasEstimate = z.infer<typeof biasEstimateSchema>;
export type BiasDistance = z.infer<typeof biasDistanceSchema>;
export type BiasTest = z.infer<typeof biasTestSchema>;
export type BiasBinaryMeasures = z.infer<typeof biasBinaryMeasuresSchema>;
export type BiasOrderedMeasures = z.infer<typeof biasOrderedMeasuresSchema>;
export type BiasOutcome = z.infer<typeof biasOutcomeSchema>;
export type RowFates = z.infer<typeof rowFatesSchema>;
export type BiasCleaning = z.infer<typeof biasCleaningSchema>;
export type BiasGroup = z.infer<typeof biasGroupSchema>;
export type SmallGroups = z.infer<typeof smallGroupsSchema>;
export type BiasAttribute = z.infer<typeof biasAttributeSchema>;
export type BiasPair = z.infer<typeof biasPairSchema>;
export type Bias = z.infer<typeof biasSchema>;
