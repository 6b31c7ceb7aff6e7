/**
 * The RLE / bit-packing hybrid, for definition levels and dictionary indices: runs of one value, and groups of eight
 * values packed from the lowest bit up. Source: Parquet format, Encodings.md, "Run Length Encoding / Bit-Packing Hybrid".
 */
import type { ByteBuffer } from './byte-buffer.ts';

/** Bits that hold every value from 0 to `max`. */
export function bitWidthOf(max: number): number {
  return max === 0 ? 0 : 32 - Math.clz32(max);
}

/** A run shorter than this costs less among packed values. */
const RUN_MIN = 8;

/**
 * @param values from 0 to 2^bitWidth − 1
 * @param bitWidth 0 to 32
 */
export function encodeRle(out: ByteBuffer, values: Uint8Array | Int32Array, count: number, bitWidth: number): void {
  let packedFrom = 0;
  let i = 0;
  while (i < count) {
    const value = values[i] as number;
    let end = i + 1;
    while (end < count && values[end] === value) end += 1;
    // A packed group holds eight values: what is packed before this run may only end on a multiple of eight.
    const borrowed = (8 - ((i - packedFrom) % 8)) % 8;
    if (end - i - borrowed >= RUN_MIN) {
      const runFrom = i + borrowed;
      if (runFrom > packedFrom) packGroups(out, values, packedFrom, runFrom, bitWidth);
      out.varint((end - runFrom) * 2);
      for (let shift = 0; shift < bitWidth; shift += 8) out.byte((value >>> shift) & 0xff);
      packedFrom = end;
    }
    i = end;
  }
  if (count > packedFrom) packGroups(out, values, packedFrom, count, bitWidth);
}

/** The last group is filled up with zeros; readers know the count. */
function packGroups(
  out: ByteBuffer,
  values: Uint8Array | Int32Array,
  from: number,
  to: number,
  bitWidth: number,
): void {
  const groups = Math.ceil((to - from) / 8);
  out.varint(groups * 2 + 1);
  let bits = 0;
  let bitCount = 0;
  for (let i = from; i < from + groups * 8; i++) {
    let rest = i < to ? (values[i] as number) : 0;
    let restBits = bitWidth;
    while (restBits > 0) {
      const taken = Math.min(8 - bitCount, restBits);
      bits |= (rest & ((1 << taken) - 1)) << bitCount;
      rest >>>= taken;
      restBits -= taken;
      bitCount += taken;
      if (bitCount === 8) {
        out.byte(bits);
        bits = 0;
        bitCount = 0;
      }
    }
  }
}
