/** Where the columns of a row group stand in the kernels' memory; what does not stand there is copied. */
import type { Column } from '@tastetrend/contracts';
import { kernels } from '../../kernels.ts';
import type { ColumnChunk, RowGroup } from '../types.ts';
import { copies, view } from './scratch.ts';

/** Texts by address; `entries` is 0 where row r has the r-th text. */
export interface PlacedTexts {
  readonly bytes: number;
  readonly offsets: number;
  readonly entries: number;
  /** How many texts there are to choose from. */
  readonly count: number;
}

/** A column chunk by address: a number is given as its place. */
export interface PlacedChunk {
  readonly column: Column;
  readonly rows: number;
  readonly nullCount: number;
  /** 0 where no row is null. */
  readonly nulls: number;
  /** A column of strings has texts, any other numbers of so many bytes. */
  readonly texts: PlacedTexts | undefined;
  readonly numbers: number;
  readonly width: number;
}

type Bytes = Uint8Array | Uint32Array | Int32Array | Float64Array;

const ALIGNMENT = 16;

/** Places all columns, so that one copy region holds what lies outside of the kernels' memory. */
export function placeRowGroup({ columns }: RowGroup): PlacedChunk[] {
  const strangers = new Map<Bytes, number>();
  let strangeBytes = 0;
  const addresses = new Map<Bytes, number>();
  for (const array of columns.flatMap(arraysOf)) {
    if (array.buffer === kernels.memory.buffer) {
      addresses.set(array, array.byteOffset);
    } else if (!strangers.has(array)) {
      strangers.set(array, strangeBytes);
      strangeBytes += Math.ceil(array.byteLength / ALIGNMENT) * ALIGNMENT;
    }
  }
  const counts = columns.map(({ values }) => countOf(values));
  const rows = columns.map(({ nulls }) => nulls.length);
  if (strangers.size > 0) {
    const start = copies.of(strangeBytes);
    for (const [array, offset] of strangers) {
      const address = start + offset;
      const bytes = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
      view(address, address + bytes.length).set(bytes);
      addresses.set(array, address);
    }
  }
  const of = (array: Bytes) => addresses.get(array) as number;
  return columns.map((chunk, i) => placed(chunk, rows[i] as number, counts[i] as number, of));
}

function arraysOf({ values, nulls }: ColumnChunk): Bytes[] {
  if ('codes' in values) return [values.codes, values.dictionary.offsets, values.dictionary.bytes, nulls];
  return 'offsets' in values ? [values.offsets, values.bytes, nulls] : [values, nulls];
}

function countOf(values: ColumnChunk['values']): number {
  if ('codes' in values) return values.dictionary.offsets.length - 1;
  return 'offsets' in values ? values.offsets.length - 1 : values.length;
}

function placed(
  { column, values, nulls, nullCount }: ColumnChunk,
  rows: number,
  count: number,
  of: (array: Bytes) => number,
): PlacedChunk {
  const base = { column, rows, nullCount, nulls: nullCount === 0 ? 0 : of(nulls) };
  if ('codes' in values) {
    const { codes, dictionary } = values;
    const texts = { bytes: of(dictionary.bytes), offsets: of(dictionary.offsets), entries: of(codes), count };
    return { ...base, texts, numbers: 0, width: 0 };
  }
  if ('offsets' in values) {
    const texts = { bytes: of(values.bytes), offsets: of(values.offsets), entries: 0, count };
    return { ...base, texts, numbers: 0, width: 0 };
  }
  return { ...base, texts: undefined, numbers: of(values), width: values.BYTES_PER_ELEMENT };
}
