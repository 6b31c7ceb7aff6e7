/**
 * Fingerprints of a row, 128 bits each, over the uploaded values as parsed, before anything is filled in or recovered.
 * What is compared within a file is hashed fast; who a review is, in any file, is SHA-256 cut to 128 bits.
 */
import { hash } from 'node:crypto';
import type { CleanReview } from './clean-review.ts';
import type { ReviewField } from './columns.ts';
import { hash128 } from './hash128.ts';

/** 16 bytes. */
export type Fingerprint = Buffer;

type Part = string | number | boolean | null | readonly Part[];

/** The part as it is hashed: its kind, its length where it has one, its content, so that no two lists read the same. */
class PartBytes {
  #bytes = Buffer.allocUnsafeSlow(1 << 16);
  #length = 0;

  encode(parts: readonly Part[]): Buffer {
    this.#length = 0;
    this.#list(parts);
    return this.#bytes.subarray(0, this.#length);
  }

  #list(parts: readonly Part[]): void {
    this.#header(1, parts.length);
    for (const part of parts) this.#part(part);
  }

  #part(part: Part): void {
    if (typeof part === 'string') {
      this.#reserve(part.length * 3 + 5);
      const bytes = this.#bytes.write(part, this.#length + 5, 'utf8');
      this.#header(2, bytes);
      this.#length += bytes;
    } else if (typeof part === 'number') {
      this.#reserve(9);
      this.#bytes[this.#length] = 3;
      this.#bytes.writeDoubleLE(part, this.#length + 1);
      this.#length += 9;
    } else if (part === null || typeof part === 'boolean') {
      this.#header(4, part === null ? 2 : Number(part));
    } else {
      this.#list(part);
    }
  }

  #header(kind: number, value: number): void {
    this.#reserve(5);
    this.#bytes[this.#length] = kind;
    const at = this.#length;
    this.#bytes[at + 1] = value;
    this.#bytes[at + 2] = value >>> 8;
    this.#bytes[at + 3] = value >>> 16;
    this.#bytes[at + 4] = value >>> 24;
    this.#length = at + 5;
  }

  #reserve(count: number): void {
    if (this.#length + count <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#length + count));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}

const partBytes = new PartBytes();
const words = new Int32Array(4);
/** Not zero, so that an empty list is told from nothing. */
const SEED = 0x7a57;

/** For comparing within a file: fast, 128 bits wide, and no promise to anybody outside of it. */
export function fingerprint(parts: readonly Part[]): Fingerprint {
  const bytes = partBytes.encode(parts);
  hash128(bytes, 0, bytes.length, SEED, words, 0);
  const print = Buffer.allocUnsafe(16);
  for (let i = 0; i < 4; i++) print.writeInt32LE(words[i] as number, i * 4);
  return print;
}

/** For names that other files and other programs must find again: SHA-256 over the list as JSON. */
function lastingFingerprint(parts: readonly Part[]): Fingerprint {
  return hash('sha256', JSON.stringify(parts), 'buffer').subarray(0, 16);
}

/** A value as parsed, or else as uploaded: `abc` and `xyz` in a number's column are not the same. */
function comparable(review: CleanReview, field: ReviewField, parsed: number | string | null) {
  return parsed ?? review.unread[field] ?? null;
}

function foldOf(norm: string | null, uploaded: string | null): string | null {
  return norm ?? uploaded?.toLowerCase() ?? null;
}

function demographicsOf(review: CleanReview) {
  return [
    foldOf(review.ageGroup, review.ageRange),
    foldOf(review.genderNorm, review.gender),
    foldOf(review.ethnicityNorm, review.ethnicity),
  ];
}

/** What must agree for a row with a `_dup` or `_copy` id to be a copy of another: the visit, where there is an id. */
export function copyFingerprint(review: CleanReview): Fingerprint {
  return fingerprint([
    review.reviewId,
    comparable(review, 'review_date', review.reviewDays),
    comparable(review, 'tip_amount', review.tipAmount),
    comparable(review, 'tip_percentage', review.tipPercentage),
    comparable(review, 'party_size', review.partySize),
    demographicsOf(review),
  ]);
}

/**
 * All of a row's columns after cleaning.
 * @param idHeader the header under which `extra` keeps an id with its suffix, which does not tell rows apart
 */
export function rowFingerprint(review: CleanReview, idHeader: string | undefined): Fingerprint {
  return fingerprint([
    review.reviewId,
    review.customerName,
    comparable(review, 'review_date', review.reviewDays),
    review.rating ?? review.ratingRaw,
    review.text,
    review.location,
    review.restaurantName,
    comparable(review, 'total_spent', review.totalSpent),
    comparable(review, 'tip_amount', review.tipAmount),
    comparable(review, 'tip_percentage', review.tipPercentage),
    comparable(review, 'party_size', review.partySize),
    demographicsOf(review),
    review.extra.filter(([header]) => header !== idHeader).sort(([a], [b]) => (a < b ? -1 : 1)),
  ]);
}

/** All of a row's columns as the table has them: tells apart what `rowFingerprint` takes for equal, as `m` and `male`. */
export function orderFingerprint(review: CleanReview, row: Fingerprint): Fingerprint {
  const { ratingRaw, ageRange, gender, ethnicity, extra } = review;
  return fingerprint([row.toString('hex'), ratingRaw, ageRange, gender, ethnicity, extra]);
}

export function idFingerprint(review: CleanReview): Fingerprint {
  return fingerprint([review.reviewId]);
}

function uidParts(review: CleanReview): Part[] {
  return [
    review.restaurantName,
    review.reviewId,
    review.customerName,
    comparable(review, 'review_date', review.reviewDays),
    review.text,
  ];
}

/** Rows of one file that agree in this would have the same review_uid. */
export function sameUidFingerprint(review: CleanReview): Fingerprint {
  return fingerprint(uidParts(review));
}

/** Who the review is, in this upload and any other: restaurant, id, customer, date, text. */
export function uidFingerprint(review: CleanReview): Fingerprint {
  return lastingFingerprint(uidParts(review));
}

/** The review_uid: of rows that are equal in all that makes it, the first by its other columns is 0, and so on. */
export function reviewUid(uid: Fingerprint, ordinal: number): Fingerprint {
  return ordinal === 0 ? uid : lastingFingerprint([uid.toString('hex'), ordinal]);
}
