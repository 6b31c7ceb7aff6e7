/**
 * The RLE / bit-packing hybrid, for definition levels and dictionary indices: runs of one value, and groups of eight
 * values packed from the lowest bit up. Source: Parquet format, Encodings.md, "Run Length Encoding / Bit-Packing Hybrid".
 */
import { kernels } from '../../kernels.ts';

/** Bits that hold every value from 0 to `max`. */
export function bitWidthOf(max: number): number {
  return max === 0 ? 0 : 32 - Math.clz32(max);
}

/** How many bytes a hybrid of so many values takes at most: all packed, and headers between runs. */
export function hybridBytesMax(count: number, bitWidth: number): number {
  return Math.ceil(count / 8) * (bitWidth + 1) + 64;
}

/**
 * Definition levels as they stand in a version 1 page: their length in four bytes, then a hybrid of one bit, 1 where there
 * is a value.
 * @returns the address after them
 */
export function encodeLevels(nulls: number, from: number, to: number, out: number): number {
  const end = kernels.encodeLevels(nulls, from, to, out + 4);
  new DataView(kernels.memory.buffer).setUint32(out, end - out - 4, true);
  return end;
}

/**
 * Dictionary indices as they stand in a page: their bit width in one byte, then the hybrid.
 * @param indices the address of so many numbers of four bytes, each below 2^bitWidth
 * @returns the address after them
 */
export function encodeIndices(indices: number, count: number, bitWidth: number, out: number): number {
  new DataView(kernels.memory.buffer).setUint8(out, bitWidth);
  return kernels.encodeHybrid(indices, count, bitWidth, out + 1);
}
