/** A version's table as rows of what the hand-over needs, a row group at a time: a promise a row would cost more than the row. */
import { type FileMetaData, type ParquetParsers, parquetMetadataAsync, parquetRead, type RowGroup } from 'hyparquet';
import { COMPRESSORS, fetchColumns, IDENTITY_KEY, type TableBytes } from '../core/bias/read-table.ts';
import { CommittedObjectError, unreadableTable } from '../errors.ts';
import type { ReviewRow } from './core/chunks-of-review.ts';

const COLUMNS = [
  'review_uid',
  'customer_name',
  'review_date',
  'rating_1_5',
  'review_text',
  'restaurant_name',
] as const satisfies readonly (keyof ReviewRow)[];
const UTF8 = new TextDecoder();
type Column = (typeof COLUMNS)[number];

/** Dates stay days since 1970-01-01. Texts stay bytes of their page until their row's turn: as strings they weigh twice. */
const PARSERS = {
  dateFromDays: (days: number) => days,
  stringFromBytes: (bytes: Uint8Array) => bytes,
} as unknown as ParquetParsers;

/**
 * @param identity whose table it has to be, by its own metadata
 * @param rowsExpected accepted rows, by the manifest
 * @throws CommittedObjectError when it is no table, another version's, or of other rows than expected; what `table` throws
 */
export async function* readReviews(
  table: TableBytes,
  identity: string,
  rowsExpected: number,
): AsyncGenerator<Iterable<ReviewRow>> {
  const metadata = await metadataOf(table, identity, rowsExpected);
  let rowStart = 0;
  for (const group of metadata.row_groups) {
    const range = { rowStart, rowEnd: rowStart + Number(group.num_rows) };
    const columns = await readGroup(table, metadata, group, range, identity);
    yield rowsOf(columns, identity);
    rowStart = range.rowEnd;
  }
}

async function metadataOf(table: TableBytes, identity: string, rowsExpected: number): Promise<FileMetaData> {
  try {
    const metadata = await parquetMetadataAsync(table);
    const found = metadata.key_value_metadata?.find(({ key }) => key === IDENTITY_KEY)?.value;
    if (found !== identity) throw new CommittedObjectError(`the table of ${identity} says that it is of ${found}`);
    const rows = Number(metadata.num_rows);
    if (rows === rowsExpected) return metadata;
    throw new CommittedObjectError(`the table of ${identity} has ${rows} rows, its manifest ${rowsExpected} accepted`);
  } catch (error) {
    throw unreadableTable(identity, error);
  }
}

type Cells = unknown[];

async function readGroup(
  table: TableBytes,
  metadata: FileMetaData,
  group: RowGroup,
  range: { readonly rowStart: number; readonly rowEnd: number },
  identity: string,
): Promise<Record<Column, Cells>> {
  const rows = range.rowEnd - range.rowStart;
  const columns = Object.fromEntries(COLUMNS.map((column) => [column, [] as Cells])) as Record<Column, Cells>;
  try {
    const file = await fetchColumns(table, group, COLUMNS);
    // One after the other: what a column takes while it is decoded is several times what it becomes.
    for (const column of COLUMNS) {
      const cells = columns[column];
      await parquetRead({
        file,
        metadata,
        compressors: COMPRESSORS,
        parsers: PARSERS,
        columns: [column],
        ...range,
        onChunk: ({ columnData, rowStart }) => {
          // Chunks may begin before the range.
          const skip = Math.max(0, range.rowStart - rowStart);
          for (let at = skip; at < columnData.length && cells.length < rows; at += 1)
            cells.push(columnData[at] ?? null);
        },
      });
      if (cells.length !== rows) throw new CommittedObjectError(`the table of ${identity} lacks cells of ${column}`);
    }
    return columns;
  } catch (error) {
    throw unreadableTable(identity, error);
  }
}

function* rowsOf(columns: Record<Column, Cells>, identity: string): Generator<ReviewRow> {
  for (let row = 0; row < columns.review_uid.length; row += 1) yield rowOf(columns, row, identity);
}

function rowOf(columns: Record<Column, Cells>, row: number, identity: string): ReviewRow {
  const text = (column: Column) => {
    const cell = columns[column][row];
    return cell instanceof Uint8Array ? UTF8.decode(cell) : null;
  };
  const number = (column: Column) => {
    const cell = columns[column][row];
    return typeof cell === 'number' ? cell : null;
  };
  const uid = text('review_uid');
  if (uid === null) throw new CommittedObjectError(`the table of ${identity} has a row without a review_uid`);
  return {
    review_uid: uid,
    customer_name: text('customer_name'),
    review_date: number('review_date'),
    rating_1_5: number('rating_1_5'),
    review_text: text('review_text'),
    restaurant_name: text('restaurant_name'),
  };
}
