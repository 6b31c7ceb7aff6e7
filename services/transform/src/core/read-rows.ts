/**
 * From a file to rows: how it is packed, encoded and separated and what its columns are called, then its rows, in batches of
 * bytes or one by one as text. A row that cannot be trusted as one (broken quoting, wrong number of fields, bytes that are
 * not the file's encoding, over a limit) is set aside, whole.
 */
import { isUtf8 } from 'node:buffer';
import { type Inference, limitOf, type Rejection } from '@tastetrend/contracts';
import { kindOf, mapColumns, RESTAURANT_INFO_SYNONYMS, REVIEW_SYNONYMS } from './columns.ts';
import { type BrokenLine, type BrokenReason, CsvReader } from './csv/records.ts';
import { type Line, LineReader } from './jsonl/lines.ts';
import { parseJsonRow } from './jsonl/objects.ts';
import { Region } from './kernels.ts';
import { type RejectionRule, rejectionOf } from './rejection.ts';
import { type Decode, RowBatch } from './row-batch.ts';
import { UnreadableFile } from './source/compression.ts';
import { EncodingEvidence, encodingByMark, firstBytes, openSource, type Source, textBytes } from './source/text.ts';
import { decodeWindows1252 } from './source/windows1252.ts';

export type FileKind = 'reviews' | 'restaurant_info';

export interface FileHead {
  readonly source: Source;
  /** Null for JSON Lines. */
  readonly delimiter: string | null;
  readonly headers: readonly string[];
  readonly kind: FileKind;
  /** The encoding follows from the beginning of the file alone; see `readHead`. */
  readonly isEncodingOpen?: true;
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
  /** A row over the row limit comes in parts, from 1, which together are the row; only the first counts as one. */
  readonly part?: number;
  /** Of a quote that is not closed: the last line that would belong to its field, up to the row limit. */
  readonly reachesLine?: number;
}

interface SharedSink {
  quarantined(row: QuarantinedRow): void;
  blank(count: number): void;
  /** Rows of delimited text with other than ASCII characters: so many more that are UTF-8, and that are not. */
  beyondAscii?(utf8: number, other: number): void;
  /**
   * Awaited after each chunk of rows: where a sink that fills up is emptied.
   * @param bytesRead of the text, by now
   */
  flush?(bytesRead: number): Promise<void>;
}

export interface BatchSink extends SharedSink {
  /** Rows that can be trusted, in order, as bytes; the batch is used again after the sink returns. */
  rows(batch: RowBatch): void;
}

export interface RowSink extends SharedSink {
  /** @param cells one a header, in the file's order */
  row(cells: readonly string[], place: RowPlace): void;
}

const DELIMITERS = [',', ';', '\t', '|'] as const;
const HEAD_BYTES = 1 << 20;

const MAGIC: readonly [string, RejectionRule][] = [
  ['504b0304', 'excel_workbook'],
  ['d0cf11e0', 'excel_workbook'],
  ['25504446', 'pdf_document'],
];

/**
 * Looks at a file: what kind of table it is, or why it is none. Reads its beginning, and the whole where the beginning does
 * not tell. Of reviews whose beginning is UTF-8, the encoding stays open: reading them tells (`encodingByCount`), and where
 * it tells otherwise, `wholeHead` settles it.
 */
export async function readHead(path: string): Promise<FileHead | Rejection> {
  try {
    const opened = await openSource(path);
    const bytes = await firstBytes(textBytes(opened), HEAD_BYTES);
    const magic = bytes.subarray(0, 4).toString('hex');
    const known = MAGIC.find(([start]) => magic.startsWith(start));
    if (known !== undefined) return rejectionOf(known[1]);
    const text = withoutMark(bytes);
    const first = text.find((byte) => !isWhiteSpace(byte));
    if (first === undefined && bytes.length < HEAD_BYTES) return rejectionOf('empty_file');
    if (first === 0x7b && firstLineIsObject(text)) return await jsonHead(opened);
    if (first === 0x5b) return rejectionOf('json_array', 1);
    if (!opened.hasByteOrderMark) {
      const beginning = new EncodingEvidence();
      beginning.write(bytes);
      const encoding = beginning.conclude(opened);
      beginning.release();
      const head = delimitedHead(opened, bytes, encoding);
      const isOpen = encoding.value === 'utf-8' && !('rule' in head) && head.kind === 'reviews';
      return isOpen ? { ...head, isEncodingOpen: true } : await wholeDelimitedHead(opened, bytes);
    }
    return delimitedHead(opened, bytes, encodingByMark(opened));
  } catch (error) {
    if (error instanceof UnreadableFile) return rejectionOf(error.rule);
    throw error;
  }
}

