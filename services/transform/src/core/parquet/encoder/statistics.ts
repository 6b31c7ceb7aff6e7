/**
 * The smallest and largest value of a column chunk, by which readers skip row groups. Texts are compared as unsigned bytes
 * and cut to a prefix that stays a bound; a zero is written with the sign that includes the other zero.
 * Source: Parquet format, parquet.thrift, Statistics and ColumnOrder (TYPE_ORDER).
 */
import type { ColumnType } from '@tastetrend/contracts';
import { kernels } from '../../kernels.ts';
import type { Dictionary } from './dictionary.ts';
import type { PlacedChunk, PlacedTexts } from './placement.ts';
import { answer, view } from './scratch.ts';
import { binary, bool, i64, struct, type ThriftValue } from './thrift.ts';

/** Longer bounds help no reader. */
const PREFIX_BYTES_MAX = 64;
/** What a kernel says of a range: two numbers. */
const ANSWER_BYTES = 16;

interface Bound {
  readonly bytes: Uint8Array;
  readonly isExact: boolean;
}

/** The Statistics struct: null count, and bounds where there is a value and a bound can be told. */
export function statisticsOf(chunk: PlacedChunk, dictionary: Dictionary | undefined): ThriftValue {
  const bounds =
    chunk.texts === undefined ? numberBounds(chunk, dictionary) : textBounds(chunk, chunk.texts, dictionary);
  return struct([
    [3, i64(chunk.nullCount)],
    [5, bounds?.largest && binary(bounds.largest.bytes)],
    [6, bounds && binary(bounds.smallest.bytes)],
    [7, bounds?.largest && bool(bounds.largest.isExact)],
    [8, bounds && bool(bounds.smallest.isExact)],
  ]);
}

interface Bounds {
  readonly smallest: Bound;
  readonly largest: Bound | undefined;
}

/** A dictionary has seen each value already. */
function textBounds(
  { rows, nulls }: PlacedChunk,
  { bytes, offsets, entries }: PlacedTexts,
  dictionary: Dictionary | undefined,
): Bounds | undefined {
  const out = answer.of(ANSWER_BYTES);
  const found =
    dictionary === undefined
      ? kernels.rangeOfTexts(bytes, offsets, entries, nulls, rows, out)
      : kernels.rangeOfTexts(bytes, offsets, dictionary.values, 0, dictionary.size, out);
  if (found === 0) return undefined;
  const memory = new DataView(kernels.memory.buffer);
  const text = (place: number) => {
    const entry = memory.getInt32(out + place * 4, true);
    const start = memory.getUint32(offsets + entry * 4, true);
    return view(bytes + start, bytes + memory.getUint32(offsets + entry * 4 + 4, true));
  };
  return { smallest: lowerBound(text(0)), largest: upperBound(text(1)) };
}

function numberBounds(chunk: PlacedChunk, dictionary: Dictionary | undefined): Bounds | undefined {
  const { type } = chunk.column;
  const out = answer.of(ANSWER_BYTES);
  if (rangeOfNumbers(chunk, dictionary, out) === 0) return undefined;
  const memory = new DataView(kernels.memory.buffer);
  const low = memory.getFloat64(out, true);
  const high = memory.getFloat64(out + 8, true);
  const exact = (value: number): Bound => ({ bytes: encoded(type, value), isExact: true });
  const isDouble = type === 'double';
  return {
    smallest: exact(isDouble && low === 0 ? -0 : low),
    largest: exact(isDouble && high === 0 ? 0 : high),
  };
}

function rangeOfNumbers(
  { nulls, numbers, width, rows }: PlacedChunk,
  dictionary: Dictionary | undefined,
  out: number,
): number {
  if (dictionary === undefined) {
    return width === 8
      ? kernels.rangeOfDoubles(numbers, nulls, rows, out)
      : kernels.rangeOfIntegers(numbers, width, nulls, rows, out);
  }
  const { values, size } = dictionary;
  return width === 8 ? kernels.rangeOfDoubles(values, 0, size, out) : kernels.rangeOfIntegers(values, 8, 0, size, out);
}

function encoded(type: ColumnType, value: number): Uint8Array {
  const bytes = Buffer.alloc(8);
  switch (type) {
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
