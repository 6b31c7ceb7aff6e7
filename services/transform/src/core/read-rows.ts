/**
 * From bytes to rows: which separator and header a file has, then row by row its cells as text. A row that cannot be
 * trusted as one (broken quoting, wrong number of fields, bytes that are no UTF-8, over a limit) is set aside, whole.
 */
import { isAscii, isUtf8 } from 'node:buffer';
import { createReadStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { type Inference, limitOf, type Rejection } from '@tastetrend/contracts';
import { kindOf, mapColumns, RESTAURANT_INFO_SYNONYMS, REVIEW_SYNONYMS } from './columns.ts';
import { type BrokenLine, type BrokenReason, CsvReader, type CsvRecord, fieldText } from './csv/records.ts';
import { type RejectionRule, rejectionOf } from './rejection.ts';

export type FileKind = 'reviews' | 'restaurant_info';

export interface FileHead {
  readonly delimiter: string;
  readonly headers: readonly string[];
  readonly kind: FileKind;
  readonly inferred: Pick<Inference, 'encoding' | 'delimiter'>;
}

export type QuarantineReason = BrokenReason | 'wrong_field_count' | 'not_utf8' | 'field_too_long';

export interface RowPlace {
  /** Physical line on which the row starts, from 1. */
  readonly line: number;
  readonly byteOffset: number;
  /** The row as uploaded; valid until the sink returns. */
  raw(): Buffer;
}

export interface QuarantinedRow extends RowPlace {
  readonly reason: QuarantineReason;
  /** Its length in the file; more than `raw` where the row is over the row limit. */
  readonly byteLength: number;
}

export interface RowSink {
  /** @param cells one a header, in the file's order */
  row(cells: readonly string[], place: RowPlace): void;
  quarantined(row: QuarantinedRow): void;
  blank(line: number): void;
  /** Awaited after each chunk of rows: where a sink that fills up is emptied. */
  flush?(): Promise<void>;
}

const DELIMITERS = [',', ';', '\t', '|'] as const;
const HEAD_BYTES = 1 << 20;
const CHUNK_BYTES = 1 << 18;

const MAGIC: readonly [string, RejectionRule][] = [
  ['504b0304', 'excel_workbook'],
  ['d0cf11e0', 'excel_workbook'],
  ['25504446', 'pdf_document'],
  ['1f8b', 'compressed_file'],
  ['28b52ffd', 'compressed_file'],
  ['fffe', 'utf_16'],
  ['feff', 'utf_16'],
];

/** Looks at a file's first bytes: what kind of table it is, or why it is none. */
export async function readHead(path: string): Promise<FileHead | Rejection> {
  const head = await firstBytes(path);
  const magic = head.subarray(0, 4).toString('hex');
  const known = MAGIC.find(([start]) => magic.startsWith(start));
  if (known !== undefined) return rejectionOf(known[1]);
  const hasByteOrderMark = magic.startsWith('efbbbf');
  if (head.subarray(hasByteOrderMark ? 3 : 0).every((byte) => byte === 0x20 || (byte >= 0x09 && byte <= 0x0d))) {
    return head.length < HEAD_BYTES ? rejectionOf('empty_file') : rejectionOf('header_unreadable', 1);
  }
  const read = DELIMITERS.map((delimiter) => ({ delimiter, headers: firstRecord(head, delimiter) }))
    .filter(
      (found): found is { delimiter: (typeof DELIMITERS)[number]; headers: string[] } => found.headers !== undefined,
    )
    .map((found) => ({ ...found, known: knownColumns(found.headers) }))
    // The comma stands first and the sort is stable: it wins where nothing speaks for another.
    .sort((a, b) => b.known - a.known || b.headers.length - a.headers.length);
  const [best] = read;
  if (best === undefined) return rejectionOf('header_unreadable', 1);
  if (best.headers.length > limitOf('columns_max')) return rejectionOf('too_many_columns', 1);
  if (Buffer.byteLength(best.headers.join()) > limitOf('header_bytes_max')) return rejectionOf('header_too_long', 1);
  const kind = kindOf(best.headers);
  if (kind === null) return rejectionOf('no_known_column', 1);
  return {
    delimiter: best.delimiter,
    headers: best.headers,
    kind,
    inferred: {
      encoding: { value: 'utf-8', byte_order_mark: hasByteOrderMark },
      delimiter: {
        value: best.delimiter,
        evidence: `separates the first line into ${best.headers.length} columns, ${best.known} of which we know`,
      },
    },
  };
}

async function firstBytes(path: string): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

function csvSettings(delimiter: string) {
  return { delimiter, rowBytesMax: limitOf('row_bytes_max'), columnsMax: limitOf('columns_max') };
}

/** The cells of the first record, undefined where the first line is none. */
function firstRecord(head: Buffer, delimiter: string): string[] | undefined {
  let cells: string[] | undefined;
  let isFirst = true;
  const reader = new CsvReader(csvSettings(delimiter), {
    record(record) {
      if (isFirst && isUtf8(record.bytes.subarray(record.rawStart, record.rawEnd))) cells = cellsOf(record);
      isFirst = false;
    },
    broken() {
      isFirst = false;
    },
    blank() {},
  });
  reader.write(head);
  if (isFirst) reader.end();
  return cells;
}

function knownColumns(headers: readonly string[]): number {
  const known = (columns: readonly { field: string | null }[]) => columns.filter(({ field }) => field !== null).length;
  return Math.max(known(mapColumns(headers, REVIEW_SYNONYMS)), known(mapColumns(headers, RESTAURANT_INFO_SYNONYMS)));
}

/** All cells as text; a count over the limit gives the first ones, and is found by the caller in `fieldCount`. */
function cellsOf(record: CsvRecord): string[] {
  const ascii = isAscii(record.bytes.subarray(record.rawStart, record.rawEnd));
  const cells: string[] = new Array(Math.min(record.fieldCount, record.starts.length));
  for (let i = 0; i < cells.length; i++) cells[i] = fieldText(record, i, ascii);
  return cells;
}

/** Reads the rows behind the header, once through the file. May be called again: the same rows come in the same order. */
export async function readRows(path: string, head: FileHead, sink: RowSink): Promise<void> {
  const fieldBytesMax = limitOf('field_bytes_max');
  const columnCount = head.headers.length;
  let isHeader = true;
  const setAside = (record: CsvRecord, reason: QuarantineReason) =>
    sink.quarantined({ ...placeOf(record), reason, byteLength: record.rawEnd - record.rawStart });

  const reader = new CsvReader(csvSettings(head.delimiter), {
    record(record) {
      if (isHeader) {
        isHeader = false;
        return;
      }
      if (record.fieldCount !== columnCount) return setAside(record, 'wrong_field_count');
      if (!isUtf8(record.bytes.subarray(record.rawStart, record.rawEnd))) return setAside(record, 'not_utf8');
      for (let i = 0; i < columnCount; i++) {
        if ((record.ends[i] as number) - (record.starts[i] as number) > fieldBytesMax) {
          return setAside(record, 'field_too_long');
        }
      }
      sink.row(cellsOf(record), placeOf(record));
    },
    broken(line: BrokenLine) {
      const { reason, byteLength, byteOffset } = line;
      sink.quarantined({ reason, byteLength, byteOffset, line: line.line, raw: () => line.raw });
    },
    blank(line) {
      if (!isHeader) sink.blank(line);
    },
  });
  for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) {
    reader.write(chunk as Uint8Array);
    await sink.flush?.();
  }
  reader.end();
}

function placeOf(record: CsvRecord): RowPlace {
  const { bytes, rawStart, rawEnd, line, byteOffset } = record;
  return { line, byteOffset, raw: () => bytes.subarray(rawStart, rawEnd) };
}
