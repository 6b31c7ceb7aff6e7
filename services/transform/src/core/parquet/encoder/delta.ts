/**
 * Whole numbers as differences, and texts after the differences of their lengths.
 * Source: Parquet format, Encodings.md, "Delta Encoding (DELTA_BINARY_PACKED)" and "Delta-length byte array".
 */
import { kernels } from '../../kernels.ts';
import type { PlacedChunk, PlacedTexts } from './placement.ts';
import { wide } from './scratch.ts';

/** How many bytes so many numbers take at most: differences as large as they get, and every block's head. */
export function deltaBytesMax(count: number): number {
  return count * 8 + Math.ceil(count / 128) * 16 + 32 * 8 + 64;
}

/**
 * Writes the int32 or int64 values of all rows, leaving out nulls.
 * @returns the address after them
 */
export function deltaNumbers({ nulls, numbers, width, rows }: PlacedChunk, out: number): number {
  const values = wide.of(rows * 8);
  const isInt32 = width === 4;
  const count = isInt32
    ? kernels.widenInt32(numbers, nulls, rows, values)
    : kernels.widenDoubles(numbers, nulls, rows, values);
  return kernels.encodeDelta(values, count, isInt32, out);
}

/**
 * Writes the texts of rows [from, to), leaving out nulls: all lengths, then all bytes.
 * @returns the address after them
 */
export function deltaTexts(
  { bytes, offsets, entries }: PlacedTexts,
  nulls: number,
  from: number,
  to: number,
  out: number,
): number {
  const lengths = wide.of((to - from) * 8);
  const count = kernels.widenLengths(offsets, entries, nulls, from, to, lengths);
  const start = kernels.encodeDelta(lengths, count, true, out);
  return kernels.joinTexts(bytes, offsets, entries, nulls, from, to, start);
}
