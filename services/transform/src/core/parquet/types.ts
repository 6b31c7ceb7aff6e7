/**
 * The port through which tables are written: a row group at a time, as columns of bytes and numbers. No writer sees a row,
 * and none needs a JavaScript string for a cell. The writers stand beside this file; one contract suite runs on all.
 */
import type { Column } from '@tastetrend/contracts';

/** UTF-8 texts end to end; text i is `bytes[offsets[i] … offsets[i + 1])`. */
export interface Texts {
  readonly bytes: Uint8Array;
  readonly offsets: Uint32Array;
}

/**
 * A column of texts that repeat: `codes[row]` is the number of its text in `dictionary`, and unspecified where the row has
 * no value. The dictionary is the file's so far: a row group uses few of its texts, and a text may stand in it twice.
 */
export interface CodedTexts {
  readonly codes: Int32Array;
  readonly dictionary: Texts;
}

export type ColumnValues = Texts | CodedTexts | Float64Array | Int32Array | Uint8Array;

/**
 * One column of a row group. `values` by the column's type: Texts or CodedTexts for string; Float64Array for double, int64 and
 * timestamp_ms (whole numbers within ±2^53); Int32Array for int32 and date (days from 1970-01-01); Uint8Array (0 or 1) for
 * boolean. A null has an unspecified value in its place.
 */
export interface ColumnChunk {
  readonly column: Column;
  readonly values: ColumnValues;
  /** 1 where the row has no value. */
  readonly nulls: Uint8Array;
  readonly nullCount: number;
}

export interface RowGroup {
  readonly rowCount: number;
  /** In the order of the schema that the writer was opened with. */
  readonly columns: readonly ColumnChunk[];
}

/** A writer that takes JavaScript values makes row groups of so many rows at most: values take ten times a cell's bytes. */
export const VALUE_ROWS_MAX = 20_000;

/** Where the file's bytes go, in order. */
export interface ByteSink {
  write(bytes: Uint8Array): void;
}

export interface ParquetOptions {
  readonly columns: readonly Column[];
  /** Key-value metadata of the footer. */
  readonly metadata: Readonly<Record<string, string>>;
  /** Names of string columns that are looked up by equality; a writer that can gives them Bloom filters. */
  readonly bloomFilters?: readonly string[];
}

/** Writes one file: row groups in order, then `finish` once. The same calls give the same bytes. */
export interface ParquetWriter {
  writeRowGroup(group: RowGroup): Promise<void>;
  finish(): Promise<void>;
}

export type OpenParquetWriter = (sink: ByteSink, options: ParquetOptions) => Promise<ParquetWriter>;

/** The text of row `row`, which has a value. */
export function textAt(values: Texts | CodedTexts, row: number): string {
  if ('codes' in values) return textAt(values.dictionary, values.codes[row] as number);
  const { buffer, byteOffset } = values.bytes;
  const start = values.offsets[row] as number;
  const end = values.offsets[row + 1] as number;
  return Buffer.from(buffer, byteOffset + start, end - start).toString('utf8');
}

/** Whether the values are texts, in either shape. */
export function isTexts(values: ColumnValues): values is Texts | CodedTexts {
  return 'offsets' in values || 'codes' in values;
}
