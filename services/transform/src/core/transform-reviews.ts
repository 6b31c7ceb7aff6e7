/** A file of reviews: learn what it is, find what repeats what, write every row where it belongs. */
import { isDeepStrictEqual } from 'node:util';
import { type Inference, limitOf, type ReviewColumn } from '@tastetrend/contracts';
import { type CleanReview, ReviewCleaner } from './clean-review.ts';
import { fieldIndex, type MappedColumn, mapColumns, REVIEW_SYNONYMS, type ReviewField } from './columns.ts';
import { Evidence } from './evidence.ts';
import { FingerprintTable } from './fingerprint-table.ts';
import { reviewUid, uidFingerprint } from './fingerprints.ts';
import { assertRowsWithinLimit, type FileContext, type Outputs } from './outputs.ts';
import type { ProfileBuilder } from './profile-builder.ts';
import { type FileHead, readRows } from './read-rows.ts';
import { type Recovery, RowIndex } from './row-index.ts';
import { codePointCount } from './values/review-text.ts';

/** The last step of tip_percentage: what is above counts as this. */
const TIP_PERCENTAGE_MAX = 30;

type Review = ReturnType<typeof derive>;
type TableRow = Record<ReviewColumn, string | number | boolean | null>;

export async function transformReviews(
  head: FileHead,
  context: FileContext,
  outputs: Outputs<ReviewColumn>,
): Promise<Pick<Inference, 'columns' | 'rating_scale' | 'date_orders'>> {
  const columns = mapColumns(head.headers, REVIEW_SYNONYMS);
  const { evidence, cleaner, index } = await learn(head, columns);

  const { profile } = outputs;
  const uploadedAtMs = Date.parse(context.uploadedAt);
  for (const line of index.refusedLines()) profile.rule('copy_not_held', line);
  const uids = new FingerprintTable();
  let accepted = 0;
  let row = 0;
  await readRows(head, {
    row(cells, place) {
      const uploaded = cleaner.clean(cells);
      profile.read(uploaded, place.line);
      const verdict = index.verdict(row++);
      if (verdict.kind === 'duplicate') {
        profile.duplicate(verdict.rule, place.line, uploaded);
        outputs.duplicate(place, verdict.rule, verdict.repeatsLine, uploaded.reviewId);
        return;
      }
      const uid = reviewUid(uidFingerprint(uploaded), verdict.uidOrdinal);
      if (uids.numberOf(uid) !== accepted++) throw new Error(`line ${place.line} has the review_uid of an earlier row`);
      const recovered = recover(uploaded, verdict.recovery, cleaner, profile);
      const review = derive(recovered, profile, place.line);
      const written = tableRow(review, uid.toString('hex'), verdict.idConflict, place.line, context, uploadedAtMs);
      outputs.tableRow(written);
      profile.accepted(written, recovered, verdict.idConflict);
    },
    quarantined: (broken) => outputs.quarantined(broken),
    blank: () => profile.blank(),
    flush: outputs.flush,
  });
  if (row !== index.size) throw new Error(`the file had ${index.size} rows at first reading and ${row} at the second`);
  return { columns: columns.map(({ header, field, by }) => ({ header, column: field, by })), ...evidence.inference() };
}

/**
 * What the file is and which of its rows repeat which. The rows are read as a file without evidence would be, while the
 * evidence is gathered; only where it says otherwise are they read again, by what it says.
 */
async function learn(head: FileHead, columns: readonly MappedColumn<ReviewField>[]) {
  const at = fieldIndex(columns);
  const headerOf = (field: 'review_id' | 'rating') =>
    at[field] === undefined ? undefined : columns[at[field]]?.header;
  for (let reading = new Evidence(headerOf('rating')).reading(); ; ) {
    const evidence = new Evidence(headerOf('rating'));
    const cleaner = new ReviewCleaner(columns, reading);
    const index = new RowIndex(headerOf('review_id'), limitOf('recovered_bytes_max'));
    let rows = 0;
    await readRows(head, {
      row(cells, place) {
        assertRowsWithinLimit(++rows);
        if (at.rating !== undefined) evidence.addRating(cells[at.rating] as string);
        if (at.review_date !== undefined) evidence.addDate(cells[at.review_date] as string);
        index.add(cleaner.clean(cells), place.line);
      },
      quarantined() {
        assertRowsWithinLimit(++rows);
      },
      blank: () => {},
    });
    if (isDeepStrictEqual(evidence.reading(), reading)) {
      index.resolve();
      return { evidence, cleaner, index };
    }
    reading = evidence.reading();
  }
}

