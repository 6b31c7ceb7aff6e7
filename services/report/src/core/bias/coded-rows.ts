/**
 * The accepted rows of a table as codes in typed arrays: all that the bias summary asks of a row, in 18 bytes, and neither a
 * name, a text nor an id. Filled column by column, in the order of the table.
 */
import { GROUPS, type Profile, SENSITIVE_ATTRIBUTES, type SensitiveAttribute } from '@tastetrend/contracts';
import { ReportAssertionError } from '../../errors.ts';
import { ReviewIds } from './review-ids.ts';

export const MISSING_GROUP = 'missing';
export const UNREADABLE_GROUP = 'unreadable';

/** More groups than any vocabulary has: past it a table is not ours. */
const GROUPS_MAX = 64;
/** Locations that are strata of their own; all others are one more. */
const LOCATIONS_MAX = 15;
/** No value, where 0 is one. */
export const NONE = -1;
/** ln(1 + total_spent) is kept in millionths, so that sums of it are exact, and the same in any order. */
export const LOG_SPENT_UNIT = 1e-6;

type Cells = ArrayLike<unknown>;

/** The columns of the table that may be read, and no other. */
const NEEDED_COLUMNS = [
  'review_id',
  'rating_1_5',
  'location',
  'total_spent',
  'party_size',
  'age_range',
  'gender',
  'ethnicity',
  'gender_norm',
  'ethnicity_norm',
  'age_group',
  'review_length',
] as const;
export type NeededColumn = (typeof NEEDED_COLUMNS)[number];

/** Where the uploaded value of a sensitive attribute lies: it tells a missing group from one that could not be read. */
const UPLOADED = {
  gender: 'gender_norm',
  ethnicity: 'ethnicity_norm',
  age_range: 'age_group',
} as const satisfies Partial<Record<NeededColumn, SensitiveAttribute>>;

/**
 * The columns that a table has to be read for: the uploaded value of an attribute only where the profile knows of accepted
 * rows whose group could not be read.
 */
export function columnsFor(groups: Profile['groups']): NeededColumn[] {
  return NEEDED_COLUMNS.filter((column) => {
    const attribute = (UPLOADED as Partial<Record<NeededColumn, SensitiveAttribute>>)[column];
    return attribute === undefined || (groups[attribute]?.[UNREADABLE_GROUP]?.accepted ?? 0) > 0;
  });
}

export class CodedRows {
  readonly rows: number;
  /** Number of the review_id; a row without one has one of its own. */
  readonly review: Uint32Array;
  readonly groups: Readonly<Record<SensitiveAttribute, Uint8Array>>;
  /** In hundredths; 0 where there is none. */
  readonly rating: Uint16Array;
  /** ln(1 + total_spent) in millionths; `NONE` where there is none. */
  readonly logSpent: Int32Array;
  readonly hasText: Uint8Array;
  /** 0: missing; from 1 on in the order of first appearance, the last one for all that are too many. */
  readonly location: Uint8Array;
  /** 0: missing; 1, 2, 3–4, 5 and more. */
  readonly partyBand: Uint8Array;
  readonly #names: Record<SensitiveAttribute, string[]>;
  readonly #uploaded: Record<SensitiveAttribute, Uint8Array>;
  readonly #locations = new Map<string, number>();
  #ids = new ReviewIds();
  #reviews = 0;

