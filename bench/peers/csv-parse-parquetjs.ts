/**
 * csv-parse-parquetjs.ts RAW OUT: the job of README.md as a TypeScript developer would first write it, csv-parse into
 * parquetjs-lite in its safe setting (typed values, no statistics, every append awaited). No zstd there: snappy.
 *
 * Rows stream by; only suffixed ones wait for the end of the file, since their originals may stand behind them.
 */
import { hash } from 'node:crypto';
import { createReadStream, createWriteStream, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';
import { parse } from 'csv-parse';

type Value = string | number | boolean | Date | undefined;
interface Writer {
  setRowGroupSize(rows: number): void;
  appendRow(row: Record<string, Value>): Promise<void>;
  close(): Promise<void>;
}
interface ParquetLibrary {
  readonly ParquetSchema: new (fields: Record<string, object>) => object;
  readonly ParquetWriter: { openFile(schema: object, path: string, options: object): Promise<Writer> };
}
// It has no types.
const { ParquetSchema, ParquetWriter } = createRequire(import.meta.url)('parquetjs-lite') as ParquetLibrary;

const SYNONYMS: Record<string, string> = {
  review_number: 'review_id',
  id: 'review_id',
  guest_name: 'customer_name',
  name: 'customer_name',
  date: 'review_date',
  visit_date: 'review_date',
  rating: 'rating_raw',
  satisfaction_score: 'rating_raw',
  rating_out_of_10: 'rating_raw',
  star_rating: 'rating_raw',
  feedback_comments: 'review_text',
  comments: 'review_text',
  venue_location: 'location',
  venue: 'location',
  business_name: 'restaurant_name',
  establishment: 'restaurant_name',
};
const WORDS_FOR_MISSING = new Set(
  'null none nil nan na n/a n.a. undefined - -- ? #name? #n/a #value! #ref! #null! #num! #div/0!'.split(' '),
);
const GENDERS: Record<string, string> = {
  m: 'male',
  male: 'male',
  f: 'female',
  female: 'female',
  o: 'other',
  other: 'other',
  'non-binary': 'non_binary',
  'prefer not to say': 'undisclosed',
};
const ETHNICITIES: Record<string, string> = {
  white: 'caucasian',
  caucasian: 'caucasian',
  black: 'african_american',
  'african american': 'african_american',
  hispanic: 'hispanic',
  latino: 'hispanic',
  asian: 'asian',
  'native american': 'native_american',
  mixed: 'mixed',
  other: 'other',
  'prefer not to say': 'undisclosed',
};
const AGE_GROUPS: Record<string, string> = {
  '18-25': 'young_adult',
  '26-35': 'adult',
  '36-45': 'mid_age',
  '46-55': 'mature',
  '56-65': 'senior',
  '65+': 'elder',
};
const TIP_PERCENTAGE_MAX = 30;
const UPLOADED_AT = new Date('2026-01-02T03:04:05.000Z');

const COLUMNS = {
  UTF8: `review_id id_suffix customer_name rating_raw review_text location restaurant_name age_range gender ethnicity
    gender_norm ethnicity_norm age_group source_file source_version`.split(/\s+/),
  DATE: ['review_date'],
  DOUBLE: ['rating_1_5', 'total_spent', 'tip_amount', 'tip_percentage', 'log_total_spent'],
  INT32: ['rating_scale', 'party_size', 'review_length'],
  TIMESTAMP_MILLIS: ['uploaded_at'],
};
const SCHEMA = new ParquetSchema(
  Object.fromEntries(
    Object.entries(COLUMNS).flatMap(([type, names]) =>
      names.map((name) => [name, { type, optional: true, compression: 'SNAPPY', statistics: false }]),
    ),
  ),
);

function text(cell: string | undefined): string | undefined {
  return cell?.trim() || undefined;
}

function amount(cell: string | undefined): number | undefined {
  const trimmed = text(cell);
  const number = trimmed === undefined ? Number.NaN : Number(trimmed);
  return Number.isFinite(number) && number >= 0 ? number : undefined;
}

/** YYYY-MM-DD, DD.MM.YYYY or MM/DD/YYYY; real days only. */
function day(cell: string | undefined): Date | undefined {
  const written = (cell ?? '').trim().slice(0, 10);
  let match = /^(?<y>\d{4})-(?<m>\d\d)-(?<d>\d\d)$/.exec(written);
  match ??= /^(?<d>\d\d)\.(?<m>\d\d)\.(?<y>\d{4})$/.exec(written);
  match ??= /^(?<m>\d\d)\/(?<d>\d\d)\/(?<y>\d{4})$/.exec(written);
  if (match === null) return undefined;
  const { y, m, d } = match.groups as { y: string; m: string; d: string };
  const date = new Date(Date.UTC(Number(y), Number(m) - 1, Number(d)));
  return date.getUTCMonth() === Number(m) - 1 && date.getUTCDate() === Number(d) ? date : undefined;
}

function ratingOf(raw: string | undefined, scale: number): number | undefined {
  if (raw === undefined) return undefined;
  const rating = /^⭐+$/.test(raw) ? raw.length : (Number(raw) / scale) * 5;
  return rating > 0 && rating <= 5 ? rating : undefined;
}

function cleaned(record: readonly string[], header: readonly string[], scale: number) {
  const cells: Record<string, string> = {};
  for (const [i, name] of header.entries()) cells[name] = record[i] as string;
  const wholeId = text(cells.review_id);
  const id = wholeId === undefined || WORDS_FOR_MISSING.has(wholeId.toLowerCase()) ? undefined : wholeId;
  const suffix = id === undefined ? null : /^(.*)_(copy|dup)$/.exec(id);
  const ratingRaw = text(cells.rating_raw);
  const age = text(cells.age_range);
  const gender = text(cells.gender);
  const ethnicity = text(cells.ethnicity);
  const partySize = amount(cells.party_size);
  return {
    review_id: suffix?.[1] ?? id,
    id_suffix: suffix?.[2],
    customer_name: text(text(cells.customer_name)?.replace(/^(?:guest|client)_\s*/i, '')),
    review_date: day(cells.review_date),
    rating_raw: ratingRaw,
    rating_scale: scale,
    rating_1_5: ratingOf(ratingRaw, scale),
    review_text: text(cells.review_text)?.replaceAll('\r\n', '\n'),
    location: text(cells.location),
    restaurant_name: text(cells.restaurant_name),
    total_spent: amount(cells.total_spent),
    tip_amount: amount(cells.tip_amount),
    tip_percentage: amount(cells.tip_percentage),
    party_size: Number.isInteger(partySize) ? partySize : undefined,
    age_range: age,
    gender,
    ethnicity,
    gender_norm: gender && GENDERS[gender.toLowerCase()],
    ethnicity_norm: ethnicity && ETHNICITIES[ethnicity.toLowerCase()],
    age_group: age && AGE_GROUPS[age],
  };
}

type Review = ReturnType<typeof cleaned>;

function visitOf(review: Review): string {
  const { review_id, review_date, tip_amount, tip_percentage, party_size } = review;
  const { age_range, gender_norm, ethnicity_norm } = review;
  return [
    review_id,
    review_date?.getTime(),
    tip_amount,
    tip_percentage,
    party_size,
    age_range,
    gender_norm,
    ethnicity_norm,
  ].join('|');
}

/** All of a row's columns after cleaning, as a hash: the rows themselves would not fit. */
function wholeOf({ id_suffix, rating_raw, gender, ethnicity, ...whole }: Review): string {
  return hash('sha256', JSON.stringify(whole), 'base64');
}

function derived(review: Review, sourceFile: string): Record<string, Value> {
  let { total_spent: total, tip_percentage: percentage } = review;
  const { tip_amount: tip, review_text } = review;
  if (total === undefined && tip !== undefined && percentage) total = (tip / percentage) * 100;
  else if (percentage === undefined && tip !== undefined && total) percentage = (tip / total) * 100;
  return {
    ...review,
    total_spent: total,
    tip_percentage: percentage === undefined ? undefined : Math.min(TIP_PERCENTAGE_MAX, percentage),
    log_total_spent: total === undefined ? undefined : Math.log1p(total),
    review_length: review_text === undefined ? undefined : codePoints(review_text),
    source_file: sourceFile,
    source_version: 'v1',
    uploaded_at: UPLOADED_AT,
  };
}

function codePoints(value: string): number {
  let count = 0;
  for (const _ of value) count++;
  return count;
}

const [rawFolder, outFolder] = process.argv.slice(2) as [string, string];

async function transform(name: string) {
  const target = join(outFolder, name);
  const quarantine = createWriteStream(`${target}.quarantine.jsonl`);
  const duplicates = createWriteStream(`${target}.duplicates.jsonl`);
  const writer = await ParquetWriter.openFile(SCHEMA, `${target}.parquet`, { pageIndex: false, useDataPageV2: false });
  writer.setRowGroupSize(20_000);
  const report = {
    read: 0,
    accepted: 0,
    duplicates: 0,
    quarantined: 0,
    conflicts: 0,
    missing: {} as Record<string, number>,
    groups: { gender_norm: {}, ethnicity_norm: {}, age_group: {} } as Record<string, Record<string, Group>>,
  };
  const originals = new Map<string, number>();
  const whole = new Map<string, number>();
  const idRows = new Map<string, number>();
  const waiting: { row: number; review: Review }[] = [];

  const setAside = (row: number, rule: string, repeats_row: number) => {
    report.duplicates++;
    duplicates.write(`${JSON.stringify({ row, rule, repeats_row })}\n`);
  };
  const accept = async (row: number, review: Review) => {
    const { review_id, customer_name, review_text } = review;
    if (review_id !== undefined || customer_name !== undefined || review_text !== undefined) {
      const print = wholeOf(review);
      const first = whole.get(print);
      if (first !== undefined) return setAside(row, 'exact', first);
      whole.set(print, row);
    }
    if (review_id !== undefined) idRows.set(review_id, (idRows.get(review_id) ?? 0) + 1);
    const written = derived(review, name);
    count(report, written);
    await writer.appendRow(withoutMissing(written));
    report.accepted++;
  };

  let header: string[] | undefined;
  let scale = 5;
  const records = createReadStream(join(rawFolder, name)).pipe(parse({ relax_column_count: true, bom: true }));
  for await (const record of records as AsyncIterable<string[]>) {
    if (header === undefined) {
      header = record.map((column) => SYNONYMS[column] ?? column);
      scale = record.includes('rating_out_of_10') ? 10 : 5;
      continue;
    }
    const row = report.read++;
    if (record.length !== header.length) {
      report.quarantined++;
      quarantine.write(`${JSON.stringify({ row, reason: 'wrong_field_count', fields: record })}\n`);
      continue;
    }
    const review = cleaned(record, header, scale);
    if (review.id_suffix !== undefined) {
      waiting.push({ row, review });
      continue;
    }
    const visit = visitOf(review);
    if (!originals.has(visit)) originals.set(visit, row);
    await accept(row, review);
  }
  for (const { row, review } of waiting) {
    const visit = visitOf(review);
    const original = originals.get(visit);
    if (original !== undefined) {
      setAside(row, 'copy', original);
      continue;
    }
    originals.set(visit, row);
    await accept(row, review);
  }
  await writer.close();
  quarantine.end();
  duplicates.end();
  await Promise.all([finished(quarantine), finished(duplicates)]);
  for (const rows of idRows.values()) if (rows > 1) report.conflicts += rows;
  return report;
}

interface Group {
  rows: number;
  rated: number;
  sum: number;
  positive: number;
}

function count(report: Awaited<ReturnType<typeof transform>>, row: Record<string, Value>): void {
  for (const [column, value] of Object.entries(row)) {
    if (value === undefined) report.missing[column] = (report.missing[column] ?? 0) + 1;
  }
  for (const [column, groups] of Object.entries(report.groups)) {
    const key = String(row[column] ?? '');
    groups[key] ??= { rows: 0, rated: 0, sum: 0, positive: 0 };
    const group = groups[key];
    group.rows++;
    const rating = row.rating_1_5;
    if (typeof rating !== 'number') continue;
    group.rated++;
    group.sum += rating;
    if (rating >= 4) group.positive++;
  }
}

/** parquetjs-lite takes an absent field for null, and an undefined one for a defect. */
function withoutMissing(row: Record<string, Value>): Record<string, Value> {
  for (const column of Object.keys(row)) if (row[column] === undefined) delete row[column];
  return row;
}

mkdirSync(outFolder, { recursive: true });
const report: Record<string, Awaited<ReturnType<typeof transform>>> = {};
for (const name of readdirSync(rawFolder)
  .filter((file) => /_reviews\.(?:csv|txt)$/.test(file))
  .sort()) {
  report[name] = await transform(name);
}
writeFileSync(join(outFolder, 'report.json'), JSON.stringify(report, null, 1));
