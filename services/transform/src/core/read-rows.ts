/**
 * From a file to rows: how it is packed, encoded and separated and what its columns are called, then row by row its cells
 * as text. A row that cannot be trusted as one (broken quoting, wrong number of fields, bytes that are not the file's
 * encoding, over a limit) is set aside, whole.
 */
import { isUtf8 } from 'node:buffer';
import { type Inference, limitOf, type Rejection } from '@tastetrend/contracts';
import { kindOf, mapColumns, RESTAURANT_INFO_SYNONYMS, REVIEW_SYNONYMS } from './columns.ts';
import { type BrokenLine, type BrokenReason, CsvReader, type CsvRecord, fieldText } from './csv/records.ts';
import { type Line, LineReader } from './jsonl/lines.ts';
import { parseJsonRow } from './jsonl/objects.ts';
import { type RejectionRule, rejectionOf } from './rejection.ts';
import { UnreadableFile } from './source/compression.ts';
import { EncodingEvidence, firstBytes, openSource, type Source, textBytes } from './source/text.ts';
import { decodeWindows1252 } from './source/windows1252.ts';
import { isAsciiText } from './values/review-text.ts';

export type FileKind = 'reviews' | 'restaurant_info';

export interface FileHead {
  readonly source: Source;
  /** Null for JSON Lines. */
  readonly delimiter: string | null;
  readonly headers: readonly string[];
  readonly kind: FileKind;
  readonly inferred: Pick<Inference, 'format' | 'compression' | 'encoding' | 'delimiter'>;
}

export type QuarantineReason =
  | BrokenReason
  | 'wrong_field_count'
  | 'not_the_files_encoding'
  | 'field_too_long'
  | 'not_json'
  | 'not_an_object';

/** Lines and bytes are counted in the text: of a packed file unpacked, of one in UTF-16 as UTF-8. */
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

const MAGIC: readonly [string, RejectionRule][] = [
  ['504b0304', 'excel_workbook'],
  ['d0cf11e0', 'excel_workbook'],
  ['25504446', 'pdf_document'],
];

/** Looks at a file: what kind of table it is, or why it is none. Reads it once, for what only the whole can tell. */
export async function readHead(path: string): Promise<FileHead | Rejection> {
  try {
    const opened = await openSource(path);
    const head = await firstBytes(textBytes(opened), HEAD_BYTES);
    const magic = head.subarray(0, 4).toString('hex');
    const known = MAGIC.find(([start]) => magic.startsWith(start));
    if (known !== undefined) return rejectionOf(known[1]);
    const text = withoutMark(head);
    const first = text.find((byte) => !isWhiteSpace(byte));
    if (first === undefined && head.length < HEAD_BYTES) return rejectionOf('empty_file');
    const isJson = first === 0x7b && firstLineIsObject(text);
    if (!isJson && first === 0x5b) return rejectionOf('json_array', 1);
    const encodingEvidence = new EncodingEvidence();
    const names = new JsonNames();
    const lines = new LineReader(limitOf('row_bytes_max'), (line) => names.add(line));
    for await (const chunk of textBytes(opened)) {
      encodingEvidence.write(chunk);
      if (isJson) lines.write(chunk);
      if (names.isTooMany) return rejectionOf('too_many_columns');
    }
    encodingEvidence.end();
    lines.end();
    const encoding = isJson ? jsonEncoding(opened) : encodingEvidence.conclude(opened);
    const source = { ...opened, encoding: encoding.value };
    const shared = { compression: source.compression, encoding };
    if (isJson) {
      return headOf(source, null, names.names, { ...shared, format: 'json_lines', delimiter: null });
    }
    return delimitedHead(source, head, shared);
  } catch (error) {
    if (error instanceof UnreadableFile) return rejectionOf(error.rule);
    throw error;
  }
}

