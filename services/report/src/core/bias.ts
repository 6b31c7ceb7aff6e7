/** The bias summary of one file version: how groups fared in it, and whom the cleaning dropped. */
import {
  type Bias,
  type BiasAttribute,
  type BiasGroup,
  type BiasMeasure,
  GROUPS,
  type GroupCounts,
  type Manifest,
  type Profile,
  type RowFates,
  SENSITIVE_ATTRIBUTES,
  type SensitiveAttribute,
  type SmallGroups,
} from '@tastetrend/contracts';
import { ReportAssertionError } from '../errors.ts';
import { assertProfileFits, assertRowsConserved } from './conservation.ts';
import { reportedVersionOf } from './reported-version.ts';
import { roundedQuotient } from './rounding.ts';
import { byName } from './serialise.ts';
import { partitionBySize } from './small-groups.ts';

const DECIMALS = 6;

/**
 * @param profile null unless a table was made
 * @param groupRowsMin the fewest accepted rows of a group that is shown by itself, and the fewest rows under a measure
 * @throws ReportAssertionError when the manifest is of a folder marker, or its counts and the profile's disagree
 */
export function biasOf(manifest: Manifest, profile: Profile | null, groupRowsMin: number): Bias {
  assertRowsConserved(manifest);
  if (profile !== null) assertProfileFits(manifest, profile);
  const facts = { schema: 'tastetrend.bias/1', ...reportedVersionOf(manifest) } as const;
  const limits = { group_rows_min: groupRowsMin, counts: manifest.counts };
  const reason = reasonNotToMeasure(manifest);
  if (reason !== null) {
    return { ...facts, status: 'not_applicable', reason, ...limits, overall: null, attributes: [] };
  }
  if (profile === null) throw new ReportAssertionError(`${manifest.identity} has a table, but no profile`);
  const all = added(Object.values(profile.groups[SENSITIVE_ATTRIBUTES[0]] ?? {}));
  return {
    ...facts,
    status: 'measured',
    reason: null,
    ...limits,
    overall: { rows: fatesOf(all), ...measuresOf(all, groupRowsMin) },
    attributes: SENSITIVE_ATTRIBUTES.map((attribute) => attributeOf(attribute, profile, all, groupRowsMin)),
  };
}

function reasonNotToMeasure({ outcome, kind }: Manifest): string | null {
  if (outcome === 'rejected') return 'The file was rejected as a whole, so there are no rows to compare.';
  if (outcome === 'gone') return 'The version was deleted before it was read, so there are no rows to compare.';
  return kind === 'restaurant_info' ? 'Restaurant info is about restaurants: it says nothing of any guest.' : null;
}

function attributeOf(
  attribute: SensitiveAttribute,
  profile: Profile,
  all: GroupCounts,
  rowsMin: number,
): BiasAttribute {
  const counts = profile.groups[attribute] ?? {};
  const cellOf = (group: string) => counts[group] ?? added([]);
  const { shown, pooled, addedForProtection, poolIsTooSmall } = partitionBySize(
    peopleGroups(attribute, counts),
    cellOf,
    rowsMin,
  );
  // With every known group below the minimum, the measures of the others would give theirs away by subtraction.
  const shownAs = (group: string) => groupOf(group, cellOf(group), all, rowsMin, poolIsTooSmall);
  return {
    attribute,
    groups: shown.map(shownAs),
    small_groups: poolIsTooSmall
      ? withheldPool(pooled)
      : poolOf(pooled, addedForProtection, added(pooled.map(cellOf)), all, rowsMin),
    missing: shownAs('missing'),
    unreadable: shownAs('unreadable'),
  };
}

/** The attribute's vocabulary, with groups that only a newer transform knows after it, by name. */
function peopleGroups(attribute: SensitiveAttribute, counts: Profile['groups'][string]): string[] {
  const known = GROUPS[attribute];
  const others = Object.keys(counts).filter((group) => ![...known, 'missing', 'unreadable'].includes(group));
  return [...known, ...others.sort(byName)];
}

function groupOf(group: string, cell: GroupCounts, all: GroupCounts, rowsMin: number, withheld: boolean): BiasGroup {
  return {
    group,
    rows: fatesOf(cell),
    ...sharesOf(cell, all),
    ...(withheld ? measuresWithheld('attribute_too_small') : measuresOf(cell, rowsMin)),
  };
}

