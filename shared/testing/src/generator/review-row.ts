import type { NamePrefix, Restaurant } from './restaurants.ts';
import { type DateFormat, writeDate } from './review-date.ts';

/** A review as it is known before it is written: with the values that its row then leaves out. */
export interface ReviewRow {
  readonly reviewId: string;
  readonly idSuffix: '' | '_copy' | '_dup';
  readonly customer: string;
  readonly namePrefix: NamePrefix;
  readonly date: string;
  readonly dateFormat: DateFormat;
  /** 1 to 5. */
  readonly rating: number;
  readonly text: string | null;
  readonly totalCents: number;
  readonly tipCents: number;
  /** Tip as per mille of the total, 0 to 400: a tip_percentage of 18.5 is 185. */
  readonly tipPerMille: number;
  readonly partySize: number;
  readonly ageRange: string;
  readonly gender: string;
  readonly ethnicity: string;
  readonly lacks: Lacks;
  /** Place of the accepted row in the order of generation; a copy has that of the row it repeats. */
  readonly acceptedRow: number;
}

/** Which values the row leaves out. */
export interface Lacks {
  readonly name: boolean;
  readonly rating: boolean;
  readonly total: boolean;
}

/** The fourteen fields of a row in the order of the file's header. */
export function rowFields(row: ReviewRow, restaurant: Restaurant): string[] {
  return [
    row.reviewId + row.idSuffix,
    row.lacks.name ? '' : row.namePrefix + row.customer,
    writeDate(row.date, row.dateFormat),
    row.lacks.rating ? '' : restaurant.writeRating(row.rating),
    row.text ?? '',
    restaurant.location,
    restaurant.restaurantName,
    row.lacks.total ? '' : writeDecimal(row.totalCents / 100),
    writeDecimal(row.tipCents / 100),
    writeDecimal(row.tipPerMille / 10),
    `${row.partySize}`,
    row.ageRange,
    row.gender,
    row.ethnicity,
  ];
}

/** As spreadsheets' and pandas' exports do: 45 is written 45.0. */
function writeDecimal(value: number): string {
  return Number.isInteger(value) ? `${value}.0` : `${value}`;
}
