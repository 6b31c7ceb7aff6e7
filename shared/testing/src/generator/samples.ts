import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { csvRecord } from './csv.ts';
import { RESTAURANT_INFO_FILE, RESTAURANT_INFO_ROWS } from './restaurant-info.ts';
import { RESTAURANTS, type SchemaName } from './restaurants.ts';
import { generateReviews, headerOf, type PlacedRow, placeRows } from './reviews.ts';
import { type FileTruth, lackedByOriginal, type RecoverableColumn, type RowTruth, TruthTally } from './truth.ts';

/** One restaurant's sample file, and all that is true of it. */
export interface ReviewSample {
  readonly kind: 'reviews';
  readonly name: string;
  readonly schema: SchemaName;
  readonly bytes: Uint8Array;
  readonly header: readonly string[];
  readonly truth: FileTruth & { readonly perRow: readonly RowTruth[] };
}

/** The reference file of the four restaurants; `rows` are its records without the header. */
export interface RestaurantInfoSample {
  readonly kind: 'restaurant_info';
  readonly name: string;
  readonly bytes: Uint8Array;
  readonly header: readonly string[];
  readonly truth: { readonly rows: number; readonly perRow: readonly (readonly string[])[] };
}

export type SampleFile = ReviewSample | RestaurantInfoSample;

/** The five sample files (4,924 reviews in four, one with the restaurants) of a seed, in memory. Writes nothing. */
export function generateSampleFiles(seed: number): SampleFile[] {
  return [...Object.values(RESTAURANTS).map(({ schema }) => generateSample(seed, schema)), restaurantInfo()];
}

/** The four review files of a seed. */
export function generateReviewSamples(seed: number): ReviewSample[] {
  return Object.values(RESTAURANTS).map(({ schema }) => generateSample(seed, schema));
}

/** Writes the five sample files of a seed into `dir`, which is made if need be, and returns them. Throws what fs throws. */
export function writeSampleFiles({ seed, dir }: { seed: number; dir: string }): SampleFile[] {
  const files = generateSampleFiles(seed);
  mkdirSync(dir, { recursive: true });
  for (const { name, bytes } of files) writeFileSync(join(dir, name), bytes);
  return files;
}

/** One restaurant's sample of a seed. */
export function generateSample(seed: number, schema: SchemaName): ReviewSample {
  const restaurant = RESTAURANTS[schema];
  const options = { seed, schema, rows: restaurant.sampleRows };
  const file = generateReviews(options);
  const bytes = Buffer.concat([...file.chunks()]);
  const header = headerOf(restaurant);
  const truth = { ...file.truth(), perRow: rowTruths(options) };
  return { kind: 'reviews', name: file.fileName, schema, bytes, header, truth };
}

function rowTruths(options: { seed: number; schema: SchemaName; rows: number }): RowTruth[] {
  const indexOfAccepted = new Map<number, number>();
  const truths: RowTruth[] = [];
  let line = 2;
  for (const placed of placeRows(options, new TruthTally())) {
    if (placed.kind === 'malformed') continue;
    const { row, fields } = placed;
    let copyOf: number | null = null;
    if (placed.kind === 'accepted') indexOfAccepted.set(row.acceptedRow, truths.length);
    else {
      copyOf = indexOfAccepted.get(row.acceptedRow) ?? null;
      const original = copyOf === null ? undefined : truths[copyOf];
      if (original) Object.assign(original.recoverable, recoverableFields(placed));
    }
    const { reviewId, date, dateFormat, rating } = row;
    const ratingIsUploaded = !row.lacks.rating;
    truths.push({ line, fields, reviewId, date, dateFormat, rating, ratingIsUploaded, copyOf, recoverable: {} });
    line += csvRecord(fields).split('\n').length - 1;
  }
  return truths;
}

const FIELD_OF: Readonly<Record<RecoverableColumn, number>> = { customer_name: 1, rating: 3, total_spent: 7 };

function recoverableFields({ row, original, fields }: Extract<PlacedRow, { kind: 'duplicate' }>) {
  return Object.fromEntries(lackedByOriginal(row, original).map((column) => [column, fields[FIELD_OF[column]]]));
}

function restaurantInfo(): RestaurantInfoSample {
  const [header = [], ...perRow] = RESTAURANT_INFO_ROWS;
  return {
    kind: 'restaurant_info',
    name: RESTAURANT_INFO_FILE,
    bytes: Buffer.from(RESTAURANT_INFO_ROWS.map(csvRecord).join(''), 'utf8'),
    header,
    truth: { rows: perRow.length, perRow },
  };
}