function poolOf(
  members: readonly string[],
  addedForProtection: string | null,
  cell: GroupCounts,
  all: GroupCounts,
  rowsMin: number,
): SmallGroups {
  return {
    members: [...members],
    added_for_protection: addedForProtection,
    suppressed: false,
    rows: fatesOf(cell),
    ...sharesOf(cell, all),
    ...measuresOf(cell, rowsMin),
  };
}

function withheldPool(members: readonly string[]): SmallGroups {
  const reason = 'attribute_too_small';
  const none = withheld(reason);
  return {
    members: [...members],
    added_for_protection: null,
    suppressed: true,
    rows: null,
    shares: { uploaded: none, accepted: none, duplicates: none, quarantined: none },
    share_change: none,
    ...measuresWithheld(reason),
  };
}

function sharesOf(cell: GroupCounts, all: GroupCounts) {
  const shares = {
    uploaded: quotient(cell.uploaded, all.uploaded),
    accepted: quotient(cell.accepted, all.accepted),
    duplicates: quotient(cell.duplicates, all.duplicates),
    quarantined: quotient(cell.quarantined, all.quarantined),
  };
  return { shares, share_change: shareChange(cell, all) };
}

/** accepted / all accepted − uploaded / all uploaded, on one denominator, so that it is rounded once. */
function shareChange(cell: GroupCounts, all: GroupCounts): BiasMeasure {
  if (all.accepted === 0) return { value: null, rows: 0, reason: 'no_rows' };
  const [accepted, allAccepted] = [BigInt(cell.accepted), BigInt(all.accepted)];
  const [uploaded, allUploaded] = [BigInt(cell.uploaded), BigInt(all.uploaded)];
  const difference = accepted * allUploaded - uploaded * allAccepted;
  const value = roundedQuotient(difference, allAccepted * allUploaded, DECIMALS);
  return { value, rows: all.accepted, reason: null };
}

function measuresOf(cell: GroupCounts, rowsMin: number) {
  const { uploaded, accepted, rated } = cell;
  const over = (part: number, whole: number, unit = 1) => quotient(part, whole, unit, rowsMin);
  return {
    kept_rate: over(accepted, uploaded),
    rating_mean: over(cell.rating_sum_hundredths, rated, 100),
    rating_4_or_more_share: over(cell.rating_4_or_more, rated),
    missing: {
      rating: over(cell.missing_rating, accepted),
      text: over(cell.missing_text, accepted),
      total_spent: over(cell.missing_total_spent, accepted),
    },
  };
}

function measuresWithheld(reason: string) {
  const none = withheld(reason);
  return {
    kept_rate: none,
    rating_mean: none,
    rating_4_or_more_share: none,
    missing: { rating: none, text: none, total_spent: none },
  };
}

function withheld(reason: string): BiasMeasure {
  return { value: null, rows: null, reason };
}

/** part / (whole × unit); null over nothing, and over fewer rows than the minimum. */
function quotient(part: number, whole: number, unit = 1, rowsMin = 1): BiasMeasure {
  if (whole === 0) return { value: null, rows: 0, reason: 'no_rows' };
  if (whole < rowsMin) return { value: null, rows: whole, reason: 'below_minimum' };
  const value = roundedQuotient(BigInt(part), BigInt(whole) * BigInt(unit), DECIMALS);
  return { value, rows: whole, reason: null };
}

function fatesOf({ uploaded, accepted, duplicates, quarantined }: GroupCounts): RowFates {
  return { uploaded, accepted, duplicates, quarantined };
}

function added(cells: readonly GroupCounts[]): GroupCounts {
  const total = (field: keyof GroupCounts) => cells.reduce((sum, cell) => sum + cell[field], 0);
  return {
    uploaded: total('uploaded'),
    accepted: total('accepted'),
    duplicates: total('duplicates'),
    quarantined: total('quarantined'),
    missing_rating: total('missing_rating'),
    missing_text: total('missing_text'),
    missing_total_spent: total('missing_total_spent'),
    rated: total('rated'),
    rating_sum_hundredths: total('rating_sum_hundredths'),
    rating_4_or_more: total('rating_4_or_more'),
  };
}
