/** The checks of a processed file: one for each threshold in pipeline.json, in that order. */
import type { Check, CheckStatus, Manifest, Pipeline, Profile } from '@tastetrend/contracts';
import { ReportAssertionError } from '../errors.ts';
import { percentOf } from './rounding.ts';

export type Thresholds = Pipeline['checks'];
type Counted = NonNullable<Check['counted']>;
type Threshold = NonNullable<Check['threshold']>;

interface CheckDefinition {
  /** Restaurant info is no review: only what holds for any table is asked of it. */
  readonly of: 'reviews' | 'any table';
  readonly unit: 'percent' | 'rows';
  counted(manifest: Manifest, profile: Profile): Counted;
  /** The rest of a sentence that begins with the counted rows. */
  readonly says: string;
  readonly whatToDo: string;
}

const CHECKS: Record<keyof Thresholds, CheckDefinition> = {
  review_text_missing_pct: {
    of: 'reviews',
    unit: 'percent',
    counted: (manifest, profile) => missingIn('review_text', manifest, profile),
    says: 'have no review text',
    whatToDo: 'Ask whether the export left out the texts, or whether many guests give a rating only.',
  },
  age_range_missing_pct: {
    of: 'reviews',
    unit: 'percent',
    counted: (manifest, profile) => missingIn('age_range', manifest, profile),
    says: 'have no age range',
    whatToDo: 'Read the figures by age group with care: they leave these guests out.',
  },
  id_conflict_rows: {
    of: 'reviews',
    unit: 'rows',
    counted: ({ counts }, profile) => accepted(profile.id_conflict_rows, counts.accepted),
    says: 'share their review id with another customer or text',
    whatToDo: 'They were kept and are marked id_conflict; ask whether the export joins reviews with visits.',
  },
  quarantined_pct: {
    of: 'any table',
    unit: 'percent',
    counted: ({ counts }) => ({ count: counts.quarantined, of: counts.rows_read, of_what: 'rows read' }),
    says: 'could not be trusted as rows and were set aside',
    whatToDo: 'Look at the reasons and lines under "quarantine", mend the file, and upload it again.',
  },
  rating_out_of_scale_pct: {
    of: 'reviews',
    unit: 'percent',
    counted: (_, { readability: { ratings } }) => uploaded(ratings.out_of_scale, ratings.uploaded, 'ratings'),
    says: 'are numbers that the rating scale does not have',
    whatToDo: 'See under "inferred" which scale was found, and whether the file mixes scales.',
  },
  rating_unreadable_pct: {
    of: 'reviews',
    unit: 'percent',
    counted: (_, { readability: { ratings } }) =>
      uploaded(ratings.uploaded - ratings.readable, ratings.uploaded, 'ratings'),
    says: 'could not be read as ratings',
    whatToDo: 'See the lines of rule "rating_unreadable", and whether the column is a rating at all.',
  },
  date_unreadable_pct: {
    of: 'reviews',
    unit: 'percent',
    counted: (_, { readability: { dates } }) => uploaded(dates.uploaded - dates.readable, dates.uploaded, 'dates'),
    says: 'could not be read as dates',
    whatToDo: 'See the lines of rule "date_unreadable"; dates like 2024-12-31 are never misread.',
  },
  accepted_rows_min: {
    of: 'any table',
    unit: 'rows',
    counted: ({ counts }) => ({ count: counts.accepted, of: counts.rows_read, of_what: 'rows read' }),
    says: 'were accepted',
    whatToDo: 'See whether the file has rows below its header, and why the others were not accepted.',
  },
};

/**
 * @param profile of the same file version
 * @returns every check of a table of this kind, each judged on unrounded counts; a share of nothing passes, unobserved
 * @throws ReportAssertionError when the profile lacks a column that is checked
 */
export function checkTable(manifest: Manifest, profile: Profile, thresholds: Thresholds): Check[] {
  const names = Object.keys(CHECKS) as (keyof Thresholds)[];
  return names
    .filter((name) => CHECKS[name].of === 'any table' || profile.kind === 'reviews')
    .map((name) => judged(name, CHECKS[name], CHECKS[name].counted(manifest, profile), thresholdOf(thresholds[name])));
}

/** Fail is worse than warn, and warn than pass; no checks at all would pass nothing, and cannot be. */
export function worstOf(checks: readonly Check[]): CheckStatus {
  const statuses = checks.map((check) => check.status);
  if (statuses.length === 0) throw new ReportAssertionError('a report without a check has no status');
  return statuses.includes('fail') ? 'fail' : statuses.includes('warn') ? 'warn' : 'pass';
}

function judged(name: string, definition: CheckDefinition, counted: Counted, threshold: Threshold): Check {
  const { unit, says, whatToDo } = definition;
  const facts = { name, unit, counted, threshold };
  if (unit === 'percent' && counted.of === 0) {
    const message = `There are no ${counted.of_what}, so there is nothing to check.`;
    return { ...facts, status: 'pass', observed: null, message, what_to_do: null };
  }
  const status = statusOf(counted, unit, threshold);
  const observed = unit === 'percent' ? percentOf(counted.count, counted.of) : counted.count;
  const share = unit === 'percent' ? ` (${observed} %)` : '';
  const fact = `${grouped(counted.count)} of ${grouped(counted.of)} ${counted.of_what}${share} ${says}`;
  if (status === 'pass') return { ...facts, status, observed, message: `${fact}.`, what_to_do: null };
  const limit = `${threshold.direction} the limit of ${threshold[status]}${unit === 'percent' ? ' %' : ''}`;
  return { ...facts, status, observed, message: `${fact}, ${limit}.`, what_to_do: whatToDo };
}

function statusOf({ count, of }: Counted, unit: 'percent' | 'rows', threshold: Threshold): CheckStatus {
  const isPast = (limit: number | null) => {
    if (limit === null) return false;
    // Integers throughout (a threshold has up to 6 decimals): 40.004 % is over 40 %, and 40 % is not.
    const found = BigInt(count) * 1_000_000n * (unit === 'percent' ? 100n : 1n);
    const allowed = BigInt(Math.round(limit * 1_000_000)) * (unit === 'percent' ? BigInt(of) : 1n);
    return threshold.direction === 'over' ? found > allowed : found < allowed;
  };
  return isPast(threshold.fail) ? 'fail' : isPast(threshold.warn) ? 'warn' : 'pass';
}

function thresholdOf(threshold: Thresholds[keyof Thresholds]): Threshold {
  return 'warn_over' in threshold
    ? { direction: 'over', warn: threshold.warn_over, fail: threshold.fail_over }
    : { direction: 'under', warn: threshold.warn_under, fail: threshold.fail_under };
}

function missingIn(column: string, { counts }: Manifest, profile: Profile): Counted {
  const cells = profile.columns[column];
  if (cells === undefined) throw new ReportAssertionError(`the profile says nothing about the column ${column}`);
  return accepted(cells.missing, counts.accepted);
}

function accepted(count: number, of: number): Counted {
  return { count, of, of_what: 'accepted rows' };
}

function uploaded(count: number, of: number, what: string): Counted {
  return { count, of, of_what: `uploaded ${what}` };
}

/** 1234567 → 1,234,567, without asking a locale. */
function grouped(count: number): string {
  return String(count).replaceAll(/\B(?=(?:\d{3})+$)/g, ',');
}
