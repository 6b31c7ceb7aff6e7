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
import type { FileKind } from './read-rows.ts';

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

/** What a file of reviews has to say beside what every file has. */
export interface ReviewFacts {
  readonly readability: Profile['readability'];
  /** Kept rows by their rating in hundredths. */
  readonly ratings: ReadonlyMap<number, number>;
  /** Days from 1970-01-01, of kept rows; null where none has a date. */
  readonly reviewDays: { readonly first: number; readonly last: number } | null;
  readonly groups: Readonly<Record<SensitiveAttribute, ReadonlyMap<string, GroupCounts>>>;
  readonly idConflictRows: number;
}

const NO_REVIEWS: ReviewFacts = {
  readability: {
    ratings: { uploaded: 0, readable: 0, out_of_scale: 0 },
    dates: { uploaded: 0, readable: 0 },
    texts: { uploaded: 0, readable: 0 },
  },
  ratings: new Map(),
  reviewDays: null,
  groups: { gender_norm: new Map(), ethnicity_norm: new Map(), age_group: new Map() },
  idConflictRows: 0,
};

export class ProfileBuilder {
  readonly #rules = new Findings();
  readonly #quarantine = new Findings();
  readonly #duplicates = new Findings();
  readonly #recovered = new Map<string, number>();
  readonly #columns: readonly string[];
  #accepted = 0;
  #blankLines = 0;
  #missing: readonly number[] = [];
  #reviews = NO_REVIEWS;

  constructor(columns: readonly string[]) {
    this.#columns = columns;
  }

  get counts(): Counts {
    const duplicates = this.#duplicates.total;
    const quarantined = this.#quarantine.total;
    return { rows_read: this.#accepted + duplicates + quarantined, accepted: this.#accepted, duplicates, quarantined };
  }

  blank(count: number): void {
    this.#blankLines += count;
  }

  rule(name: string, line: number): void {
    this.#rules.add(name, line);
  }

  quarantined(reason: string, line: number): void {
    this.#quarantine.add(reason, line);
  }

  duplicate(rule: 'exact' | 'copy', line: number): void {
    this.#duplicates.add(rule, line);
  }

  recovered(column: string): void {
    this.#recovered.set(column, (this.#recovered.get(column) ?? 0) + 1);
  }

  accepted(count: number): void {
    this.#accepted += count;
  }

  /** @param missing accepted rows without a value, in the order of the columns */
  table(missing: readonly number[]): void {
    this.#missing = missing;
  }

  reviews(facts: ReviewFacts): void {
    this.#reviews = facts;
  }

  build(identity: string, kind: FileKind): Profile {
    const sorted = <T>(map: ReadonlyMap<string, T>) =>
      Object.fromEntries([...map].sort(([a], [b]) => (a < b ? -1 : 1)));
    const iso = (days: number) => new Date(days * 86_400_000).toISOString().slice(0, 10);
    const { readability, ratings, reviewDays, groups, idConflictRows } = this.#reviews;
    return {
      schema: 'tastetrend.profile/1',
      identity,
      kind,
      blank_lines: this.#blankLines,
      columns: Object.fromEntries(
        this.#columns.map((column, i) => {
          const missing = this.#missing[i] ?? 0;
          return [column, { present: this.#accepted - missing, missing }];
        }),
      ),
      rules: this.#rules.sorted(),
      quarantine: this.#quarantine.sorted(),
      duplicates: { exact: this.#duplicates.get('exact'), copy: this.#duplicates.get('copy') },
      recovered: sorted(this.#recovered),
      id_conflict_rows: idConflictRows,
      readability,
      ratings: Object.fromEntries([...ratings].sort(([a], [b]) => a - b).map(([key, n]) => [String(key), n])),
      review_dates: reviewDays === null ? null : { first: iso(reviewDays.first), last: iso(reviewDays.last) },
      groups: Object.fromEntries(SENSITIVE_ATTRIBUTES.map((attribute) => [attribute, sorted(groups[attribute])])),
    };
  }
}
