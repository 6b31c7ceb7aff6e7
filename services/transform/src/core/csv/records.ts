/**
 * A streaming, strict reader of delimited text by RFC 4180, on bytes. It finds records and fields; it decodes nothing and
 * guesses nothing. What breaks the quoting rules costs the physical line on which the record began, and reading goes on
 * at the next one. Records end with LF, CRLF or a lone CR. Source: RFC 4180, section 2.
 */
import { kernels, Region } from '../kernels.ts';
import { RowBatch } from '../row-batch.ts';

const CR = 0x0d;
const LF = 0x0a;

/** Why the kernel stopped: the constants of kernels/scan.ts. */
const STOP = { more: 0, full: 1 } as const;
const BROKEN = {
  2: 'quote_in_unquoted_field',
  3: 'text_after_closing_quote',
  4: 'quote_not_closed',
  5: 'row_too_long',
} as const;

export type BrokenReason = (typeof BROKEN)[keyof typeof BROKEN];

/** A physical line that is no record. */
export interface BrokenLine {
  /** The bytes of the line; valid until the sink returns. */
  readonly raw: Buffer;
  readonly reason: BrokenReason;
  readonly line: number;
  readonly byteOffset: number;
  /** A line over the row limit comes in parts of that many bytes, counted from 1; others have none. */
  readonly part?: number;
  /** Of a quote that is not closed: the last line that would belong to its field, up to the row limit. */
  readonly reachesLine?: number;
}

export interface CsvSink {
  /** Whole records, in order; the batch is used again after the sink returns. */
  rows(batch: RowBatch): void;
  broken(line: BrokenLine): void;
  /** So many empty lines, which are no rows. */
  blank(count: number): void;
}

export interface CsvSettings {
  /** One byte, e.g. `,`. */
  readonly delimiter: string;
  /** A row's fields over this count are counted and not kept. */
  readonly columnCount: number;
  readonly rowBytesMax: number;
  readonly fieldBytesMax: number;
  /** Leaves the first record out. */
  readonly hasHeader: boolean;
}

const INPUT_BYTES = 1 << 20;
/** What a kernel may read, and never uses, behind the last byte. */
const BYTES_BEHIND = 16;

/** Feeds chunks in, gets batches of records out; `end` must be called once, after the last chunk; `release` always. */
export class CsvReader {
  readonly #settings: CsvSettings;
  readonly #sink: CsvSink;
  readonly #delimiter: number;
  readonly #batch: RowBatch;
  /** Unread bytes, from the first byte of the record under way. */
  readonly #input = new Region(INPUT_BYTES);
  #length = 0;
  /** Offset in the file of the first byte of `#input`. */
  #base = 0;
  /** Where in `#input` the record under way begins. */
  #start = 0;
  #line = 1;
  #isHeader: boolean;
  #isAtStart = true;
  /** Set from when the record under way is known to be none until the end of its first physical line is there. */
  #givenUp: BrokenReason | undefined;
  /** Parts given of a line that is over the row limit; 0 where none is under way. */
  #parts = 0;

  constructor(settings: CsvSettings, sink: CsvSink) {
    this.#settings = settings;
    this.#sink = sink;
    this.#delimiter = settings.delimiter.charCodeAt(0);
    this.#batch = new RowBatch(settings.columnCount);
    this.#isHeader = settings.hasHeader;
  }

  release(): void {
    this.#input.release();
    this.#batch.release();
  }

