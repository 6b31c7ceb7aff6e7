/**
 * Every rule by which the cleaning changes or refuses a value, by the name under which the report counts it. The rules
 * themselves stand in values/, each a pure function; their source is the data page (docs/data-contract.md).
 */
import type { UnfitRule } from '@tastetrend/contracts';

export const RULES = {
  id_suffix_removed: 'a _dup or _copy suffix was removed from the review id',
  id_damaged: 'the id is spreadsheet damage or a word for "missing", and so is no id',
  customer_prefix_removed: 'a Guest_ or Client_ prefix was removed from the customer name',
  date_unreadable: 'the date is no calendar date in a form that we know',
  rating_unreadable: 'the rating is neither a number nor stars',
  rating_out_of_scale: 'the rating is a number that its scale does not have',
  total_spent_unreadable: 'the amount is no number, or is negative',
  tip_amount_unreadable: 'the tip is no number, or is negative',
  tip_percentage_unreadable: 'the tip percentage is no number, or is negative',
  party_size_unreadable: 'the party size is no whole number of 1 or more',
  age_range_unreadable: 'the age range is none of those we know; it stays as uploaded',
  gender_unreadable: 'the gender is none of those we know; it stays as uploaded',
  ethnicity_unreadable: 'the ethnicity is none of those we know; it stays as uploaded',
  word_for_missing: 'the cell says "null", "N/A" or the like, and counts as missing',
  total_spent_filled: 'the total was computed from tip amount and uncapped tip percentage',
  tip_percentage_filled: 'the tip percentage was computed from tip amount and total',
  copy_not_held:
    'a copy had values that its original may lack, and the limit on what is held for originals was reached',
  tip_percentage_capped: 'the tip percentage was over 30 and is 30 now',
  avg_stars_unreadable: 'the average of stars is no number from 0 to 5',
  total_reviews_unreadable: 'the number of reviews is no whole number of 0 or more',
} as const satisfies Readonly<Record<UnfitRule, string> & Record<string, string>>;

export type Rule = keyof typeof RULES;
