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
 * One column of a row group. `values` by the column's type: Texts for string; Float64Array for double, int64 and
 * timestamp_ms (whole numbers within ±2^53); Int32Array for int32 and date (days from 1970-01-01); Uint8Array (0 or 1) for
 * boolean. A null has an unspecified value in its place.
 */
export interface ColumnChunk {
  readonly column: Column;
  readonly values: Texts | Float64Array | Int32Array | Uint8Array;
  /** 1 where the row has no value. */
  readonly nulls: Uint8Array;
  readonly nullCount: number;
}

export interface RowGroup {
  readonly rowCount: number;
  /** In the order of the schema that the writer was opened with. */
  readonly columns: readonly ColumnChunk[];
}

/** Where the file's bytes go, in order. */
export interface ByteSink {
  write(bytes: Uint8Array): void;
}

export interface ParquetOptions {
  readonly columns: readonly Column[];
  /** Key-value metadata of the footer. */
  readonly metadata: Readonly<Record<string, string>>;
}

/** Writes one file: row groups in order, then `finish` once. The same calls give the same bytes. */
export interface ParquetWriter {
  writeRowGroup(group: RowGroup): Promise<void>;
  finish(): Promise<void>;
}

export type OpenParquetWriter = (sink: ByteSink, options: ParquetOptions) => Promise<ParquetWriter>;

/** Text i of a column of texts. */
export function textAt(texts: Texts, i: number): string {
  const { buffer, byteOffset } = texts.bytes;
  const start = texts.offsets[i] as number;
  const end = texts.offsets[i + 1] as number;
  return Buffer.from(buffer, byteOffset + start, end - start).toString('utf8');
}
