/** Rows counted by their groups of gender, ethnicity and age together, so that any of them, and any pair, adds up. */
import { GROUPS, type GroupCounts, type SensitiveAttribute } from '@tastetrend/contracts';
import { kernels, Region } from './kernels.ts';
import type { ReviewVectors } from './review-vectors.ts';

/** What a row's group is called where there is none: nothing was uploaded, or a word that we do not know. */
const MISSING_GROUP = 'missing';
const UNREADABLE_GROUP = 'unreadable';

/** The groups of an attribute, numbered. */
class GroupNames {
  readonly names: readonly string[];

  constructor(attribute: SensitiveAttribute) {
    this.names = [...GROUPS[attribute], MISSING_GROUP, UNREADABLE_GROUP];
  }

  /** The group of a cell: its norm, or why it has none. */
  of(norm: string | null, uploaded: string | null): number {
    return this.names.indexOf(norm ?? (uploaded === null ? MISSING_GROUP : UNREADABLE_GROUP));
  }
}

export const genderGroups = new GroupNames('gender_norm');
export const ethnicityGroups = new GroupNames('ethnicity_norm');
export const ageGroups = new GroupNames('age_group');

/** Places of the three numbers in a combination's: the constants of kernels/table.ts. */
const ATTRIBUTES = [
  { attribute: 'gender_norm', groups: genderGroups, shift: 8 },
  { attribute: 'ethnicity_norm', groups: ethnicityGroups, shift: 4 },
  { attribute: 'age_group', groups: ageGroups, shift: 0 },
] as const;
const COMBINATIONS = 1 << 12;
const COUNTERS = 8;

/** The kernels count into it; see `tally` in kernels/table.ts. */
export class GroupTally {
  readonly #counters = new Region(COMBINATIONS * COUNTERS * 8);
  readonly #groups = new Region(16);

  constructor() {
    this.#counters.clear();
  }

  /** Counts the rows whose numbers stand at `rows`; of kept rows also what is missing, and their ratings. */
  count(vectors: ReviewVectors, rows: number, n: number, isKept: boolean): void {
    const { gender, ethnicity, age_range, rating } = vectors.lexicons;
    this.#groups.u32.set([gender, ethnicity, age_range].map(({ addresses }) => addresses.groups));
    const { address, rowsMax } = vectors;
    const ratings = rating.addresses.numbers;
    kernels.tally(address, rowsMax, rows, n, isKept, this.#groups.address, ratings, this.#counters.address);
  }

  /** By attribute and group. @param quarantined rows whose groups cannot be read */
  counts(quarantined: number): Record<SensitiveAttribute, Map<string, GroupCounts>> {
    const counters = this.#counters.f64;
    const sums = {} as Record<SensitiveAttribute, Map<string, GroupCounts>>;
    for (const { attribute, groups, shift } of ATTRIBUTES) {
      const found = new Map<string, GroupCounts>();
      const of = (name: string) => {
        const counts = found.get(name) ?? noRows();
        found.set(name, counts);
        return counts;
      };
      for (let combination = 0; combination < COMBINATIONS; combination++) {
        const at = combination * COUNTERS;
        const accepted = counters[at] as number;
        const duplicates = counters[at + 1] as number;
        if (accepted + duplicates === 0) continue;
        const name = groups.names[(combination >> shift) & 15] as string;
        const counts = of(name);
        counts.uploaded += accepted + duplicates;
        counts.accepted += accepted;
        counts.duplicates += duplicates;
        counts.missing_text += counters[at + 2] as number;
        counts.missing_total_spent += counters[at + 3] as number;
        counts.missing_rating += counters[at + 4] as number;
        counts.rated += counters[at + 5] as number;
        counts.rating_sum_hundredths += counters[at + 6] as number;
        counts.rating_4_or_more += counters[at + 7] as number;
      }
      if (quarantined > 0) {
        const counts = of(UNREADABLE_GROUP);
        counts.uploaded += quarantined;
        counts.quarantined += quarantined;
      }
      sums[attribute] = found;
    }
    return sums;
  }

  release(): void {
    this.#counters.release();
    this.#groups.release();
  }
}

function noRows(): GroupCounts {
  return {
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
}
