/**
 * The rules by which a value that was uploaded cannot be used, and the column that it is unfit for. A closed set: reports
 * list invalid values by it, and a metric has it as a dimension. What the cleaning mends or fills is no invalid value.
 */
export const UNFIT_IN = {
  id_damaged: 'review_id',
  date_unreadable: 'review_date',
  rating_unreadable: 'rating_1_5',
  rating_out_of_scale: 'rating_1_5',
  total_spent_unreadable: 'total_spent',
  tip_amount_unreadable: 'tip_amount',
  tip_percentage_unreadable: 'tip_percentage',
  party_size_unreadable: 'party_size',
  age_range_unreadable: 'age_group',
  gender_unreadable: 'gender_norm',
  ethnicity_unreadable: 'ethnicity_norm',
  avg_stars_unreadable: 'avg_stars',
  total_reviews_unreadable: 'total_reviews',
} as const satisfies Readonly<Record<string, string>>;

export type UnfitRule = keyof typeof UNFIT_IN;

/** A profile's rules are those of the transform that made it, which may have more than this knows. */
export function isUnfitRule(rule: string): rule is UnfitRule {
  return Object.hasOwn(UNFIT_IN, rule);
}