/** What a kept row lacks and a copy of it has, it takes over. */
function recover(
  review: CleanReview,
  recovery: Recovery | undefined,
  cleaner: ReviewCleaner,
  profile: ProfileBuilder,
): CleanReview {
  if (recovery === undefined) return review;
  const whole = { ...review };
  const take = <K extends keyof CleanReview>(column: string, field: K, value: CleanReview[K] | undefined) => {
    if (whole[field] !== null || value === undefined || value === null) return false;
    whole[field] = value;
    profile.recovered(column);
    return true;
  };
  take('customer_name', 'customerName', recovery.customerName);
  if (take('rating', 'ratingRaw', recovery.ratingRaw)) Object.assign(whole, cleaner.rate(recovery.ratingRaw as string));
  take('total_spent', 'totalSpent', recovery.totalSpent);
  take('review_text', 'text', recovery.text);
  take('location', 'location', recovery.location);
  take('restaurant_name', 'restaurantName', recovery.restaurantName);
  return whole;
}

/** Total and percentage from one another, both with the uncapped percentage; the cap comes last. */
function derive(review: CleanReview, profile: ProfileBuilder, line: number) {
  const { tipAmount } = review;
  let { totalSpent, tipPercentage } = review;
  if (totalSpent === null && tipAmount !== null && tipPercentage !== null) {
    totalSpent = finiteOrNull((tipAmount / tipPercentage) * 100);
    if (totalSpent !== null) profile.rule('total_spent_filled', line);
  } else if (tipPercentage === null && tipAmount !== null && totalSpent !== null) {
    tipPercentage = finiteOrNull((tipAmount / totalSpent) * 100);
    if (tipPercentage !== null) profile.rule('tip_percentage_filled', line);
  }
  if (tipPercentage !== null && tipPercentage > TIP_PERCENTAGE_MAX) {
    tipPercentage = TIP_PERCENTAGE_MAX;
    profile.rule('tip_percentage_capped', line);
  }
  return { ...review, totalSpent, tipPercentage };
}

/** Division by 0, and by numbers so small that no bill was ever of the kind, gives nothing. */
function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function tableRow(
  review: Review,
  uid: string,
  idConflict: boolean,
  line: number,
  { sourceFile, sourceVersion }: FileContext,
  uploadedAtMs: number,
): TableRow {
  return {
    review_uid: uid,
    review_id: review.reviewId,
    customer_name: review.customerName,
    review_date: review.reviewDays,
    rating_raw: review.ratingRaw,
    rating_scale: review.ratingScale,
    rating_1_5: review.rating,
    review_text: review.text,
    location: review.location,
    restaurant_name: review.restaurantName,
    total_spent: review.totalSpent,
    tip_amount: review.tipAmount,
    tip_percentage: review.tipPercentage,
    party_size: review.partySize,
    age_range: review.ageRange,
    gender: review.gender,
    ethnicity: review.ethnicity,
    gender_norm: review.genderNorm,
    ethnicity_norm: review.ethnicityNorm,
    age_group: review.ageGroup,
    log_total_spent: review.totalSpent === null ? null : Math.log1p(review.totalSpent),
    review_length: review.text === null ? null : codePointCount(review.text),
    id_conflict: idConflict,
    source_file: sourceFile,
    source_version: sourceVersion,
    uploaded_at: uploadedAtMs,
    source_line: line,
    extra: review.extra.length === 0 ? null : JSON.stringify(Object.fromEntries(review.extra)),
  };
}
