/** PLAIN: values end to end, as they are. Source: Parquet format, Encodings.md, "Plain". */
import { kernels } from '../../kernels.ts';
import type { Dictionary } from './dictionary.ts';
import type { PlacedChunk } from './placement.ts';

/**
 * Writes a dictionary's values.
 * @returns the address after them
 */
export function plainDictionary({ column, texts }: PlacedChunk, { values, size }: Dictionary, out: number): number {
  if (texts !== undefined) return kernels.plainTexts(texts.bytes, texts.offsets, values, 0, 0, size, out);
  switch (column.type) {
    case 'int64':
    case 'timestamp_ms':
      kernels.widenDoubles(values, 0, size, out);
      return out + size * 8;
    case 'double':
      return kernels.plainNumbers(values, 8, 0, 0, size, out);
    default:
      return kernels.plainNarrowed(values, size, out);
  }
}

/**
 * Writes the doubles or booleans of all rows, leaving out nulls.
 * @returns the address after them
 */
export function plainValues({ column, nulls, numbers, rows }: PlacedChunk, out: number): number {
  if (column.type === 'boolean') return kernels.plainBits(numbers, nulls, 0, rows, out);
  return kernels.plainNumbers(numbers, 8, nulls, 0, rows, out);
}
