/**
 * RLE_DICTIONARY: each distinct value once, in the order of first sight, and an index a row. It pays while few values are
 * distinct, and is given up as soon as it does not. Source: Parquet format, Encodings.md, "Dictionary Encoding".
 */
import type { ColumnChunk, Texts } from '../types.ts';

export interface Dictionary {
  /** Row of first sight of each distinct value. */
  readonly firstRows: Int32Array;
  readonly size: number;
  /** For each row that is not null, in order, the number of its value. */
  readonly indices: Int32Array;
  readonly indexCount: number;
}

/** A dictionary is looked at again after so many rows; by then it must have saved something. */
const PROBATION_ROWS = 2_000;
/** More distinct values than this share of the rows cost more as dictionary and indices than as they are. */
const DISTINCT_SHARE_MAX = 0.75;

/** @returns undefined where a dictionary would not pay */
export function buildDictionary(chunk: ColumnChunk): Dictionary | undefined {
  const { values, nulls, nullCount, column } = chunk;
  if (column.type === 'boolean') return undefined;
  const rows = nulls.length;
  const present = rows - nullCount;
  if (present === 0) return undefined;
  let capacity = 1024;
  while (capacity < present * 2) capacity *= 2;
  const mask = capacity - 1;
  const slots = new Int32Array(capacity).fill(-1);
  const hashes = new Int32Array(present);
  const firstRows = new Int32Array(present);
  const indices = new Int32Array(present);
  const equality = 'offsets' in values ? textEquality(values) : numberEquality(values);
  let size = 0;
  let indexCount = 0;
  for (let row = 0; row < rows; row++) {
    if (nullCount > 0 && nulls[row] === 1) continue;
    const hash = equality.hash(row);
    let slot = hash & mask;
    let found = slots[slot] as number;
    while (found >= 0 && !(hashes[found] === hash && equality.equal(firstRows[found] as number, row))) {
      slot = (slot + 1) & mask;
      found = slots[slot] as number;
    }
    if (found < 0) {
      found = size++;
      slots[slot] = found;
      hashes[found] = hash;
      firstRows[found] = row;
    }
    indices[indexCount++] = found;
    if (indexCount === PROBATION_ROWS && size > PROBATION_ROWS * DISTINCT_SHARE_MAX) return undefined;
  }
  if (present > 1 && size > present * DISTINCT_SHARE_MAX) return undefined;
  return { firstRows, size, indices, indexCount };
}

interface Equality {
  hash(row: number): number;
  equal(a: number, b: number): boolean;
}

function numberEquality(values: Float64Array | Int32Array | Uint8Array): Equality {
  const scratch = new Float64Array(1);
  const words = new Int32Array(scratch.buffer);
  return {
    hash(row) {
      scratch[0] = values[row] as number;
      return mix(Math.imul(words[0] as number, 0x9e3779b1) ^ (words[1] as number));
    },
    // By bits, so that 0 and -0 stay what they are.
    equal: (a, b) => Object.is(values[a], values[b]),
  };
}

function textEquality({ bytes, offsets }: Texts): Equality {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    hash(row) {
      const start = offsets[row] as number;
      const end = offsets[row + 1] as number;
      let hash = end - start;
      // Long texts are told apart by every fourth byte; equality is always checked on all of them.
      const step = end - start > 64 ? 4 : 1;
      for (let i = start; i < end; i += step) hash = Math.imul(hash ^ (bytes[i] as number), 0x01000193);
      return mix(hash);
    },
    equal(a, b) {
      const start = offsets[a] as number;
      const end = offsets[a + 1] as number;
      const otherStart = offsets[b] as number;
      const otherEnd = offsets[b + 1] as number;
      return end - start === otherEnd - otherStart && buffer.compare(buffer, otherStart, otherEnd, start, end) === 0;
    },
  };
}

function mix(hash: number): number {
  const folded = Math.imul(hash ^ (hash >>> 15), 0x2c1b3c6d);
  return folded ^ (folded >>> 13);
}
