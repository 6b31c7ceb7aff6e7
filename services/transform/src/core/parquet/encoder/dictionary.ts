/**
 * RLE_DICTIONARY: each distinct value once, and an index a row. It pays while few values are
 * distinct, and is given up as soon as it does not. Source: Parquet format, Encodings.md, "Dictionary Encoding".
 */
import { kernels } from '../../kernels.ts';
import type { PlacedChunk } from './placement.ts';
import { distinct, hashes, indices, slots, stamps } from './scratch.ts';

/** By address, and in scratch: good until the next column. */
export interface Dictionary {
  readonly size: number;
  /** Where its values are: entries of texts, four bytes each, or numbers, eight bytes each. */
  readonly values: number;
  /** For each row that is not null, in order, the number of its value, four bytes each. */
  readonly indices: number;
  readonly indexCount: number;
}

/** About what an index costs. With values of n bytes, a dictionary pays while 1 − 4/n of the rows, at most, are distinct. */
const INDEX_BYTES = 4;
const DISTINCT_SHARE_MIN = 0.25;
const DISTINCT_SHARE_MAX = 0.95;

/** In a smaller dictionary the order of first sight is better: it is about the one of frequency. */
const UNORDERED_MAX = 1024;

const SLOT_BYTES = 8;
const SLOTS_MIN = 1024;

/**
 * @param valueBytes of a value that is there, on average
 * @returns undefined where a dictionary would not pay
 */
export function buildDictionary(chunk: PlacedChunk, valueBytes: number): Dictionary | undefined {
  const { column, rows, nullCount, nulls, texts, numbers, width } = chunk;
  if (column.type === 'boolean') return undefined;
  const indexCount = rows - nullCount;
  const sizeMax = distinctMax(indexCount, valueBytes);
  if (sizeMax === 0) return undefined;
  const found = { values: distinct.of(rows * 8), indices: indices.of(rows * 4), indexCount };
  let size: number;
  if (texts === undefined) {
    const table = slots.of(slotCount(sizeMax) * SLOT_BYTES);
    size = kernels.dictionaryOfNumbers(numbers, width, nulls, rows, table, found.values, found.indices, sizeMax);
  } else if (texts.entries === 0) {
    const table = slots.of(slotCount(sizeMax) * SLOT_BYTES);
    const { bytes, offsets } = texts;
    const hashed = hashes.of(rows * 4);
    size = kernels.dictionaryOfTexts(bytes, offsets, nulls, rows, table, hashed, found.values, found.indices, sizeMax);
  } else {
    const { address, stamp } = stamps.next(texts.count);
    size = kernels.dictionaryOfCodes(texts.entries, nulls, rows, address, stamp, found.values, found.indices, sizeMax);
  }
  if (size < 0) return undefined;
  const dictionary = { ...found, size };
  if (size > UNORDERED_MAX) order(chunk, dictionary);
  return dictionary;
}

/** By the first eight bytes of its values: what is alike stands together, and compresses better. */
function order({ texts }: PlacedChunk, { values, size, indices, indexCount }: Dictionary): void {
  const scratch = slots.of(size * 32);
  if (texts === undefined) kernels.orderNumbers(values, size, indices, indexCount, scratch);
  else kernels.orderTexts(texts.bytes, texts.offsets, values, size, indices, indexCount, scratch);
}

function distinctMax(values: number, valueBytes: number): number {
  const share = Math.min(Math.max(1 - INDEX_BYTES / valueBytes, DISTINCT_SHARE_MIN), DISTINCT_SHARE_MAX);
  return Math.floor(values * share);
}

/** A power of two, of which no more than half are taken; the kernel doubles when one more than half are. */
function slotCount(sizeMax: number): number {
  let count = SLOTS_MIN;
  while (count < (sizeMax + 1) * 2) count *= 2;
  return count;
}
