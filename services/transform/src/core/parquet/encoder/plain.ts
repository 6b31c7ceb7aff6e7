/** PLAIN: values end to end, as they are. Source: Parquet format, Encodings.md, "Plain". */

import type { ColumnChunk } from '../types.ts';
import type { ByteBuffer } from './byte-buffer.ts';

/** Writes the values of rows [from, to), leaving out nulls. */
export function encodePlain(
  out: ByteBuffer,
  { column, values, nulls, nullCount }: ColumnChunk,
  from: number,
  to: number,
): void {
  const isThere = (i: number) => nullCount === 0 || nulls[i] === 0;
  if ('offsets' in values) {
    const { bytes, offsets } = values;
    for (let i = from; i < to; i++) {
      if (!isThere(i)) continue;
      const start = offsets[i] as number;
      const end = offsets[i + 1] as number;
      out.uint32(end - start);
      out.bytes(bytes, start, end);
    }
    return;
  }
  switch (column.type) {
    case 'double':
      for (let i = from; i < to; i++) if (isThere(i)) out.double(values[i] as number);
      break;
    case 'int64':
    case 'timestamp_ms':
      for (let i = from; i < to; i++) if (isThere(i)) out.int64(BigInt(values[i] as number));
      break;
    case 'boolean':
      encodeBits(out, values as Uint8Array, isThere, from, to);
      break;
    default:
      for (let i = from; i < to; i++) if (isThere(i)) out.int32(values[i] as number);
  }
}

/** Booleans: one bit each, from the lowest bit up. */
function encodeBits(
  out: ByteBuffer,
  values: Uint8Array,
  isThere: (i: number) => boolean,
  from: number,
  to: number,
): void {
  let bits = 0;
  let count = 0;
  for (let i = from; i < to; i++) {
    if (!isThere(i)) continue;
    bits |= (values[i] as number) << count;
    count += 1;
    if (count === 8) {
      out.byte(bits);
      bits = 0;
      count = 0;
    }
  }
  if (count > 0) out.byte(bits);
}