function delimitedHead(
  source: Source,
  head: Buffer,
  shared: Pick<Inference, 'compression' | 'encoding'>,
): FileHead | Rejection {
  const [best] = DELIMITERS.map((delimiter) => ({ delimiter, headers: firstRecord(head, delimiter, source) }))
    .flatMap(({ delimiter, headers }) => (headers === undefined ? [] : [{ delimiter, headers }]))
    .map((found) => ({ ...found, known: knownColumns(found.headers) }))
    // The comma stands first and the sort is stable: it wins where nothing speaks for another.
    .sort((a, b) => b.known - a.known || b.headers.length - a.headers.length);
  if (best === undefined) return rejectionOf('header_unreadable', 1);
  return headOf(source, best.delimiter, best.headers, {
    ...shared,
    format: 'delimited',
    delimiter: {
      value: best.delimiter,
      evidence: `separates the first line into ${best.headers.length} columns, ${best.known} of which we know`,
    },
  });
}

function headOf(
  source: Source,
  delimiter: string | null,
  headers: readonly string[],
  inferred: FileHead['inferred'],
): FileHead | Rejection {
  if (headers.length > limitOf('columns_max')) return rejectionOf('too_many_columns', 1);
  if (Buffer.byteLength(headers.join()) > limitOf('header_bytes_max')) return rejectionOf('header_too_long', 1);
  const kind = kindOf(headers);
  return kind === null ? rejectionOf('no_known_column', 1) : { source, delimiter, headers, kind, inferred };
}

function isWhiteSpace(byte: number): boolean {
  return byte === 0x20 || (byte >= 0x09 && byte <= 0x0d);
}

function withoutMark(head: Buffer): Buffer {
  return head[0] === 0xef && head[1] === 0xbb && head[2] === 0xbf ? head.subarray(3) : head;
}

function firstLineIsObject(text: Buffer): boolean {
  const [line] = text
    .toString('utf8')
    .split('\n')
    .filter((candidate) => candidate.trim() !== '');
  return line !== undefined && parseJsonRow(line).kind === 'fields';
}

/** JSON is UTF-8 by its standard (RFC 8259, section 8.1); a mark of UTF-16 is believed all the same. */
function jsonEncoding({ encoding, hasByteOrderMark }: Source): Inference['encoding'] {
  const evidence = hasByteOrderMark ? 'the byte order mark says so' : 'JSON is in UTF-8';
  return { value: encoding, byte_order_mark: hasByteOrderMark, evidence, ambiguous: false };
}

/** The names of all objects' fields, in the order of first sight. */
class JsonNames {
  readonly #names = new Set<string>();

