/** One uploaded row, cleaned: every value parsed by its rule, what could not be read kept under its own header. */
import { fieldIndex, type MappedColumn, type ReviewField } from './columns.ts';
import type { FileReading } from './evidence.ts';
import type { Rule } from './rules.ts';
import { parseCustomerName } from './values/customer-name.ts';
import { ageGroupOf, normEthnicity, normGender } from './values/demographics.ts';
import { isWordForMissing } from './values/missing.ts';
import { parseAmount, parsePercentage, parseWholeNumber } from './values/numbers.ts';
import { type RatingScale, ratingOutOf5, readRating } from './values/rating.ts';
import { remembering } from './values/remember.ts';
import { parseDate } from './values/review-date.ts';
import { parseReviewId } from './values/review-id.ts';
import { parseReviewText } from './values/review-text.ts';

export interface CleanReview {
  reviewId: string | null;
  /** The id carried `_dup` or `_copy`. */
  isSuffixed: boolean;
  customerName: string | null;
  /** Days from 1970-01-01. */
  reviewDays: number | null;
  ratingRaw: string | null;
  ratingScale: RatingScale | null;
  rating: number | null;
  text: string | null;
  location: string | null;
  restaurantName: string | null;
  totalSpent: number | null;
  tipAmount: number | null;
  tipPercentage: number | null;
  partySize: number | null;
  ageRange: string | null;
  gender: string | null;
  ethnicity: string | null;
  genderNorm: string | null;
  ethnicityNorm: string | null;
  ageGroup: string | null;
  /** Columns that we do not know, and values that would not parse, under their uploaded headers, in the file's order. */
  extra: [header: string, value: string][];
  /** The cells among them that our own columns could not read, by field: they still tell rows apart. */
  unread: Partial<Record<ReviewField, string>>;
  /** What the rules did or refused, once for each value. */
  applied: Rule[];
}

const parsePartySize = remembering((cell) => parseWholeNumber(cell, 1));

/** Cleans the rows of one file. */
export class ReviewCleaner {
  readonly #columns: readonly MappedColumn<ReviewField>[];
  readonly #index: Readonly<Partial<Record<ReviewField, number>>>;
  readonly #reading: FileReading;
  /** Places of the columns that we do not know. */
  readonly #unknown: readonly number[];
  readonly #parseDate: (cell: string) => number | undefined;

  constructor(columns: readonly MappedColumn<ReviewField>[], reading: FileReading) {
    this.#columns = columns;
    this.#reading = reading;
    this.#index = fieldIndex(columns);
    this.#unknown = columns.flatMap(({ field }, i) => (field === null ? [i] : []));
    this.#parseDate = (cell) => parseDate(cell, (separator) => reading.dateOrders[separator]);
  }

  /** Where each field stands among the file's columns. */
  get index(): Readonly<Partial<Record<ReviewField, number>>> {
    return this.#index;
  }

  /** What it takes the file to be. */
  get reading(): FileReading {
    return this.#reading;
  }

  get hasUnknownColumns(): boolean {
    return this.#unknown.length > 0;
  }

  /** The day of a cell that is a date; undefined for any other, of which `clean` has more to say. */
  dayOf(cell: string): number | undefined {
    return this.#parseDate(cell.trim());
  }

