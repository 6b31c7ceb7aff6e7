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

/**
 * @param identity whose table it has to be, by its own metadata
 * @param rowsExpected accepted rows, by the manifest
 * @param groups the profile's
 * @throws CommittedObjectError when it is no table, another version's, or of other rows than expected; what `table` throws
 */
export async function readCodedRows(
  table: TableBytes,
  identity: string,
  rowsExpected: number,
  groups: Profile['groups'],
): Promise<CodedRows> {
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
    const asNumber = { stringFromBytes: (id: Uint8Array) => coded.reviewNumber(id) } as unknown as ParquetParsers;
    const others = columnsFor(groups).filter((column) => column !== 'review_id');
    let rowStart = 0;
    for (const group of metadata.row_groups) {
      const range = { rowStart, rowEnd: rowStart + Number(group.num_rows) };
      const fetched = await fetchColumns(table, group, ['review_id', ...others]);
      // One after the other: what a column takes while it is decoded is several times what it becomes.
      await readColumn(fetched, metadata, range, coded, 'review_id', { parsers: asNumber });
      for (const column of others) await readColumn(fetched, metadata, range, coded, column, {});
      rowStart = range.rowEnd;
    }
    return coded.finish();
  } catch (error) {
    throw unreadableTable(identity, error);
  }
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
  coded: CodedRows,
  column: NeededColumn,
  parsing: { readonly parsers?: ParquetParsers },
): Promise<void> {
  let cells = 0;
  let failure: unknown;
  await parquetRead({
    file,
    metadata,
    compressors: COMPRESSORS,
    columns: [column],
    ...range,
    ...parsing,
    // Nobody waits for what it returns: what it throws would end the process.
    onChunk: ({ columnData, rowStart }) => {
      try {
        coded.fill(column, columnData, rowStart);
        cells += columnData.length;
      } catch (error) {
        failure ??= error;
      }
    },
  });
  if (failure !== undefined) throw failure;
  if (cells !== range.rowEnd - range.rowStart) throw new CommittedObjectError(`the table lacks cells of ${column}`);
}
