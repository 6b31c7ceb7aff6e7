/** A version's table becomes coded rows: row group by row group, and of each only the columns that are needed. */

import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Profile } from '@tastetrend/contracts';
import {
  type Compressors,
  type FileMetaData,
  type ParquetParsers,
  parquetMetadataAsync,
  parquetRead,
  type RowGroup,
} from 'hyparquet';
import { CommittedObjectError, unreadableTable } from '../../errors.ts';
import { VALUE_COLUMNS, type ValueColumn, ValueColumns } from '../columns/value-columns.ts';
import { CodedRows, columnsFor, type NeededColumn } from './coded-rows.ts';

/** A table's bytes, wherever they lie. */
export interface TableBytes {
  readonly byteLength: number;
  /** @returns the bytes from `start` to before `end`. @throws BrokenWorldError */
  slice(start: number, end?: number): Promise<ArrayBuffer>;
}

export const IDENTITY_KEY = 'tastetrend.identity';

export const COMPRESSORS: Compressors = {
  ZSTD: (input, length) => zstdDecompressSync(input, { maxOutputLength: Math.max(1, length) }),
  GZIP: (input, length) => gunzipSync(input, { maxOutputLength: Math.max(1, length) }),
};

/** One reading of a table for both summaries. */
export interface ReadTable {
  readonly coded: CodedRows;
  readonly values: ValueColumns;
}

/**
 * @param identity whose table it has to be, by its own metadata
 * @param rowsExpected accepted rows, by the manifest
 * @param groups the profile's
 * @throws CommittedObjectError when it is no table, another version's, or of other rows than expected; what `table` throws
 */
export async function readReviewTable(
  table: TableBytes,
  identity: string,
  rowsExpected: number,
  groups: Profile['groups'],
): Promise<ReadTable> {
  try {
    const metadata = await parquetMetadataAsync(table);
    const found = metadata.key_value_metadata?.find(({ key }) => key === IDENTITY_KEY)?.value;
    if (found !== identity) throw new CommittedObjectError(`the table of ${identity} says that it is of ${found}`);
    if (Number(metadata.num_rows) !== rowsExpected) {
      throw new CommittedObjectError(
        `the table of ${identity} has ${metadata.num_rows} rows, its manifest ${rowsExpected} accepted`,
      );
    }
    const coded = new CodedRows(rowsExpected);
    const values = new ValueColumns();
    const columns = columnsRead(metadata, groups, coded, values);
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const range = { rowStart, rowEnd: rowStart + Number(group.num_rows) };
      const names = columns.map(({ name }) => name);
      const fetched = await fetchColumns(table, group, names);
      // One after the other: what a column takes while it is decoded is several times what it becomes.
      values.startGroup(Number(group.num_rows));
      for (const column of columns) await readColumn(fetched, metadata, range, column);
      values.endGroup();
      rowStart = range.rowEnd;
    }
    coded.finish();
    return { coded, values };
  } catch (error) {
    throw unreadableTable(identity, error);
  }
}

interface ColumnRead {
  readonly name: string;
  readonly parsers: Partial<ParquetParsers>;
  readonly fill: (cells: ArrayLike<unknown>, start: number, groupStart: number) => void;
}

/** Each column once, for whoever wants it. A table of earlier rules may lack one that only the values are of. */
function columnsRead(
  metadata: FileMetaData,
  groups: Profile['groups'],
  coded: CodedRows,
  values: ValueColumns,
): ColumnRead[] {
  const asNumber = { stringFromBytes: (id: Uint8Array) => coded.reviewNumber(id) };
  const asDays = { dateFromDays: (days: number) => days };
  const there = new Set(metadata.schema.map(({ name }) => name));
  const ofGroups = columnsFor(groups);
  const isCoded = (name: string): name is NeededColumn => (ofGroups as readonly string[]).includes(name);
  const isValue = (name: string): name is ValueColumn => (VALUE_COLUMNS as readonly string[]).includes(name);
  const others = VALUE_COLUMNS.filter((name) => !isCoded(name) && there.has(name));
  return [...ofGroups, ...others].map((name) => ({
    name,
    parsers: (name === 'review_id' ? asNumber : asDays) as unknown as Partial<ParquetParsers>,
    fill: (cells, start, groupStart) => {
      if (isCoded(name)) coded.fill(name, cells, start);
      if (isValue(name)) values.fill(name, cells, start - groupStart);
    },
  }));
}

/** Requests for column chunks that lie so near are one: a request takes longer than so many bytes. */
const GAP_BYTES_MAX = 262_144;

/** The bytes of a row group's columns, fetched at once in as few requests as make sense. */
export async function fetchColumns(
  table: TableBytes,
  group: RowGroup,
  columns: readonly string[],
): Promise<TableBytes> {
  const chunks = group.columns.flatMap(({ meta_data: chunk }) => {
    if (chunk === undefined || !columns.includes(chunk.path_in_schema[0] ?? '')) return [];
    const start = Number(chunk.dictionary_page_offset || chunk.data_page_offset);
    return [{ start, end: start + Number(chunk.total_compressed_size) }];
  });
  const ranges: { start: number; end: number }[] = [];
  for (const chunk of chunks.sort((a, b) => a.start - b.start)) {
    const last = ranges.at(-1);
    if (last !== undefined && chunk.start - last.end <= GAP_BYTES_MAX) last.end = Math.max(last.end, chunk.end);
    else ranges.push({ ...chunk });
  }
  const parts = await Promise.all(
    ranges.map(async ({ start, end }) => ({ start, end, bytes: await table.slice(start, end) })),
  );
  return {
    byteLength: table.byteLength,
    slice: async (start, end = table.byteLength) => {
      const part = parts.find((one) => one.start <= start && end <= one.end);
      return part === undefined ? table.slice(start, end) : part.bytes.slice(start - part.start, end - part.start);
    },
  };
}

/** @throws CommittedObjectError when the column has other cells than rows, and what filling them throws */
async function readColumn(
  file: TableBytes,
  metadata: FileMetaData,
  range: { readonly rowStart: number; readonly rowEnd: number },
  { name, parsers, fill }: ColumnRead,
): Promise<void> {
  let cells = 0;
  let failure: unknown;
  await parquetRead({
    file,
    metadata,
    compressors: COMPRESSORS,
    columns: [name],
    ...range,
    parsers: parsers as ParquetParsers,
    // Nobody waits for what it returns: what it throws would end the process.
    onChunk: ({ columnData, rowStart }) => {
      try {
        fill(columnData, rowStart, range.rowStart);
        cells += columnData.length;
      } catch (error) {
        failure ??= error;
      }
    },
  });
  if (failure !== undefined) throw failure;
  if (cells !== range.rowEnd - range.rowStart) throw new CommittedObjectError(`the table lacks cells of ${name}`);
}
