/**
 * Split block Bloom filters: whether a text may be in a column chunk, for readers that look for one by equality.
 * Source: Parquet format, BloomFilter.md; parquet.thrift, BloomFilterHeader.
 */
import { kernels } from '../../kernels.ts';
import type { Dictionary } from './dictionary.ts';
import type { PlacedChunk } from './placement.ts';
import { blocks, view } from './scratch.ts';
import { encodeStruct, i32, struct } from './thrift.ts';

const BLOCK_BYTES = 32;
/** With six bits a text, one text in eleven that is not there seems to be; with twelve, one in 250. */
const BITS_A_TEXT_MIN = 6;

/**
 * The filter of a column of texts, behind its header.
 * @param dictionary has each text once, where there is one
 * @returns bytes of their own; undefined where there is no text
 */
export function bloomFilterOf(chunk: PlacedChunk, dictionary: Dictionary | undefined): Uint8Array | undefined {
  const { texts, rows, nulls, nullCount } = chunk;
  if (texts === undefined) throw new TypeError(`column ${chunk.column.name} has no texts for a Bloom filter`);
  if (rows === nullCount) return undefined;
  const { bytes, offsets, entries } = texts;
  const count = filterBytes(dictionary?.size ?? rows - nullCount);
  const start = blocks.of(count);
  view(start, start + count).fill(0);
  const blockCount = count / BLOCK_BYTES;
  if (dictionary === undefined) kernels.fillBloomFilter(bytes, offsets, entries, nulls, rows, start, blockCount);
  else kernels.fillBloomFilter(bytes, offsets, dictionary.values, 0, dictionary.size, start, blockCount);
  const only = struct([[1, struct([])]]);
  const header = encodeStruct([
    [1, i32(count)],
    [2, only],
    [3, only],
    [4, only],
  ]);
  return Buffer.concat([header, view(start, start + count)]);
}

/** A power of two: some readers take no other. */
function filterBytes(texts: number): number {
  let bytes = BLOCK_BYTES;
  while (bytes * 8 < texts * BITS_A_TEXT_MIN) bytes *= 2;
  return bytes;
}
