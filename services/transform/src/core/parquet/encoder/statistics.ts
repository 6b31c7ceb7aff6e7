/**
 * The smallest and largest value of a column chunk, by which readers skip row groups. Texts are compared as unsigned bytes
 * and cut to a prefix that stays a bound; a zero is written with the sign that includes the other zero.
 * Source: Parquet format, parquet.thrift, Statistics and ColumnOrder (TYPE_ORDER).
 */
import type { ColumnChunk, Texts } from '../types.ts';
import type { Dictionary } from './dictionary.ts';
import { binary, bool, i64, struct, type ThriftValue } from './thrift.ts';

/** Longer bounds help no reader. */
const PREFIX_BYTES_MAX = 64;

interface Bound {
  readonly bytes: Uint8Array;
  readonly isExact: boolean;
}

/** The Statistics struct: null count, and bounds where there is a value and a bound can be told. */
export function statisticsOf(chunk: ColumnChunk, dictionary: Dictionary | undefined): ThriftValue {
  const extremes = extremeRows(chunk, dictionary);
  const bounds = extremes && boundsOf(chunk, extremes.smallest, extremes.largest);
  return struct([
    [3, i64(chunk.nullCount)],
    [5, bounds?.largest && binary(bounds.largest.bytes)],
    [6, bounds && binary(bounds.smallest.bytes)],
    [7, bounds?.largest && bool(bounds.largest.isExact)],
    [8, bounds && bool(bounds.smallest.isExact)],
  ]);
}

/** Rows that hold the smallest and the largest value; a dictionary has seen each value already. */
function extremeRows(chunk: ColumnChunk, dictionary: Dictionary | undefined) {
  const { values, nulls, nullCount } = chunk;
  const isLess = 'offsets' in values ? textOrder(values) : numberOrder(values);
  let smallest = -1;
  let largest = -1;
  const look = (row: number) => {
    if (smallest < 0 || isLess(row, smallest)) smallest = row;
    if (largest < 0 || isLess(largest, row)) largest = row;
  };
  if (dictionary !== undefined) {
    for (let i = 0; i < dictionary.size; i++) look(dictionary.firstRows[i] as number);
  } else {
    for (let row = 0; row < nulls.length; row++) if (nullCount === 0 || nulls[row] === 0) look(row);
  }
  return smallest < 0 ? undefined : { smallest, largest };
}

function numberOrder(values: Float64Array | Int32Array | Uint8Array) {
  return (a: number, b: number) => (values[a] as number) < (values[b] as number);
}

function textOrder({ bytes, offsets }: Texts) {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return (a: number, b: number) =>
    buffer.compare(
      buffer,
      offsets[b] as number,
      offsets[b + 1] as number,
      offsets[a] as number,
      offsets[a + 1] as number,
    ) < 0;
}

function boundsOf(
  { column, values }: ColumnChunk,
  smallest: number,
  largest: number,
): { smallest: Bound; largest: Bound | undefined } {
  if ('offsets' in values) {
    const text = (row: number) =>
      values.bytes.subarray(values.offsets[row] as number, values.offsets[row + 1] as number);
    return { smallest: lowerBound(text(smallest)), largest: upperBound(text(largest)) };
  }
  const exact = (bytes: Uint8Array): Bound => ({ bytes, isExact: true });
  const low = values[smallest] as number;
  const high = values[largest] as number;
  const encode = (value: number): Uint8Array => {
    const bytes = Buffer.alloc(8);
    switch (column.type) {
      case 'double':
        bytes.writeDoubleLE(value);
        return bytes;
      case 'int64':
      case 'timestamp_ms':
        bytes.writeBigInt64LE(BigInt(value));
        return bytes;
      case 'boolean':
        return Uint8Array.of(value);
      default:
        bytes.writeInt32LE(value);
        return bytes.subarray(0, 4);
    }
  };
  const isDouble = column.type === 'double';
  return {
    smallest: exact(encode(isDouble && low === 0 ? -0 : low)),
    largest: exact(encode(isDouble && high === 0 ? 0 : high)),
  };
}

/**
 * A prefix is never larger than the whole. It is cut between characters, so that it stays a text. Bounds are copies: they
 * are written with the footer, when the rows' buffers have long been used for others.
 */
function lowerBound(text: Uint8Array): Bound {
  if (text.length <= PREFIX_BYTES_MAX) return { bytes: Buffer.from(text), isExact: true };
  return { bytes: Buffer.from(text.subarray(0, characterEnd(text, PREFIX_BYTES_MAX))), isExact: false };
}

/**
 * A prefix with its last character raised by one is larger than every text that begins with the prefix.
 * @returns undefined where no character can be raised
 */
function upperBound(text: Uint8Array): Bound | undefined {
  if (text.length <= PREFIX_BYTES_MAX) return { bytes: Buffer.from(text), isExact: true };
  const characters = [...Buffer.from(text.subarray(0, characterEnd(text, PREFIX_BYTES_MAX))).toString('utf8')];
  while (characters.length > 0) {
    const raised = nextCodePoint(characters.pop()?.codePointAt(0) ?? 0);
    if (raised === undefined) continue;
    return { bytes: Buffer.from(characters.join('') + String.fromCodePoint(raised), 'utf8'), isExact: false };
  }
  return undefined;
}

/** UTF-8 orders texts as their code points do; surrogates are no characters. */
function nextCodePoint(codePoint: number): number | undefined {
  if (codePoint === 0x10ffff) return undefined;
  return codePoint === 0xd7ff ? 0xe000 : codePoint + 1;
}

/** The last place at or before `at` where a character ends. */
function characterEnd(text: Uint8Array, at: number): number {
  let end = at;
  while (end > 0 && ((text[end] as number) & 0xc0) === 0x80) end -= 1;
  return end;
}
