/** Counts what the report will say, while the rows pass by. Integers only, so that profiles add up in any order. */
import {
  type Counts,
  type Finding,
  type GroupCounts,
  limitOf,
  type Profile,
  SENSITIVE_ATTRIBUTES,
  type SensitiveAttribute,
} from '@tastetrend/contracts';
import type { CleanReview } from './clean-review.ts';
import type { FileKind } from './read-rows.ts';

/** What a row's groups are called where there is no group. */
const MISSING_GROUP = 'missing';
const UNREADABLE_GROUP = 'unreadable';

type Disposition = 'accepted' | 'duplicates' | 'quarantined';

class Findings {
  readonly #firstLinesMax = limitOf('first_lines_max');
  readonly #found = new Map<string, Finding>();

  add(name: string, line: number): void {
    let finding = this.#found.get(name);
    if (finding === undefined) {
      finding = { count: 0, first_lines: [] };
      this.#found.set(name, finding);
    }
    finding.count += 1;
    if (finding.first_lines.length < this.#firstLinesMax) finding.first_lines.push(line);
  }

  get(name: string): Finding {
    return this.#found.get(name) ?? { count: 0, first_lines: [] };
  }

  get total(): number {
    let total = 0;
    for (const { count } of this.#found.values()) total += count;
    return total;
  }

  sorted(): Record<string, Finding> {
    return Object.fromEntries([...this.#found].sort(([a], [b]) => (a < b ? -1 : 1)));
  }
}

/** The group of a cell: its norm, `missing` when nothing was uploaded, `unreadable` when we do not know the word. */
function groupOf(norm: string | null, uploaded: string | null): string {
  return norm ?? (uploaded === null ? MISSING_GROUP : UNREADABLE_GROUP);
}

export class ProfileBuilder {
  readonly #rules = new Findings();
  readonly #quarantine = new Findings();
  readonly #duplicates = new Findings();
  readonly #recovered = new Map<string, number>();
  readonly #ratings = new Map<number, number>();
  readonly #groups: Record<SensitiveAttribute, Map<string, GroupCounts>> = {
    gender_norm: new Map(),
    ethnicity_norm: new Map(),
    age_group: new Map(),
  };
  readonly #readability = {
    ratings: { uploaded: 0, readable: 0, out_of_scale: 0 },
    dates: { uploaded: 0, readable: 0 },
    texts: { uploaded: 0, readable: 0 },
  };
  #accepted = 0;
  #idConflictRows = 0;
  #blankLines = 0;
  #firstDays = Number.POSITIVE_INFINITY;
  #lastDays = Number.NEGATIVE_INFINITY;
  readonly #columns: readonly string[];
  /** Accepted rows with a value, in the order of the columns. */
  readonly #present: Int32Array;

  constructor(columns: readonly string[]) {
    this.#columns = columns;
    this.#present = new Int32Array(columns.length);
  }

  get counts(): Counts {
    const duplicates = this.#duplicates.total;
    const quarantined = this.#quarantine.total;
    return { rows_read: this.#accepted + duplicates + quarantined, accepted: this.#accepted, duplicates, quarantined };
  }

  blank(): void {
    this.#blankLines += 1;
  }

  rule(name: string, line: number): void {
    this.#rules.add(name, line);
  }

  /** A row that was read, before it is known what becomes of it. */
  read(review: CleanReview, line: number): void {
    for (const rule of review.applied) this.#rules.add(rule, line);
    const { ratings, dates, texts } = this.#readability;
    const isRatingUnread = review.applied.includes('rating_unreadable');
    if (review.ratingRaw !== null) ratings.uploaded += 1;
    if (review.ratingRaw !== null && !isRatingUnread) ratings.readable += 1;
    if (review.applied.includes('rating_out_of_scale')) ratings.out_of_scale += 1;
    if (review.reviewDays !== null || review.unread.review_date !== undefined) dates.uploaded += 1;
    if (review.reviewDays !== null) dates.readable += 1;
    if (review.text !== null) {
      texts.uploaded += 1;
      texts.readable += 1;
    }
  }

  quarantined(reason: string, line: number): void {
    this.#quarantine.add(reason, line);
    for (const attribute of SENSITIVE_ATTRIBUTES) this.#group(attribute, UNREADABLE_GROUP, 'quarantined');
  }

  duplicate(rule: 'exact' | 'copy', line: number, review?: CleanReview): void {
    this.#duplicates.add(rule, line);
    if (review !== undefined) this.#groupsOf(review, 'duplicates');
  }

  recovered(column: string): void {
    this.#recovered.set(column, (this.#recovered.get(column) ?? 0) + 1);
  }

  /** A row of the table, with the review behind it where it is one. */
  accepted(row: Readonly<Record<string, unknown>>, review?: CleanReview, idConflict = false): void {
    this.#accepted += 1;
    for (let i = 0; i < this.#columns.length; i++) {
      if (row[this.#columns[i] as string] !== null) this.#present[i] = (this.#present[i] as number) + 1;
    }
    if (review === undefined) return;
    if (idConflict) this.#idConflictRows += 1;
    if (review.reviewDays !== null) {
      this.#firstDays = Math.min(this.#firstDays, review.reviewDays);
      this.#lastDays = Math.max(this.#lastDays, review.reviewDays);
    }
    if (review.rating !== null) {
      const hundredths = Math.round(review.rating * 100);
      this.#ratings.set(hundredths, (this.#ratings.get(hundredths) ?? 0) + 1);
    }
    for (const counts of this.#groupsOf(review, 'accepted')) {
      if (review.text === null) counts.missing_text += 1;
      if (row.total_spent === null) counts.missing_total_spent += 1;
      if (review.rating === null) {
        counts.missing_rating += 1;
      } else {
        counts.rated += 1;
        counts.rating_sum_hundredths += Math.round(review.rating * 100);
        if (review.rating >= 4) counts.rating_4_or_more += 1;
      }
    }
  }

  #groupsOf(review: CleanReview, disposition: Disposition): GroupCounts[] {
    return [
      this.#group('gender_norm', groupOf(review.genderNorm, review.gender), disposition),
      this.#group('ethnicity_norm', groupOf(review.ethnicityNorm, review.ethnicity), disposition),
      this.#group('age_group', groupOf(review.ageGroup, review.ageRange), disposition),
    ];
  }

  #group(attribute: SensitiveAttribute, group: string, disposition: Disposition): GroupCounts {
    let counts = this.#groups[attribute].get(group);
    if (counts === undefined) {
      counts = {
        uploaded: 0,
        accepted: 0,
        duplicates: 0,
        quarantined: 0,
        missing_rating: 0,
        missing_text: 0,
        missing_total_spent: 0,
        rated: 0,
        rating_sum_hundredths: 0,
        rating_4_or_more: 0,
      };
      this.#groups[attribute].set(group, counts);
    }
    counts.uploaded += 1;
    counts[disposition] += 1;
    return counts;
  }

  build(identity: string, kind: FileKind): Profile {
    const sorted = <T>(map: ReadonlyMap<string, T>) =>
      Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
    const iso = (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10);
    const hasDates = this.#firstDays <= this.#lastDays;
    return {
      schema: 'tastetrend.profile/1',
      identity,
      kind,
      blank_lines: this.#blankLines,
      columns: Object.fromEntries(
        this.#columns.map((column, i) => {
          const present = this.#present[i] as number;
          return [column, { present, missing: this.#accepted - present }];
        }),
      ),
      rules: this.#rules.sorted(),
      quarantine: this.#quarantine.sorted(),
      duplicates: { exact: this.#duplicates.get('exact'), copy: this.#duplicates.get('copy') },
      recovered: sorted(this.#recovered),
      id_conflict_rows: this.#idConflictRows,
      readability: this.#readability,
      ratings: Object.fromEntries([...this.#ratings].sort(([a], [b]) => a - b).map(([key, n]) => [String(key), n])),
      review_dates: hasDates ? { first: iso(this.#firstDays), last: iso(this.#lastDays) } : null,
      groups: Object.fromEntries(SENSITIVE_ATTRIBUTES.map((attribute) => [attribute, sorted(this.#groups[attribute])])),
    };
  }
}