  get names(): string[] {
    return [...this.#names];
  }

  get isTooMany(): boolean {
    return this.#names.size > limitOf('columns_max');
  }

  add(line: Line): void {
    if (line.byteLength > line.bytes.length || this.isTooMany) return;
    const row = parseJsonRow(jsonText(line));
    if (row.kind === 'fields') for (const name of row.fields.keys()) this.#names.add(name);
  }
}

function jsonText({ bytes, line }: Line): string {
  const text = bytes.toString('utf8');
  return line === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text;
}

function csvSettings(delimiter: string) {
  return { delimiter, rowBytesMax: limitOf('row_bytes_max'), columnsMax: limitOf('columns_max') };
}

/** The cells of the first record, undefined where the first line is none. */
function firstRecord(head: Buffer, delimiter: string, source: Source): string[] | undefined {
  let cells: string[] | undefined;
  let isFirst = true;
  const reader = new CsvReader(csvSettings(delimiter), {
    record(record) {
      if (isFirst && isOfEncoding(record, source)) cells = cellsOf(record, source);
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

/** Every byte is a character in Windows-1252; in UTF-8 not. */
function isOfEncoding({ bytes, rawStart, rawEnd }: CsvRecord, { encoding }: Source): boolean {
  return encoding === 'windows-1252' || isUtf8(bytes.subarray(rawStart, rawEnd));
}

/** All cells as text; a count over the limit gives the first ones, and is found by the caller in `fieldCount`. */
function cellsOf(record: CsvRecord, { encoding }: Source): string[] {
  const { bytes, rawStart, rawEnd, starts, ends, escaped } = record;
  const cells: string[] = new Array(Math.min(record.fieldCount, starts.length));
  const decode = encoding === 'windows-1252' ? decodeWindows1252 : undefined;
  // The row is decoded once, a character a byte, and its cells are cut out of it; what is not ASCII is decoded by itself.
  const row = bytes.toString('latin1', rawStart, rawEnd);
  for (let i = 0; i < cells.length; i++) {
    const cell = row.slice((starts[i] as number) - rawStart, (ends[i] as number) - rawStart);
    if (!isAsciiText(cell)) cells[i] = fieldText(record, i, decode);
    else cells[i] = escaped[i] === 1 ? cell.replaceAll('""', '"') : cell;
  }
  return cells;
}

/** Reads the rows behind the header, once through the file. May be called again: the same rows come in the same order. */
export async function readRows(head: FileHead, sink: RowSink): Promise<void> {
  const reader = head.delimiter === null ? jsonReader(head, sink) : delimitedReader(head, head.delimiter, sink);
  for await (const chunk of textBytes(head.source)) {
    reader.write(chunk);
    await sink.flush?.();
  }
  reader.end();
}

interface Reader {
  write(chunk: Buffer): void;
  end(): void;
}

function delimitedReader(head: FileHead, delimiter: string, sink: RowSink): Reader {
  const fieldBytesMax = limitOf('field_bytes_max');
  const columnCount = head.headers.length;
  let isHeader = true;
  const setAside = (record: CsvRecord, reason: QuarantineReason) =>
    sink.quarantined({ ...placeOf(record), reason, byteLength: record.rawEnd - record.rawStart });

  return new CsvReader(csvSettings(delimiter), {
    record(record) {
      if (isHeader) {
        isHeader = false;
        return;
      }
      if (record.fieldCount !== columnCount) return setAside(record, 'wrong_field_count');
      if (!isOfEncoding(record, head.source)) return setAside(record, 'not_the_files_encoding');
      for (let i = 0; i < columnCount; i++) {
        if ((record.ends[i] as number) - (record.starts[i] as number) > fieldBytesMax) {
          return setAside(record, 'field_too_long');
        }
      }
      sink.row(cellsOf(record, head.source), placeOf(record));
    },
    broken(line: BrokenLine) {
      const { reason, byteLength, byteOffset } = line;
      sink.quarantined({ reason, byteLength, byteOffset, line: line.line, raw: () => line.raw });
    },
    blank(line) {
      if (!isHeader) sink.blank(line);
    },
  });
}

function placeOf(record: CsvRecord): RowPlace {
  const { bytes, rawStart, rawEnd, line, byteOffset } = record;
  return { line, byteOffset, raw: () => bytes.subarray(rawStart, rawEnd) };
}

function jsonReader(head: FileHead, sink: RowSink): Reader {
  const fieldBytesMax = limitOf('field_bytes_max');
  return new LineReader(limitOf('row_bytes_max'), (line) => {
    const { bytes, byteLength, byteOffset } = line;
    const place = { line: line.line, byteOffset, raw: () => bytes };
    const setAside = (reason: QuarantineReason) => sink.quarantined({ ...place, reason, byteLength });
    if (byteLength > bytes.length) return setAside('row_too_long');
    if (!isUtf8(bytes)) return setAside('not_the_files_encoding');
    const text = jsonText(line);
    if (text.trim() === '') return sink.blank(line.line);
    const row = parseJsonRow(text);
    if (row.kind !== 'fields') return setAside(row.kind);
    const cells = head.headers.map((header) => row.fields.get(header) ?? '');
    if (cells.some((cell) => cell.length * 3 > fieldBytesMax && Buffer.byteLength(cell) > fieldBytesMax)) {
      return setAside('field_too_long');
    }
    sink.row(cells, place);
  });
}