  /** A row that has this one cell. */
  cleanCell(field: ReviewField, cell: string): CleanReview {
    const cells: string[] = new Array(this.#columns.length).fill('');
    const i = this.#index[field];
    if (i !== undefined) cells[i] = cell;
    return this.clean(cells);
  }

  /** @param cells one text a column, in the file's order */
  clean(cells: readonly string[]): CleanReview {
    const applied: Rule[] = [];
    const unread: CleanReview['unread'] = {};
    /** Columns of ours whose cells stay in extra; hardly any row has one. */
    let kept: Set<number> | undefined;
    const cellOf = (field: ReviewField): string => {
      const i = this.#index[field];
      return i === undefined ? '' : (cells[i] as string);
    };
    const keep = (field: ReviewField): void => {
      kept ??= new Set();
      kept.add(this.#index[field] as number);
    };
    /** A value by its parser; null and kept in extra when it says nothing that can be read. */
    const value = <T>(field: ReviewField, parse: (cell: string) => T | undefined, rule: Rule): T | null => {
      const cell = cellOf(field).trim();
      if (cell === '') return null;
      const parsed = parse(cell);
      if (parsed !== undefined) return parsed;
      keep(field);
      const isWord = isWordForMissing(cell);
      if (!isWord) unread[field] = cell;
      applied.push(isWord ? 'word_for_missing' : rule);
      return null;
    };
    /** A value that stays as uploaded beside its norm. */
    const normed = (field: ReviewField, norm: (cell: string) => string | undefined, rule: Rule) => {
      const uploaded = cellOf(field).trim();
      if (uploaded === '') return { uploaded: null, norm: null };
      if (isWordForMissing(uploaded)) {
        keep(field);
        applied.push('word_for_missing');
        return { uploaded: null, norm: null };
      }
      const found = norm(uploaded);
      if (found === undefined) applied.push(rule);
      return { uploaded, norm: found ?? null };
    };

    const id = parseReviewId(cellOf('review_id'));
    if (id.isDamaged) applied.push('id_damaged');
    if (id.isSuffixed) applied.push('id_suffix_removed');
    if (id.isDamaged || id.isSuffixed) keep('review_id');
    const customer = parseCustomerName(cellOf('customer_name'));
    if (customer.hadPrefix) applied.push('customer_prefix_removed');
    if (customer.hadPrefix && customer.name === null) keep('customer_name');
    const rating = this.#rating(cellOf('rating').trim(), applied);
    if (rating.isRefused) keep('rating');
    const age = normed('age_range', ageGroupOf, 'age_range_unreadable');
    const gender = normed('gender', normGender, 'gender_unreadable');
    const ethnicity = normed('ethnicity', normEthnicity, 'ethnicity_unreadable');

    const review: CleanReview = {
      reviewId: id.id,
      isSuffixed: id.isSuffixed,
      customerName: customer.name,
      reviewDays: value('review_date', this.#parseDate, 'date_unreadable'),
      ratingRaw: rating.raw,
      ratingScale: rating.scale,
      rating: rating.value,
      text: parseReviewText(cellOf('review_text')),
      location: cellOf('location').trim() || null,
      restaurantName: cellOf('restaurant_name').trim() || null,
      totalSpent: value('total_spent', parseAmount, 'total_spent_unreadable'),
      tipAmount: value('tip_amount', parseAmount, 'tip_amount_unreadable'),
      tipPercentage: value('tip_percentage', parsePercentage, 'tip_percentage_unreadable'),
      partySize: value('party_size', parsePartySize, 'party_size_unreadable'),
      ageRange: age.uploaded,
      gender: gender.uploaded,
      ethnicity: ethnicity.uploaded,
      genderNorm: gender.norm,
      ethnicityNorm: ethnicity.norm,
      ageGroup: age.norm,
      extra: [],
      unread,
      applied,
    };
    if (kept === undefined && this.#unknown.length === 0) return review;
    const extras = kept === undefined ? this.#unknown : [...kept, ...this.#unknown].sort((a, b) => a - b);
    for (const i of extras) {
      const cell = cells[i] as string;
      if (cell !== '') review.extra.push([this.#columns[i]?.header as string, cell]);
    }
    return review;
  }

  /** Also for a rating that a kept row takes over from its copy. */
  rate(raw: string): Pick<CleanReview, 'ratingRaw' | 'ratingScale' | 'rating'> {
    const { scale, value } = this.#rating(raw, []);
    return { ratingRaw: raw, ratingScale: scale, rating: value };
  }

  #rating(raw: string, applied: Rule[]) {
    if (raw === '') return { raw: null, scale: null, value: null, isRefused: false };
    const reading = readRating(raw);
    if (reading === undefined) {
      const isWord = isWordForMissing(raw);
      applied.push(isWord ? 'word_for_missing' : 'rating_unreadable');
      return { raw: isWord ? null : raw, scale: null, value: null, isRefused: true };
    }
    const scale = reading.scale ?? this.#reading.ratingScale;
    const value = ratingOutOf5(reading.value, scale);
    if (value === undefined) applied.push('rating_out_of_scale');
    return { raw, scale, value: value ?? null, isRefused: false };
  }
}

/** A value as parsed, or else as uploaded: `abc` and `xyz` in a number's column are not the same. */
export function comparable(review: CleanReview, field: ReviewField, parsed: number | string | null) {
  return parsed ?? review.unread[field] ?? null;
}

/** `m` and `male` are the same, and so are two spellings of a word that we do not know. */
export function foldOf(norm: string | null, uploaded: string | null): string | null {
  return norm ?? uploaded?.toLowerCase() ?? null;
}
