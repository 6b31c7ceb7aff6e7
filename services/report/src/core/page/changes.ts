/** What a comparison says, in words and in the order of what matters: shared by its page and the list of uploads. */
import type { Comparison, ShareChange } from '@tastetrend/contracts';
import { decimal, groupName, share, signed, signedPoints } from './format.ts';

/** One figure that was tested. */
export interface Change {
  readonly title: string;
  readonly before: string;
  readonly now: string;
  /** How it changed, and what it is to be read against. */
  readonly by: string;
  readonly flagged: boolean;
  readonly qValue: number;
}

const ATTRIBUTES: Readonly<Record<string, string>> = {
  gender_norm: 'Gender',
  ethnicity_norm: 'Ethnicity',
  age_group: 'Age',
};

export function attributeName(attribute: string): string {
  return ATTRIBUTES[attribute] ?? attribute;
}

/**
 * What is more than chance first; among these, and among the others, the least likely by chance first. Ratings lead
 * theirs: they are what one asks for, and their p-value is never below one of so many draws, however sure the change is.
 */
export function changesOf({ missing, groups, ratings }: Comparison): Change[] {
  const others = groups.filter((group) => !missing.some((column) => isSameFigure(column, group)));
  const all = [...missing, ...others].map(shareChange).sort((a, b) => a.qValue - b.qValue);
  if (ratings !== null) all.unshift(ratingChange(ratings));
  // Sorting is stable: the comparison's own order decides between equals.
  return all.sort((a, b) => Number(b.flagged) - Number(a.flagged));
}

const COLUMN_OF: Readonly<Record<string, string>> = {
  gender_norm: 'gender',
  ethnicity_norm: 'ethnicity',
  age_group: 'age_range',
};

/** The group of those who gave no answer is what its column lacks, and is said once. */
function isSameFigure(column: ShareChange, { what, before, now }: ShareChange): boolean {
  if (!('column' in column.what) || !('group' in what) || what.group !== 'missing') return false;
  const isOfColumn = COLUMN_OF[what.attribute] === column.what.column;
  return isOfColumn && column.before.count === before.count && column.now.count === now.count;
}

function ratingChange({ mean, total_variation: distance }: NonNullable<Comparison['ratings']>): Change {
  const moved = signed(mean.change);
  return {
    title: 'Ratings, on average',
    before: decimal(mean.before),
    now: decimal(mean.now),
    by: `mean ${moved} (${signed(mean.low)} to ${signed(mean.high)}); ${share(distance.value)} of ratings moved, where chance alone moves up to ${share(distance.noise_floor)}`,
    flagged: distance.flagged,
    qValue: distance.q_value,
  };
}

function shareChange(change: ShareChange): Change {
  return {
    title: titleOf(change),
    before: share(change.before.share),
    now: share(change.now.share),
    by: `${signedPoints(change.change)} points (${intervalOf(change)})`,
    flagged: change.flagged,
    qValue: change.q_value,
  };
}

function titleOf({ what }: ShareChange): string {
  return 'column' in what
    ? `Without ${what.column.replaceAll('_', ' ')}`
    : `${attributeName(what.attribute)}: ${groupName(what.group).toLowerCase()}`;
}

/** 95 %, in points. */
export function intervalOf({ low, high }: ShareChange): string {
  return `${signedPoints(low)} to ${signedPoints(high)}`;
}
