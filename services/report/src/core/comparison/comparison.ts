/** What changed between two uploads: missing values, ratings, groups; each with its uncertainty, and tested together. */
import {
  type Bias,
  type Comparison,
  REVIEW_COLUMNS,
  type ShareChange,
  type Validation,
  type ValidationFindings,
} from '@tastetrend/contracts';
import { qValues } from '../bias/benjamini-hochberg.ts';
import { rounded } from '../bias/rounded.ts';
import { compareRatings } from './ratings.ts';
import { type CountedShare, changeOfShare } from './shares.ts';

/** One of both, by its summaries. */
export interface ReportedUpload {
  readonly validation: Validation;
  readonly bias: Bias;
}

/** Made by the cleaning: missing where what they are made of is missing. */
const DERIVED = [
  'rating_raw',
  'rating_scale',
  'gender_norm',
  'ethnicity_norm',
  'age_group',
  'log_total_spent',
  'review_length',
  'extra',
];

/**
 * @param before the earlier upload
 * @param rate of false discoveries among what is flagged
 * @returns null where there is nothing to compare: one of both has no rows, or was summed up by an earlier schema
 */
export function comparisonOf(
  same: Comparison['same'],
  before: ReportedUpload,
  now: ReportedUpload,
  rate: number,
): Comparison | null {
  const [findingsBefore, findingsNow] = [before.validation.findings, now.validation.findings];
  const [rowsBefore, rowsNow] = [rowsOf(before), rowsOf(now)];
  if (findingsBefore === null || findingsNow === null || rowsBefore === null || rowsNow === null) return null;
  const seed = `${before.validation.identity} ${now.validation.identity}`;
  const missing = missingChanges(findingsBefore, rowsBefore, findingsNow, rowsNow);
  const groups = groupChanges(before, rowsBefore, now, rowsNow);
  const ratings = compareRatings(
    { cells: findingsBefore.months?.cells ?? [], bins: ratingBins(findingsBefore), ...rowsBefore },
    { cells: findingsNow.months?.cells ?? [], bins: ratingBins(findingsNow), ...rowsNow },
    seed,
  );
  const tested = [...missing, ...groups, ...(ratings === null ? [] : [ratings.total_variation])];
  const adjusted = qValues(tested.map(({ p_value }) => p_value));
  for (const [i, test] of tested.entries()) {
    test.q_value = rounded(adjusted[i] as number);
    test.flagged = (adjusted[i] as number) <= rate;
  }
  return {
    schema: 'tastetrend.comparison/1',
    same,
    before: versionOf(before, rowsBefore),
    now: versionOf(now, rowsNow),
    missing,
    groups,
    ratings,
    false_discovery_rate: rate,
    tests: tested.length,
    flagged: tested.filter(({ flagged }) => flagged).length,
  };
}

interface Rows {
  readonly rows: number;
  readonly reviews: number;
}

function rowsOf({ bias, validation }: ReportedUpload): Rows | null {
  const { accepted } = validation.counts;
  return bias.resampling === null || accepted === 0 ? null : { rows: accepted, reviews: bias.resampling.reviews };
}

function versionOf({ validation: { identity, source, status } }: ReportedUpload, rows: Rows): Comparison['before'] {
  return { identity, source, status, ...rows };
}

function missingChanges(
  before: ValidationFindings,
  rowsBefore: Rows,
  now: ValidationFindings,
  rowsNow: Rows,
): ShareChange[] {
  return REVIEW_COLUMNS.flatMap(({ name, nullable }) => {
    const [one, other] = [before, now].map(({ columns }) => columns.find(({ column }) => column === name));
    if (!nullable || DERIVED.includes(name) || one === undefined || other === undefined) return [];
    const share = (column: { missing: number }, { rows, reviews }: Rows): CountedShare => ({
      count: column.missing,
      of: rows,
      reviews,
    });
    return [{ what: { column: name }, ...changeOfShare(share(one, rowsBefore), share(other, rowsNow)) }];
  });
}

/** Only groups that both summaries show: what one of them hides as too small is not to be told by the other. */
function groupChanges(before: ReportedUpload, rowsBefore: Rows, now: ReportedUpload, rowsNow: Rows): ShareChange[] {
  return now.bias.attributes.flatMap(({ attribute, groups, missing, unreadable }) => {
    const earlier = before.bias.attributes.find((one) => one.attribute === attribute);
    if (earlier === undefined) return [];
    const known = [...earlier.groups, earlier.missing, earlier.unreadable];
    return [...groups, missing, unreadable].flatMap(({ group, cleaning }) => {
      const one = known.find((found) => found.group === group);
      if (one === undefined) return [];
      const counted = (count: number, { rows, reviews }: Rows): CountedShare => ({ count, of: rows, reviews });
      const change = changeOfShare(
        counted(one.cleaning.rows.accepted, rowsBefore),
        counted(cleaning.rows.accepted, rowsNow),
      );
      return [{ what: { attribute, group }, ...change }];
    });
  });
}

function ratingBins({ histograms }: ValidationFindings) {
  return histograms?.find(({ column }) => column === 'rating_1_5')?.bins ?? [];
}
