import assert from 'node:assert/strict';
import { copyOf } from './copies.ts';
import { csvRecord } from './csv.ts';
import { type MalformedKind, malform } from './malformed.ts';
import { countRows, planTurns, type RowCounts, STREAM, strataPick } from './plan.ts';
import { Random } from './random.ts';
import { RESTAURANTS, type Restaurant, type SchemaName, SHARED_COLUMNS } from './restaurants.ts';
import { type ReviewRow, rowFields } from './review-row.ts';
import { type FileTruth, TruthTally } from './truth.ts';
import { drawVisits } from './visits.ts';

/** What to generate. */
export interface GenerateOptions {
  /** A whole number; equal seeds give equal bytes. */
  readonly seed: number;
  /** Rows below the header, malformed ones and copies included. */
  readonly rows: number;
  readonly schema: SchemaName;
  /** Share of the rows (0 to 1) with a wrong number of fields; 0 unless told. */
  readonly badRowRate?: number;
  /** Size that a chunk of bytes grows to before it is handed out. */
  readonly chunkBytes?: number;
}

/** A file that comes into being while it is read. */
export interface GeneratedReviews {
  readonly fileName: string;
  /** The file's bytes in chunks, once. Memory is bounded by a chunk and some 1,700 rows, whatever the file's size. */
  readonly chunks: () => Generator<Uint8Array, void>;
  /** What a right reader must find; to be asked for when all chunks have been read (an assertion). */
  readonly truth: () => FileTruth;
}

/** A row on its way into a file, with what it repeats. */
export type PlacedRow =
  | { readonly kind: 'accepted'; readonly row: ReviewRow; readonly fields: readonly string[] }
  | {
      readonly kind: 'duplicate';
      readonly row: ReviewRow;
      readonly original: ReviewRow;
      readonly fields: readonly string[];
    }
  | { readonly kind: 'malformed'; readonly reason: MalformedKind; readonly fields: readonly string[] };

const CHUNK_BYTES = 256 * 1024;

/**
 * A synthetic review file of any size: same schema, rates and defects as the restaurant's real one. Copies stand at its
 * end, malformed rows (if wanted) anywhere before them.
 */
export function generateReviews(options: GenerateOptions): GeneratedReviews {
  const restaurant = RESTAURANTS[options.schema];
  const tally = new TruthTally();
  let isComplete = false;
  return {
    fileName: restaurant.fileName,
    *chunks() {
      yield* encodeChunks(csvLines(options, tally), options.chunkBytes ?? CHUNK_BYTES);
      isComplete = true;
    },
    truth() {
      assert(isComplete, 'the truth of a generated file is known only when all its chunks have been read');
      return tally.result();
    },
  };
}

/** The header of a restaurant's file. */
export function headerOf(restaurant: Restaurant): readonly string[] {
  return [...restaurant.ownColumns, ...SHARED_COLUMNS];
}

function* csvLines(options: GenerateOptions, tally: TruthTally): Generator<string> {
  yield csvRecord(headerOf(RESTAURANTS[options.schema]));
  for (const placed of placeRows(options, tally)) yield csvRecord(placed.fields);
}

/** Every row of the file below its header, in file order; what they are is counted on the way. */
export function* placeRows(options: GenerateOptions, tally: TruthTally): Generator<PlacedRow> {
  const restaurant = RESTAURANTS[options.schema];
  const key = [options.seed, restaurant.sampleRows];
  const counts = countRows(options.rows, options.badRowRate ?? 0);
  const malformed = placeMalformed(key, restaurant, counts, tally);
  let place = 0;
  let next = malformed.next();
  for (const row of drawAccepted(key, restaurant, counts, tally)) {
    for (; !next.done && next.value.place === place; place++, next = malformed.next()) yield next.value.row;
    tally.accepted(row);
    yield { kind: 'accepted', row, fields: rowFields(row, restaurant) };
    place++;
  }
  for (; !next.done; next = malformed.next()) yield next.value.row;
  yield* drawCopies(key, restaurant, counts, tally);
}

function* drawAccepted(
  key: readonly number[],
  restaurant: Restaurant,
  counts: RowCounts,
  tally: TruthTally,
): Generator<ReviewRow> {
  for (const turn of planTurns(key, restaurant, counts.accepted)) {
    for (const group of turn.groups) tally.id(group.size);
    const rows = turn.groups.flatMap((group) => drawVisits(group, restaurant));
    yield* new Random(...key, STREAM.order, turn.index).shuffle(rows);
  }
}

/** Walks the plan a second time and draws again only the ids of which a row is copied: nothing is kept from the first walk. */
function* drawCopies(
  key: readonly number[],
  restaurant: Restaurant,
  counts: RowCounts,
  tally: TruthTally,
): Generator<PlacedRow> {
  const pick = (k: number) => strataPick([...key, STREAM.pick], k, counts.copies, counts.accepted);
  let k = 0;
  for (const turn of planTurns(key, restaurant, counts.accepted)) {
    for (const group of turn.groups) {
      if (k === counts.copies) return;
      const end = group.firstRow + group.size;
      if (pick(k) >= end) continue;
      const visits = drawVisits(group, restaurant);
      for (; k < counts.copies && pick(k) < end; k++) {
        const original = visits[pick(k) - group.firstRow] as ReviewRow;
        const row = copyOf(original, [...key, STREAM.copy], restaurant);
        tally.duplicate(row, original);
        yield { kind: 'duplicate', row, original, fields: rowFields(row, restaurant) };
      }
    }
  }
}

/** The malformed rows with their places among the rows before the copies. Their ids occur nowhere else. */
function* placeMalformed(key: readonly number[], restaurant: Restaurant, counts: RowCounts, tally: TruthTally) {
  for (let k = 0; k < counts.malformed; k++) {
    const place = strataPick([...key, STREAM.malformedPlace], k, counts.malformed, counts.accepted + counts.malformed);
    const stream = [...key, STREAM.malformed, k];
    const [visit] = drawVisits({ firstRow: 0, size: 1, textLength: 300, stream }, restaurant);
    const { fields, kind } = malform(new Random(...stream, 1), rowFields(visit as ReviewRow, restaurant));
    tally.malformed(kind);
    const row: PlacedRow = { kind: 'malformed', reason: kind, fields };
    yield { place, row };
  }
}

function* encodeChunks(lines: Iterable<string>, chunkBytes: number): Generator<Uint8Array, void> {
  let text = '';
  for (const line of lines) {
    text += line;
    if (text.length < chunkBytes) continue;
    yield Buffer.from(text, 'utf8');
    text = '';
  }
  if (text !== '') yield Buffer.from(text, 'utf8');
}
