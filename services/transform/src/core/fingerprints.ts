/**
 * Fingerprints of a row, 128 bits each, over the uploaded values as parsed, before anything is filled in or recovered.
 * SHA-256 cut to 128 bits: two rows do not meet by chance, nor by malice within any file that we accept.
 */
import { hash } from 'node:crypto';
import type { CleanReview } from './clean-review.ts';
import type { ReviewField } from './columns.ts';

/** 16 bytes. */
export type Fingerprint = Buffer;

export function fingerprint(parts: unknown): Fingerprint {
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

/** Who the review is, in this upload and any other: restaurant, id, customer, date, text. */
export function uidFingerprint(review: CleanReview): Fingerprint {
  return fingerprint([
    review.restaurantName,
    review.reviewId,
    review.customerName,
    comparable(review, 'review_date', review.reviewDays),
    review.text,
  ]);
}

/** The review_uid: of rows that are equal in all that makes it, the first by its other columns is 0, and so on. */
export function reviewUid(uid: Fingerprint, ordinal: number): Fingerprint {
  return ordinal === 0 ? uid : fingerprint([uid.toString('hex'), ordinal]);
}
