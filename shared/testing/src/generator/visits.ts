import type { VisitGroup } from './plan.ts';
import { Random } from './random.ts';
import {
  AGE_RANGES,
  ETHNICITIES,
  GENDERS,
  MISSING_ETHNICITY,
  MISSING_GENDER,
  MISSING_TEXT,
  type Restaurant,
} from './restaurants.ts';
import { drawDate } from './review-date.ts';
import type { Lacks, ReviewRow } from './review-row.ts';
import { composeText } from './review-text.ts';
import { varyText } from './text-variant.ts';

/**
 * The accepted rows of one review id: same date and rating, a text that is the same or varied, other customers, parties,
 * money and demographics. No two of them agree in tip and party size, so none can pass for a duplicate of another.
 */
export function drawVisits(group: VisitGroup, restaurant: Restaurant): ReviewRow[] {
  const random = new Random(...group.stream);
  const reviewId = drawReviewId(random);
  const date = drawDate(random);
  const rating = random.weighted(RATING_WEIGHTS);
  const text = group.textLength === null ? null : composeText(random, rating, group.textLength);
  const customers = new Set<string>();
  const bills = new Set<string>();
  const rows: ReviewRow[] = [];
  while (rows.length < group.size) {
    const bill = drawBill(random);
    const customer = `${random.between(10_000, 9_999_999)}`;
    const billKey = `${bill.tipCents} ${bill.partySize}`;
    if (customers.has(customer) || bills.has(billKey)) continue;
    customers.add(customer);
    bills.add(billKey);
    rows.push({
      reviewId,
      idSuffix: '',
      customer,
      namePrefix: random.weighted(restaurant.namePrefixes),
      date,
      dateFormat: random.weighted(restaurant.dateFormats),
      rating,
      text: textOfRow(random, text, rating, restaurant),
      ...bill,
      ageRange: random.chance(restaurant.missing.age) ? '' : random.weighted(AGE_RANGES),
      gender: random.chance(MISSING_GENDER) ? '' : random.weighted(GENDERS),
      ethnicity: random.chance(MISSING_ETHNICITY) ? '' : random.weighted(ETHNICITIES),
      lacks: drawLacks(random, restaurant),
      acceptedRow: group.firstRow + rows.length,
    });
  }
  return rows;
}

/** Which values a row of this restaurant leaves out. */
export function drawLacks(random: Random, { missing }: Restaurant): Lacks {
  return {
    name: random.chance(missing.name),
    rating: random.chance(missing.rating),
    total: random.chance(missing.total),
  };
}

function textOfRow(random: Random, text: string | null, rating: number, restaurant: Restaurant): string | null {
  if (restaurant.textsAreShared || text === null) return text;
  return random.chance(MISSING_TEXT) ? null : varyText(random, text, rating);
}

const ID_EDGE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';
const ID_INSIDE = `${ID_EDGE}-_`;
const ID_LENGTH = 22;

/** 22 characters, with `-` and `_` only at the second to twelfth place: no id ends like a copy's or starts like a formula. */
function drawReviewId(random: Random): string {
  let id = '';
  for (let place = 0; place < ID_LENGTH; place++) {
    const alphabet = place > 0 && place < 12 ? ID_INSIDE : ID_EDGE;
    id += alphabet.charAt(random.below(alphabet.length));
  }
  return id;
}

const RATING_WEIGHTS = [
  [5, 34],
  [4, 29],
  [3, 16],
  [2, 11],
  [1, 10],
] as const;

const PARTY_WEIGHTS = [
  [1, 8],
  [2, 32],
  [3, 15],
  [4, 20],
  [5, 9],
  [6, 8],
  [7, 4],
  [8, 4],
] as const;

/** A bill whose tip_percentage agrees with tip_amount / total_spent × 100 within 0.05. */
function drawBill(random: Random) {
  const partySize = random.weighted(PARTY_WEIGHTS);
  const totalCents = partySize * random.between(1_400, 4_500) + random.below(900);
  const wantedPerMille = drawTipPerMille(random);
  const tipCents = Math.floor((totalCents * wantedPerMille) / 1_000);
  return { partySize, totalCents, tipCents, tipPerMille: Math.round((tipCents * 1_000) / totalCents) };
}

/** 0 to 400: mostly around 180, sometimes none, sometimes over the cap of 300, now and then the most there is. */
function drawTipPerMille(random: Random): number {
  const kind = random.fraction();
  if (kind < 0.02) return 0;
  if (kind < 0.025) return 400;
  if (kind < 0.045) return random.between(300, 400);
  const spread = random.below(111) + random.below(111) + random.below(111);
  return 15 + spread;
}