  write(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length; ) {
      if (this.#length + BYTES_BEHIND >= this.#input.bytes) this.#input.grow(this.#input.bytes * 2);
      const to = Math.min(chunk.length, from + this.#input.bytes - BYTES_BEHIND - this.#length);
      this.#input.u8.set(chunk.subarray(from, to), this.#length);
      this.#length += to - from;
      from = to;
      if (this.#isAtStart && this.#length < 3) continue;
      this.#read(false);
    }
  }

  end(): void {
    this.#read(true);
  }

  #read(isEnd: boolean): void {
    if (this.#isAtStart) this.#skipByteOrderMark();
    this.#readRecords(isEnd);
    if (this.#start === 0) return;
    this.#input.u8.copyWithin(0, this.#start, this.#length);
    this.#length -= this.#start;
    this.#base += this.#start;
    this.#start = 0;
  }

  #skipByteOrderMark(): void {
    this.#isAtStart = false;
    const [a, b, c] = this.#input.u8;
    if (this.#length >= 3 && a === 0xef && b === 0xbb && c === 0xbf) this.#start = 3;
  }

  /** Reads as many records as are there; the last, unfinished one stays, unless this is the end. */
  #readRecords(isEnd: boolean): void {
    const { rowBytesMax } = this.#settings;
    while (true) {
      if (this.#givenUp !== undefined && !this.#setLineAside(this.#givenUp, isEnd)) return;
      if (this.#parts > 0 && !this.#setPartAside(isEnd)) return;
      if (this.#parts > 0) continue;
      const stop = this.#scan(isEnd);
      if (stop === STOP.full) continue;
      if (stop !== STOP.more) this.#givenUp = BROKEN[stop as keyof typeof BROKEN];
      // With two bytes more than the limit, everything that ends within it has ended, a CR's possible LF included.
      else if (this.#length - this.#start > rowBytesMax + 1) this.#givenUp = 'row_too_long';
      else return;
    }
  }

  #scan(isEnd: boolean): number {
    const { columnCount, rowBytesMax, fieldBytesMax } = this.#settings;
    const batch = this.#batch;
    const { address } = this.#input;
    batch.rowCount = kernels.scan(
      address + this.#start,
      address + this.#length,
      isEnd,
      this.#line,
      this.#delimiter,
      columnCount,
      rowBytesMax,
      fieldBytesMax,
      batch.fieldsAddress,
      batch.recordsAddress,
      this.#isHeader ? 1 : batch.rowsMax,
    );
    const said = new Uint32Array(kernels.memory.buffer, kernels.scanSaid(), 4);
    const [next, stop, line, blanks] = said as unknown as [number, number, number, number];
    batch.fileOffset = this.#base - address;
    batch.bytes = next - address - this.#start;
    if (this.#isHeader) {
      if (batch.rowCount > 0) this.#isHeader = false;
    } else {
      if (batch.rowCount > 0) this.#sink.rows(batch);
      if (blanks > 0) this.#sink.blank(blanks);
    }
    this.#start = next - address;
    this.#line = line;
    return stop;
  }

  /**
   * The record under way is none: its first physical line is set aside, and reading starts anew behind it.
   * @returns whether that line's end is there, or the line is over the limit and comes in parts
   */
  #setLineAside(reason: BrokenReason, isEnd: boolean): boolean {
    const { rowBytesMax } = this.#settings;
    const start = this.#start;
    const end = this.#lineEnd();
    if (end - start > rowBytesMax) {
      this.#givenUp = undefined;
      this.#parts = 1;
      return true;
    }
    if (!this.#isLineEndKnown(end, isEnd)) return false;
    this.#givenUp = undefined;
    // The line itself is within the limit: then it was an open quote that led beyond it.
    const named = reason === 'row_too_long' ? 'quote_not_closed' : reason;
    const broken = { raw: this.#bytes(start, end), reason: named, line: this.#line, byteOffset: this.#base + start };
    if (named !== 'quote_not_closed') this.#sink.broken(broken);
    else this.#sink.broken({ ...broken, reachesLine: this.#line + this.#linesWithin(rowBytesMax) });
    this.#passLineEnd(end);
    return true;
  }

  /** Line ends among the next bytes, the last one not counted where nothing follows it. */
  #linesWithin(bytesMax: number): number {
    const { address } = this.#input;
    const end = Math.min(this.#length, this.#start + bytesMax);
    const last = this.#input.u8[end - 1];
    return kernels.lineBreaks(address + this.#start, address + end) - (last === LF || last === CR ? 1 : 0);
  }

  /** @returns whether a part, or the end of the line that comes in parts, was there */
  #setPartAside(isEnd: boolean): boolean {
    const { rowBytesMax } = this.#settings;
    const start = this.#start;
    const end = this.#lineEnd();
    const isLast = end - start <= rowBytesMax;
    if (isLast && !this.#isLineEndKnown(end, isEnd)) return false;
    const partEnd = isLast ? end : start + rowBytesMax;
    const place = { line: this.#line, byteOffset: this.#base + start, part: this.#parts };
    this.#sink.broken({ raw: this.#bytes(start, partEnd), reason: 'row_too_long', ...place });
    this.#parts = isLast ? 0 : this.#parts + 1;
    if (isLast) this.#passLineEnd(end);
    else this.#start = partEnd;
    return true;
  }

  #bytes(start: number, end: number): Buffer {
    return Buffer.from(kernels.memory.buffer, this.#input.address + start, end - start);
  }

  /** Where in `#input` the physical line under way ends. */
  #lineEnd(): number {
    const { address } = this.#input;
    return kernels.lineEnd(address + this.#start, address + this.#length) - address;
  }

  /** A CR as the last byte may be the first half of a CRLF that the next chunk completes. */
  #isLineEndKnown(end: number, isEnd: boolean): boolean {
    if (isEnd) return true;
    if (end >= this.#length) return false;
    return this.#input.u8[end] !== CR || end + 1 < this.#length;
  }

  /** Goes on behind the line end at `end`, if there is one, and counts it. */
  #passLineEnd(end: number): void {
    const { u8 } = this.#input;
    this.#start = end;
    if (end >= this.#length) return;
    this.#line += 1;
    this.#start += u8[end] === CR && end + 1 < this.#length && u8[end + 1] === LF ? 2 : 1;
  }
}
