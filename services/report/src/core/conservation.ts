/** A report whose numbers do not add up must be impossible to write: this is where it becomes so. */
import { type GroupCounts, type Manifest, type Profile, SENSITIVE_ATTRIBUTES } from '@tastetrend/contracts';
import { ReportAssertionError } from '../errors.ts';

const FATES = ['accepted', 'duplicates', 'quarantined'] as const;

/**
 * Every row read is accepted, a duplicate or quarantined; the manifest says so when it is made, and is asked again here.
 * @returns accepted + duplicates + quarantined
 * @throws ReportAssertionError
 */
export function assertRowsConserved({ counts, source }: Manifest): number {
  const accountedFor = counts.accepted + counts.duplicates + counts.quarantined;
  assertEqual(accountedFor, counts.rows_read, `rows accounted for in ${source.key}`, 'rows read');
  return accountedFor;
}

/**
 * A profile counts the same rows as its manifest, column by column, reason by reason and group by group.
 * @throws ReportAssertionError naming the first count that disagrees
 */
export function assertProfileFits(manifest: Manifest, profile: Profile): void {
  const { counts, identity, kind } = manifest;
  if (profile.identity !== identity || profile.kind !== kind) {
    throw new ReportAssertionError(
      `the profile is of ${profile.kind} ${profile.identity}, the manifest of ${kind} ${identity}`,
    );
  }
  for (const [column, { present, missing }] of Object.entries(profile.columns)) {
    assertEqual(present + missing, counts.accepted, `cells of ${column}`, 'accepted rows');
  }
  const quarantined = sum(Object.values(profile.quarantine).map((reason) => reason.count));
  assertEqual(quarantined, counts.quarantined, 'rows over all quarantine reasons', 'quarantined rows');
  const { exact, copy } = profile.duplicates;
  assertEqual(exact.count + copy.count, counts.duplicates, 'exact duplicates and copies', 'duplicates');
  assertAtMost(profile.id_conflict_rows, counts.accepted, 'rows in an id conflict', 'accepted rows');
  assertReadable(manifest, profile);
  if (profile.kind === 'reviews') assertGroupsFit(manifest, profile);
}

function assertReadable({ counts }: Manifest, { readability }: Profile): void {
  for (const [what, { uploaded, readable }] of Object.entries(readability)) {
    assertAtMost(uploaded, counts.rows_read, `uploaded ${what}`, 'rows read');
    assertAtMost(readable, uploaded, `readable ${what}`, `uploaded ${what}`);
  }
  const { out_of_scale, readable } = readability.ratings;
  assertAtMost(out_of_scale, readable, 'ratings out of scale', 'readable ratings');
}

function assertGroupsFit({ counts }: Manifest, profile: Profile): void {
  const rated = sum(Object.values(profile.ratings));
  const ratingSum = sum(Object.entries(profile.ratings).map(([hundredths, rows]) => Number(hundredths) * rows));
  for (const attribute of SENSITIVE_ATTRIBUTES) {
    const groups = profile.groups[attribute] ?? {};
    for (const [group, cell] of Object.entries(groups)) assertGroupFits(`${attribute} ${group}`, cell);
    const total = (field: keyof GroupCounts) => sum(Object.values(groups).map((cell) => cell[field]));
    assertEqual(total('uploaded'), counts.rows_read, `uploaded rows over all groups of ${attribute}`, 'rows read');
    for (const fate of FATES) {
      assertEqual(total(fate), counts[fate], `${fate} over all groups of ${attribute}`, `${fate} of the manifest`);
    }
    assertEqual(total('rated'), rated, `rated rows over all groups of ${attribute}`, 'ratings of the profile');
    assertEqual(total('rating_sum_hundredths'), ratingSum, `ratings over all groups of ${attribute}`, 'their sum');
  }
}

function assertGroupFits(group: string, cell: GroupCounts): void {
  assertEqual(sum(FATES.map((fate) => cell[fate])), cell.uploaded, `rows by fate of ${group}`, 'its uploaded rows');
  assertAtMost(cell.rated + cell.missing_rating, cell.accepted, `rated and unrated rows of ${group}`, 'accepted');
  assertAtMost(cell.missing_text, cell.accepted, `rows without text of ${group}`, 'accepted');
  assertAtMost(cell.missing_total_spent, cell.accepted, `rows without total_spent of ${group}`, 'accepted');
  assertAtMost(cell.rating_4_or_more, cell.rated, `rows rated 4 or more of ${group}`, 'rated');
  assertAtMost(cell.rating_sum_hundredths, 500 * cell.rated, `sum of ratings of ${group}`, '5 a rated row');
}

function assertEqual(found: number, expected: number, what: string, whatExpected: string): void {
  if (found !== expected) throw new ReportAssertionError(`${what}: ${found}, but ${whatExpected}: ${expected}`);
}

function assertAtMost(found: number, most: number, what: string, whatMost: string): void {
  if (found > most) throw new ReportAssertionError(`${what}: ${found}, more than ${whatMost}: ${most}`);
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
