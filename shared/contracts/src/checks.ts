/**
 * The checks of a processed file, as they are judged: one for each threshold in pipeline.json, in that order. Here, since
 * two services say the outcome: the report in its summary, and the transform in the metadata of the current table.
 */
import type { Manifest } from './manifest.ts';
import { type Pipeline, pipeline } from './pipeline.ts';
import type { Profile } from './profile.ts';
import type { Check, CheckStatus } from './validation.ts';

export type Thresholds = Pipeline['checks'];
export type CheckName = keyof Thresholds;
type Counted = NonNullable<Check['counted']>;
type Threshold = NonNullable<Check['threshold']>;

export interface JudgedCheck {
  readonly name: CheckName;
  readonly unit: 'percent' | 'rows';
  readonly counted: Counted;
  readonly threshold: Threshold;
  readonly status: CheckStatus;
}

/** We are wrong: a profile, or a list of checks, that no code of ours makes. */
export class CheckAssertionError extends Error {
  override readonly name = 'CheckAssertionError';
}

interface CheckDefinition {
  /** Restaurant info is no review: only what holds for any table is asked of it. */
  readonly of: 'reviews' | 'any table';
  readonly unit: 'percent' | 'rows';
  counted(manifest: Manifest, profile: Profile): Counted;
}

const CHECKS: Record<CheckName, CheckDefinition> = {
  review_text_missing_pct: {
    of: 'reviews',
    unit: 'percent',
    counted: (manifest, profile) => missingIn('review_text', manifest, profile),
  },
  age_range_missing_pct: {
    of: 'reviews',
    unit: 'percent',
    counted: (manifest, profile) => missingIn('age_range', manifest, profile),
  },
  id_conflict_rows: {
    of: 'reviews',
    unit: 'rows',
    counted: ({ counts }, profile) => accepted(profile.id_conflict_rows, counts.accepted),
  },
  quarantined_pct: {
    of: 'any table',
    unit: 'percent',
    counted: ({ counts }) => ({ count: counts.quarantined, of: counts.rows_read, of_what: 'rows read' }),
  },
  rating_out_of_scale_pct: {
    of: 'reviews',
    unit: 'percent',
    counted: (_, { readability: { ratings } }) => uploaded(ratings.out_of_scale, ratings.uploaded, 'ratings'),
  },
  rating_unreadable_pct: {
    of: 'reviews',
    unit: 'percent',
    counted: (_, { readability: { ratings } }) =>
      uploaded(ratings.uploaded - ratings.readable, ratings.uploaded, 'ratings'),
  },
  date_unreadable_pct: {
    of: 'reviews',
    unit: 'percent',
    counted: (_, { readability: { dates } }) => uploaded(dates.uploaded - dates.readable, dates.uploaded, 'dates'),
  },
  accepted_rows_min: {
    of: 'any table',
    unit: 'rows',
    counted: ({ counts }) => ({ count: counts.accepted, of: counts.rows_read, of_what: 'rows read' }),
  },
};

/**
 * @param profile of the same file version
 * @returns every check of a table of this kind, each judged on unrounded counts; a share of nothing passes
 * @throws CheckAssertionError when the profile lacks a column that is checked
 */
export function judgeTable(manifest: Manifest, profile: Profile, thresholds: Thresholds): JudgedCheck[] {
  const names = Object.keys(CHECKS) as CheckName[];
  return names
    .filter((name) => CHECKS[name].of === 'any table' || profile.kind === 'reviews')
    .map((name) => {
      const { unit } = CHECKS[name];
      const counted = CHECKS[name].counted(manifest, profile);
      const threshold = thresholdOf(thresholds[name]);
      return { name, unit, counted, threshold, status: statusOf(counted, unit, threshold) };
    });
}

/** Fail is worse than warn, and warn than pass; no checks at all would pass nothing, and cannot be. */
export function worstOf(checks: readonly Pick<Check, 'status'>[]): CheckStatus {
  const statuses = checks.map((check) => check.status);
  if (statuses.length === 0) throw new CheckAssertionError('without a check there is no status');
  return statuses.includes('fail') ? 'fail' : statuses.includes('warn') ? 'warn' : 'pass';
}

/** What the validation summary of a table says. @param profile of the same file version */
export function tableStatusOf(manifest: Manifest, profile: Profile, thresholds = pipeline.checks): CheckStatus {
  return worstOf(judgeTable(manifest, profile, thresholds));
}

function statusOf({ count, of }: Counted, unit: 'percent' | 'rows', threshold: Threshold): CheckStatus {
  if (unit === 'percent' && of === 0) return 'pass';
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
  if (cells === undefined) throw new CheckAssertionError(`the profile says nothing about the column ${column}`);
  return accepted(cells.missing, counts.accepted);
}

function accepted(count: number, of: number): Counted {
  return { count, of, of_what: 'accepted rows' };
}

function uploaded(count: number, of: number, what: string): Counted {
  return { count, of, of_what: `uploaded ${what}` };
}
