/** A row of the table becomes the chunks that retrieval is given of it. */
import { hash } from 'node:crypto';
import { type ReviewChunk, sourceIdOf } from '@tastetrend/contracts';
import { chunkText } from './chunk-text.ts';
import { assertWithinLimits } from './limits.ts';
import { maskName } from './mask-name.ts';

/** The columns of a row that may be read for the hand-over, and no other: no demographics are among them. */
export interface ReviewRow {
  readonly review_uid: string;
  readonly customer_name: string | null;
  /** Days since 1970-01-01. */
  readonly review_date: number | null;
  readonly rating_1_5: number | null;
  readonly review_text: string | null;
  readonly restaurant_name: string | null;
}

/** Of a name or key, as JSON: what is longer names something else than a restaurant. See limits.ts for the sum. */
const RESTAURANT_BYTES_MAX = 256;
const SOURCE_BYTES_MAX = 600;
const DAY_MS = 86_400_000;
const GRAPHEMES = new Intl.Segmenter('und', { granularity: 'grapheme' });

/** @returns a function from a row to its chunks; none for a row without text */
export function chunkerOf(bucket: string, key: string): (row: ReviewRow) => ReviewChunk[] {
  const isLong = jsonBytes(key) > SOURCE_BYTES_MAX;
  const source = isLong ? sourceIdOf(bucket, key) : key;
  return (row) => {
    if (row.review_text === null) return [];
    const texts = chunkText(maskName(row.review_text, row.customer_name));
    const metadata = metadataOf(row, source);
    return texts.map((text, position) => {
      const chunk: ReviewChunk = {
        chunk_id: idOf(['chunk', bucket, key, row.review_uid, position]),
        vector_id: idOf(['vector', metadata.restaurant ?? null, text]),
        content_hash: hash('sha256', text),
        review_uid: row.review_uid,
        position,
        text,
        metadata,
      };
      assertWithinLimits(chunk);
      return chunk;
    });
  };
}

/** Nothing here may depend on the version: an upload that changes nothing must change no chunk. */
function metadataOf(row: ReviewRow, source: string): ReviewChunk['metadata'] {
  const metadata: ReviewChunk['metadata'] = { source };
  const restaurant = row.restaurant_name?.trim();
  if (restaurant) metadata.restaurant = bounded(restaurant, RESTAURANT_BYTES_MAX);
  if (row.review_date !== null) {
    const iso = new Date(row.review_date * DAY_MS).toISOString();
    // Years beyond 9999 are dates of no visit, and no ISO date of ten characters.
    if (iso.length === 24) metadata.review_date = iso.slice(0, 10);
  }
  if (row.rating_1_5 !== null) metadata.rating = row.rating_1_5;
  return metadata;
}

/** 128 bits of SHA-256: wide enough to name what must not be taken for another. */
function idOf(parts: readonly (string | number | null)[]): string {
  return hash('sha256', JSON.stringify(parts)).slice(0, 32);
}

function jsonBytes(text: string): number {
  return Buffer.byteLength(JSON.stringify(text));
}

/** As many whole graphemes from the start as fit; lone ones that do not fit at all leave a mark. */
function bounded(text: string, bytesMax: number): string {
  if (jsonBytes(text) <= bytesMax) return text;
  let kept = '';
  for (const { segment } of GRAPHEMES.segment(text.slice(0, bytesMax))) {
    if (jsonBytes(`${kept}${segment}…`) > bytesMax) break;
    kept += segment;
  }
  return `${kept}…`;
}