/** The head of a file whose encoding was left open, by all of its lines. @throws UnreadableFile */
export async function wholeHead({ source }: FileHead): Promise<FileHead | Rejection> {
  return await wholeDelimitedHead(source, await firstBytes(textBytes(source), HEAD_BYTES));
}

async function wholeDelimitedHead(opened: Source, bytes: Buffer): Promise<FileHead | Rejection> {
  const evidence = new EncodingEvidence();
  try {
    for await (const chunk of textBytes(opened)) evidence.write(chunk);
    evidence.end();
  } finally {
    evidence.release();
  }
  return delimitedHead(opened, bytes, evidence.conclude(opened));
}

/** The names of all objects, since any line may bring a new one. */
async function jsonHead(source: Source): Promise<FileHead | Rejection> {
  const names = new JsonNames();
  const lines = new LineReader(limitOf('row_bytes_max'), (line) => names.add(line));
  for await (const chunk of textBytes(source)) {
    lines.write(chunk);
    if (names.isTooMany) return rejectionOf('too_many_columns');
  }
  lines.end();
  return headOf(source, null, names.names, {
    compression: source.compression,
    encoding: jsonEncoding(source),
    format: 'json_lines',
    delimiter: null,
  });
}

function delimitedHead(opened: Source, bytes: Buffer, encoding: Inference['encoding']): FileHead | Rejection {
  const source = { ...opened, encoding: encoding.value };
  const [best, rival] = DELIMITERS.map((delimiter) => ({ delimiter, headers: firstRecord(bytes, delimiter, source) }))
    .flatMap(({ delimiter, headers }) => (headers === undefined ? [] : [{ delimiter, headers }]))
    .map((found) => ({ ...found, known: knownColumns(found.headers) }))
    // The comma stands first and the sort is stable: it wins where nothing speaks for another.
    .sort((a, b) => b.known - a.known || b.headers.length - a.headers.length);
  if (best === undefined) return rejectionOf('header_unreadable', 1);
  return headOf(source, best.delimiter, best.headers, {
    compression: source.compression,
    encoding,
    format: 'delimited',
    delimiter: {
      value: best.delimiter,
      evidence: `separates the first line into ${best.headers.length} columns, ${best.known} of which we know`,
      ambiguous: rival !== undefined && rival.headers.length > 1 && rival.known === best.known,
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
    if (line.part !== undefined || this.isTooMany) return;
    const row = parseJsonRow(jsonText(line));
    if (row.kind === 'fields') for (const name of row.fields.keys()) this.#names.add(name);
  }
}

function jsonText({ bytes, line }: Line): string {
  const text = bytes.toString('utf8');
  return line === 1 && text.startsWith('\uFEFF') ? text.slice(1) : text;
}

function csvSettings(delimiter: string) {
  return { delimiter, rowBytesMax: limitOf('row_bytes_max'), fieldBytesMax: limitOf('field_bytes_max') };
}

/** The cells of the first record, undefined where the first line is none. */
function firstRecord(head: Buffer, delimiter: string, source: Source): string[] | undefined {
  let cells: string[] | undefined;
  let isFirst = true;
  const settings = { ...csvSettings(delimiter), columnCount: limitOf('columns_max') + 1, hasHeader: false };
  const reader = new CsvReader(settings, {
    rows(batch) {
      const isReadable = source.encoding === 'windows-1252' || isUtf8(batch.raw(0));
      if (isFirst && isReadable) cells = batch.cells(0, decodeOf(source));
      isFirst = false;
    },
    broken() {
      isFirst = false;
    },
    blank() {},
  });
  try {
    reader.write(head);
    if (isFirst) reader.end();
  } finally {
    reader.release();
  }
  return cells;
}

function knownColumns(headers: readonly string[]): number {
  const known = (columns: readonly { field: string | null }[]) => columns.filter(({ field }) => field !== null).length;
  return Math.max(known(mapColumns(headers, REVIEW_SYNONYMS)), known(mapColumns(headers, RESTAURANT_INFO_SYNONYMS)));
}

/** How cells become text, where it is not as UTF-8. */
export function decodeOf({ encoding }: Source): Decode | undefined {
  return encoding === 'windows-1252' ? decodeWindows1252 : undefined;
}

/** Reads the rows behind the header, once through the file. May be called again: the same rows come in the same order. */
export async function readBatches(head: FileHead, sink: BatchSink): Promise<void> {
  const reader = head.delimiter === null ? new JsonReader(head, sink) : delimitedReader(head, head.delimiter, sink);
  try {
    let bytesRead = 0;
    for await (const chunk of textBytes(head.source)) {
      reader.write(chunk);
      bytesRead += chunk.length;
      await sink.flush?.(bytesRead);
    }
    reader.end();
    await sink.flush?.(bytesRead);
  } finally {
    reader.release();
  }
}

/** As `readBatches`, row by row, with cells as text. */
export async function readRows(head: FileHead, sink: RowSink): Promise<void> {
  const { row: toRow, ...shared } = sink;
  const decode = decodeOf(head.source);
  await readBatches(head, {
    ...shared,
    rows(batch) {
      for (let row = 0; row < batch.rowCount; row++) toRow(batch.cells(row, decode), placeOf(batch, row));
    },
  });
}

/** Reads single rows again, from their bytes as uploaded. */
export class RowParser {
  readonly #head: FileHead;
  readonly #reader: CsvReader | undefined;
  #cells: readonly string[] = [];

  constructor(head: FileHead) {
    this.#head = head;
    if (head.delimiter === null) return;
    const decode = decodeOf(head.source);
    this.#reader = new CsvReader(
      { ...csvSettings(head.delimiter), columnCount: head.headers.length, hasHeader: true },
      {
        rows: (batch) => {
          this.#cells = batch.cells(0, decode);
        },
        broken: ({ reason }) => {
          throw new Error(`a row that was read before is none now: ${reason}`);
        },
        blank() {},
      },
    );
    // The header's place, so that a row's first bytes are not taken for the file's.
    this.#reader.write(Buffer.from('header\n'));
  }

  /** @param raw a row that was read before */
  cells(raw: Buffer): readonly string[] {
    if (this.#reader === undefined) return jsonCells(this.#head, raw);
    this.#reader.write(Buffer.concat([raw, LINE_END]));
    return this.#cells;
  }

  release(): void {
    this.#reader?.release();
  }
}

const LINE_END = Buffer.from('\n');

function jsonCells({ headers }: FileHead, raw: Buffer): string[] {
  const row = parseJsonRow(jsonText({ bytes: raw, line: 1, byteOffset: 0 }));
  return headers.map((header) => (row.kind === 'fields' ? (row.fields.get(header) ?? '') : ''));
}

interface Reader {
  write(chunk: Buffer): void;
  end(): void;
  release(): void;
}

function delimitedReader(head: FileHead, delimiter: string, sink: BatchSink): Reader {
  const columnCount = head.headers.length;
  const isUtf8Wanted = head.source.encoding !== 'windows-1252';
  const reasonAgainst = (batch: RowBatch, row: number): QuarantineReason | undefined => {
    if (batch.fieldCount(row) !== columnCount) return 'wrong_field_count';
    if (isUtf8Wanted && batch.mayHoldOtherThanAscii(row) && !isUtf8(batch.raw(row))) return 'not_the_files_encoding';
    return batch.isFieldTooLong(row) ? 'field_too_long' : undefined;
  };
  return new CsvReader(
    { ...csvSettings(delimiter), columnCount, hasHeader: true },
    {
      rows(batch) {
        const beyond = sink.beyondAscii === undefined ? 0 : batch.countBeyondAscii();
        let other = 0;
        const removed = batch.suspects(isUtf8Wanted).filter((row) => {
          const reason = reasonAgainst(batch, row);
          if (reason !== undefined) sink.quarantined({ ...placeOf(batch, row), reason });
          if (reason === 'not_the_files_encoding') other += 1;
          return reason !== undefined;
        });
        if (beyond > 0) sink.beyondAscii?.(beyond - other, other);
        batch.remove(removed);
        if (batch.rowCount > 0) sink.rows(batch);
      },
      broken(broken: BrokenLine) {
        const { raw, ...rest } = broken;
        sink.quarantined({ ...rest, raw: () => raw });
      },
      blank: (count) => sink.blank(count),
    },
  );
}

function placeOf(batch: RowBatch, row: number): RowPlace {
  return { line: batch.line(row), byteOffset: batch.byteOffset(row), raw: () => batch.raw(row) };
}

/** Lines of JSON as batches: cells are put in one after the other, as UTF-8, and the line itself before them. */
class JsonReader implements Reader {
  readonly #head: FileHead;
  readonly #sink: BatchSink;
  readonly #lines: LineReader;
  readonly #batch: RowBatch;
  readonly #bytes = new Region(1 << 18);
  #used = 0;
  /** Where each row's bytes lie: they move when the region grows, and are told to the batch at its end. */
  #rows: { start: number; end: number; line: number; byteOffset: number; cells: number[] }[] = [];

  constructor(head: FileHead, sink: BatchSink) {
    this.#head = head;
    this.#sink = sink;
    this.#batch = new RowBatch(head.headers.length);
    this.#lines = new LineReader(limitOf('row_bytes_max'), (line) => this.#line(line));
  }

  write(chunk: Buffer): void {
    this.#lines.write(chunk);
    this.#flush();
  }

  end(): void {
    this.#lines.end();
    this.#flush();
  }

  release(): void {
    this.#batch.release();
    this.#bytes.release();
  }

  #line(line: Line): void {
    const { bytes, byteOffset, part } = line;
    const reason = part === undefined ? this.#takeRow(line) : 'row_too_long';
    if (reason === undefined) return;
    // What came before stays before.
    this.#flush();
    const quarantined = { line: line.line, byteOffset, raw: () => bytes, reason };
    this.#sink.quarantined(part === undefined ? quarantined : { ...quarantined, part });
  }

  /** @returns why the line is no row */
  #takeRow(line: Line): QuarantineReason | undefined {
    const { bytes, byteOffset } = line;
    if (!isUtf8(bytes)) return 'not_the_files_encoding';
    const text = jsonText(line);
    if (text.trim() === '') {
      this.#sink.blank(1);
      return undefined;
    }
    const row = parseJsonRow(text);
    if (row.kind !== 'fields') return row.kind;
    const fieldBytesMax = limitOf('field_bytes_max');
    const cells = this.#head.headers.map((header) => Buffer.from(row.fields.get(header) ?? ''));
    if (cells.some((cell) => cell.length > fieldBytesMax)) return 'field_too_long';
    const start = this.#put(bytes);
    const places = cells.flatMap((cell) => [this.#put(cell), cell.length]);
    this.#rows.push({ start, end: start + bytes.length, line: line.line, byteOffset, cells: places });
    if (this.#rows.length === this.#batch.rowsMax) this.#flush();
    return undefined;
  }

  #put(bytes: Uint8Array): number {
    const at = this.#used;
    this.#bytes.grow(at + bytes.length + BYTES_BEHIND);
    this.#bytes.u8.set(bytes, at);
    this.#used += bytes.length;
    return at;
  }

  #flush(): void {
    const rows = this.#rows;
    const { address } = this.#bytes;
    rows.forEach(({ start, end, line, byteOffset, cells }, i) => {
      const moved = cells.map((value, k) => (k % 2 === 0 ? value + address : value));
      this.#batch.set(i, { start: start + address, end: end + address, line, byteOffset, cells: moved });
    });
    this.#batch.rowCount = rows.length;
    this.#batch.bytes = this.#used;
    this.#rows = [];
    this.#used = 0;
    if (rows.length > 0) this.#sink.rows(this.#batch);
  }
}

/** What a kernel may read, and never uses, behind the last byte. */
const BYTES_BEHIND = 16;