  constructor(rows: number) {
    this.rows = rows;
    this.review = new Uint32Array(rows);
    const bytes = () => ({
      gender_norm: new Uint8Array(rows),
      ethnicity_norm: new Uint8Array(rows),
      age_group: new Uint8Array(rows),
    });
    this.groups = bytes();
    this.#uploaded = bytes();
    this.rating = new Uint16Array(rows);
    this.logSpent = new Int32Array(rows);
    this.hasText = new Uint8Array(rows);
    this.location = new Uint8Array(rows);
    this.partyBand = new Uint8Array(rows);
    const named = (attribute: SensitiveAttribute) => [MISSING_GROUP, UNREADABLE_GROUP, ...GROUPS[attribute]];
    this.#names = {
      gender_norm: named('gender_norm'),
      ethnicity_norm: named('ethnicity_norm'),
      age_group: named('age_group'),
    };
  }

  /** Different review_ids, each row without one counted as one. */
  get reviews(): number {
    return this.#reviews;
  }

  /** Different locations that are strata of their own. */
  get locations(): number {
    return this.#locations.size;
  }

  /** The names of an attribute's groups by their codes: missing, unreadable, the vocabulary, what else was found. */
  namesOf(attribute: SensitiveAttribute): readonly string[] {
    return this.#names[attribute];
  }

  /**
   * A column's next cells, from row `start` on.
   * @param cells as parquet has them; of review_id the number that `reviewNumber` gives, or null
   */
  fill(column: NeededColumn, cells: Cells, start: number): void {
    switch (column) {
      case 'review_id':
        for (let i = 0; i < cells.length; i++) {
          const number = cells[i] as number | null | undefined;
          this.review[start + i] = number ?? this.#ids.ofNoId();
        }
        return;
      case 'rating_1_5':
        for (let i = 0; i < cells.length; i++) {
          this.rating[start + i] = Math.round(((cells[i] as number | null | undefined) ?? 0) * 100);
        }
        return;
      case 'total_spent':
        for (let i = 0; i < cells.length; i++) {
          const spent = cells[i] as number | null | undefined;
          this.logSpent[start + i] = spent == null ? NONE : Math.round(Math.log1p(spent) / LOG_SPENT_UNIT);
        }
        return;
      case 'review_length':
        for (let i = 0; i < cells.length; i++) this.hasText[start + i] = cells[i] == null ? 0 : 1;
        return;
      case 'party_size':
        for (let i = 0; i < cells.length; i++) {
          this.partyBand[start + i] = partyBandOf(cells[i] as number | null | undefined);
        }
        return;
      case 'location':
        for (let i = 0; i < cells.length; i++) this.location[start + i] = this.#locationOf(cells[i] as string | null);
        return;
      case 'gender':
      case 'ethnicity':
      case 'age_range': {
        const uploaded = this.#uploaded[UPLOADED[column]];
        for (let i = 0; i < cells.length; i++) uploaded[start + i] = cells[i] == null ? 0 : 1;
        return;
      }
      case 'gender_norm':
      case 'ethnicity_norm':
      case 'age_group': {
        const codes = this.groups[column];
        for (let i = 0; i < cells.length; i++) codes[start + i] = this.#groupOf(column, cells[i] as string | null);
      }
    }
  }

  /** The number that stands for a review_id in `fill`. @param id its bytes */
  reviewNumber(id: Uint8Array): number {
    return this.#ids.of(id);
  }

  /** To be called when all columns are filled: tells the rows without a group from those whose group is unreadable. */
  finish(): this {
    this.#reviews = this.#ids.count;
    this.#ids = new ReviewIds();
    for (const attribute of SENSITIVE_ATTRIBUTES) {
      const codes = this.groups[attribute];
      const uploaded = this.#uploaded[attribute];
      for (let row = 0; row < codes.length; row++) {
        if (codes[row] === 0 && uploaded[row] === 1) codes[row] = 1;
      }
    }
    return this;
  }

  #groupOf(attribute: SensitiveAttribute, norm: string | null | undefined): number {
    if (norm == null) return 0;
    const names = this.#names[attribute];
    const known = names.indexOf(norm, 2);
    if (known >= 0) return known;
    if (names.length === GROUPS_MAX) throw new ReportAssertionError(`${attribute} has over ${GROUPS_MAX} groups`);
    return names.push(norm) - 1;
  }

  #locationOf(name: string | null | undefined): number {
    if (name == null) return 0;
    const known = this.#locations.get(name);
    if (known !== undefined) return known;
    if (this.#locations.size === LOCATIONS_MAX) return LOCATIONS_MAX + 1;
    this.#locations.set(name, this.#locations.size + 1);
    return this.#locations.size;
  }
}

function partyBandOf(size: number | null | undefined): number {
  if (size == null) return 0;
  if (size <= 2) return Math.max(1, size);
  return size <= 4 ? 3 : 4;
}
