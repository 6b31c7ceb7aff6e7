import type { MalformedKind } from './malformed.ts';
import type { DateFormat } from './review-date.ts';
import type { ReviewRow } from './review-row.ts';

/** Columns whose values a copy may have while its original lacks them, by their names in the processed table. */
export type RecoverableColumn = 'customer_name' | 'rating' | 'total_spent';

/** What a right reader of a generated file must find, as counts. rows = accepted + duplicates + quarantined. */
export interface FileTruth {
  readonly rows: number;
  readonly accepted: number;
  readonly duplicates: number;
  readonly quarantined: Readonly<Record<MalformedKind, number>>;
  /** Ratings and dates present among the accepted rows and the duplicates; each can be read. */
  readonly uploadedRatings: number;
  readonly uploadedDates: number;
  /** Values that a copy has and its original lacks. */
  readonly recoverable: Readonly<Record<RecoverableColumn, number>>;
  /** Accepted rows whose id occurs in another accepted row. */
  readonly acceptedSharingId: number;
  /** Different review ids, without suffix. */
  readonly distinctIds: number;
}

/** What is true of one generated row; rows are in file order. */
export interface RowTruth {
  /** Physical line on which the row starts; the header is line 1. */
  readonly line: number;
  /** As written, in the order of the header. */
  readonly fields: readonly string[];
  /** The id without suffix. */
  readonly reviewId: string;
  /** YYYY-MM-DD. */
  readonly date: string;
  readonly dateFormat: DateFormat;
  /** 1 to 5, whether the row states it or leaves it out. */
  readonly rating: number;
  readonly ratingIsUploaded: boolean;
  /** Index (from 0) of the row that this one repeats; null for an accepted row. */
  readonly copyOf: number | null;
  /** The fields, as its copy writes them, that an accepted row lacks. */
  readonly recoverable: Readonly<Partial<Record<RecoverableColumn, string>>>;
}

/** Counts rows as they are written. */
export class TruthTally {
  readonly #quarantined = { too_few_fields: 0, too_many_fields: 0 };
  readonly #recoverable = { customer_name: 0, rating: 0, total_spent: 0 };
  #accepted = 0;
  #duplicates = 0;
  #ratings = 0;
  #sharingId = 0;
  #ids = 0;

  /** An id with this many accepted rows. */
  id(acceptedRows: number): void {
    this.#ids++;
    if (acceptedRows > 1) this.#sharingId += acceptedRows;
  }

  accepted(row: ReviewRow): void {
    this.#accepted++;
    if (!row.lacks.rating) this.#ratings++;
  }

  duplicate(copy: ReviewRow, original: ReviewRow): void {
    this.#duplicates++;
    if (!copy.lacks.rating) this.#ratings++;
    for (const column of lackedByOriginal(copy, original)) this.#recoverable[column]++;
  }

  malformed(kind: MalformedKind): void {
    this.#quarantined[kind]++;
  }

  result(): FileTruth {
    const { too_few_fields, too_many_fields } = this.#quarantined;
    return {
      rows: this.#accepted + this.#duplicates + too_few_fields + too_many_fields,
      accepted: this.#accepted,
      duplicates: this.#duplicates,
      quarantined: { ...this.#quarantined },
      uploadedRatings: this.#ratings,
      uploadedDates: this.#accepted + this.#duplicates,
      recoverable: { ...this.#recoverable },
      acceptedSharingId: this.#sharingId,
      distinctIds: this.#ids,
    };
  }
}

/** The columns that the copy states and its original leaves out. */
export function lackedByOriginal(copy: ReviewRow, original: ReviewRow): RecoverableColumn[] {
  const columns: RecoverableColumn[] = [];
  if (original.lacks.name && !copy.lacks.name) columns.push('customer_name');
  if (original.lacks.rating && !copy.lacks.rating) columns.push('rating');
  if (original.lacks.total && !copy.lacks.total) columns.push('total_spent');
  return columns;
}
