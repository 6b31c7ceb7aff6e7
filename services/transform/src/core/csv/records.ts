/**
 * A streaming, strict reader of delimited text by RFC 4180, on bytes. It finds records and fields; it decodes nothing and
 * guesses nothing. What breaks the quoting rules costs the physical line on which the record began, and reading goes on
 * at the next one. Records end with LF, CRLF or a lone CR. Source: RFC 4180, section 2.
 */

const LF = 0x0a;
const CR = 0x0d;
const QUOTE = 0x22;

/** A record whose quoting is whole. Views into the reader's buffer: valid until the sink returns. */
export interface CsvRecord {
  readonly bytes: Buffer;
  /** Field i is `bytes[starts[i] … ends[i])`, without its outer quotes; `""` inside still stands for one quote. */
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** 1 where the field holds an escaped quote (`""`). */
  readonly escaped: Uint8Array;
  readonly fieldCount: number;
  /** Where the record as it was uploaded lies in `bytes`, without its line end. */
  readonly rawStart: number;
  readonly rawEnd: number;
  /** Physical line on which the record starts, from 1. */
  readonly line: number;
  /** Offset of its first byte in the file. */
  readonly byteOffset: number;
}

export type BrokenReason = 'quote_in_unquoted_field' | 'text_after_closing_quote' | 'quote_not_closed' | 'row_too_long';

/** A physical line that is no record. */
export interface BrokenLine {
  readonly raw: Buffer;
  readonly reason: BrokenReason;
  readonly line: number;
  readonly byteOffset: number;
  /** Bytes of the line in the file; more than `raw` holds when the line is over the row limit. */
  readonly byteLength: number;
}

export interface CsvSink {
  record(record: CsvRecord): void;
  broken(line: BrokenLine): void;
  /** An empty line, which is no row. */
  blank(line: number): void;
}

export interface CsvSettings {
  /** One byte, e.g. `,`. */
  readonly delimiter: string;
  readonly rowBytesMax: number;
  readonly columnsMax: number;
}

const STATE = { fieldStart: 0, unquoted: 1, quoted: 2, afterQuote: 3 } as const;
type State = (typeof STATE)[keyof typeof STATE];

interface SkippedLine {
  readonly head: Buffer;
  readonly reason: BrokenReason;
  readonly byteOffset: number;
  byteLength: number;
}

/** Feeds chunks in, gets records out; `end` must be called once, after the last chunk. */
export class CsvReader {
  readonly #sink: CsvSink;
  readonly #delimiter: number;
  readonly #rowBytesMax: number;
  /** Unread bytes, from the first byte of the record under way. */
  #buffer: Buffer = Buffer.alloc(0);
  /** Offset in the file of `#buffer[0]`. */
  #base = 0;
  #line = 1;
  /** Where scanning goes on in `#buffer`, and in which state: a record over many chunks is scanned once. */
  #position = 0;
  #recordStart = 0;
  #state: State = STATE.fieldStart;
  #starts: Int32Array;
  #ends: Int32Array;
  #escaped: Uint8Array;
  #fieldCount = 0;
  #fieldStart = 0;
  #fieldEnd = 0;
  #fieldEscaped = 0;
  #hasQuotes = false;
  /** Set from when the record under way is known to be none until the end of its first physical line is there. */
  #givenUp: BrokenReason | undefined;
  /** Set while the rest of a line that is over the row limit is skipped. */
  #skipped: SkippedLine | undefined;
  #atStart = true;

  constructor(settings: CsvSettings, sink: CsvSink) {
    this.#sink = sink;
    this.#delimiter = settings.delimiter.charCodeAt(0);
    this.#rowBytesMax = settings.rowBytesMax;
    // One more than allowed: a record with too many fields is still seen as one record, with a count over the limit.
    this.#starts = new Int32Array(settings.columnsMax + 1);
    this.#ends = new Int32Array(settings.columnsMax + 1);
    this.#escaped = new Uint8Array(settings.columnsMax + 1);
  }

  write(chunk: Uint8Array): void {
    this.#append(chunk);
    if (this.#atStart) {
      if (this.#buffer.length < 3) return;
      this.#skipByteOrderMark();
    }
    this.#scan(false);
  }

  end(): void {
    if (this.#atStart) this.#skipByteOrderMark();
    this.#scan(true);
  }

  #append(chunk: Uint8Array): void {
    const kept = this.#buffer.subarray(this.#recordStart);
    const shift = this.#recordStart;
    this.#buffer = kept.length === 0 ? Buffer.from(chunk) : Buffer.concat([kept, chunk]);
    this.#base += shift;
    this.#position -= shift;
    this.#fieldStart -= shift;
    this.#fieldEnd -= shift;
    for (let i = 0; i < this.#fieldCount && i < this.#starts.length; i++) {
      this.#starts[i] = (this.#starts[i] as number) - shift;
      this.#ends[i] = (this.#ends[i] as number) - shift;
    }
    this.#recordStart = 0;
  }

  #skipByteOrderMark(): void {
    this.#atStart = false;
    const [a, b, c] = this.#buffer;
    if (a === 0xef && b === 0xbb && c === 0xbf) {
      this.#startRecord(3);
    }
  }

  #startRecord(at: number): void {
    this.#recordStart = at;
    this.#position = at;
    this.#fieldCount = 0;
    this.#fieldStart = at;
    this.#state = STATE.fieldStart;
    this.#fieldEscaped = 0;
    this.#hasQuotes = false;
  }

  #endField(end: number): void {
    const i = this.#fieldCount++;
    if (i < this.#starts.length) {
      this.#starts[i] = this.#fieldStart;
      this.#ends[i] = end;
      this.#escaped[i] = this.#fieldEscaped;
    }
    this.#fieldEscaped = 0;
  }

  /** Reads as many records as the buffer holds; the last, unfinished one stays, unless this is the end. */
  #scan(isEnd: boolean): void {
    while (true) {
      if (this.#skipped !== undefined && !this.#skipRest(isEnd)) return;
      if (this.#givenUp !== undefined && !this.#setLineAside(isEnd)) return;
      if (this.#skipped !== undefined) continue;
      const status = this.#scanRecord(isEnd);
      if (status === 'done') continue;
      if (status === 'empty') return;
      if (status !== 'more') this.#givenUp = status;
      // With two bytes more than the limit, everything that ends within it has ended, a CR's possible LF included.
      else if (this.#buffer.length - this.#recordStart > this.#rowBytesMax + 1) this.#givenUp = 'row_too_long';
      else return;
    }
  }

  #scanRecord(isEnd: boolean): 'done' | 'more' | 'empty' | BrokenReason {
    const buffer = this.#buffer;
    const length = buffer.length;
    const delimiter = this.#delimiter;
    let i = this.#position;
    if (i >= length && i === this.#recordStart && this.#fieldCount === 0) return isEnd ? 'empty' : 'more';
    while (true) {
      if (this.#state === STATE.fieldStart) {
        this.#fieldStart = i;
        if (i >= length) break;
        if (buffer[i] === QUOTE) {
          this.#state = STATE.quoted;
          this.#hasQuotes = true;
          i += 1;
          this.#fieldStart = i;
        } else {
          this.#state = STATE.unquoted;
        }
      }
      if (this.#state === STATE.unquoted) {
        let byte = -1;
        for (; i < length; i++) {
          byte = buffer[i] as number;
          if (byte === delimiter || byte === LF || byte === CR || byte === QUOTE) break;
        }
        if (i >= length) break;
        if (byte === QUOTE) return this.#brokenAt(i, 'quote_in_unquoted_field');
        if (byte === CR && i + 1 >= length && !isEnd) break;
        this.#endField(i);
        if (byte !== delimiter) return this.#endRecord(i, byte);
        i += 1;
        this.#state = STATE.fieldStart;
        continue;
      }
      if (this.#state === STATE.quoted) {
        const close = buffer.indexOf(QUOTE, i);
        if (close < 0) {
          i = length;
          break;
        }
        i = close + 1;
        this.#fieldEnd = close;
        this.#state = STATE.afterQuote;
      }
      // After a quote inside a quoted field: the field ends here, or the quote is doubled and stands for itself.
      if (i >= length) break;
      const byte = buffer[i] as number;
      if (byte === QUOTE) {
        this.#fieldEscaped = 1;
        this.#state = STATE.quoted;
        i += 1;
      } else if (byte === delimiter) {
        this.#endField(this.#fieldEnd);
        this.#state = STATE.fieldStart;
        i += 1;
      } else if (byte === LF || byte === CR) {
        if (byte === CR && i + 1 >= length && !isEnd) break;
        this.#endField(this.#fieldEnd);
        return this.#endRecord(i, byte);
      } else {
        return this.#brokenAt(i, 'text_after_closing_quote');
      }
    }
    this.#position = i;
    if (!isEnd) return 'more';
    if (this.#state === STATE.quoted) return 'quote_not_closed';
    this.#endField(this.#state === STATE.afterQuote ? this.#fieldEnd : length);
    return this.#endRecord(length, -1);
  }

  /** What lies beyond the row limit is not looked at, so that the answer does not depend on how the bytes were cut. */
  #brokenAt(position: number, reason: BrokenReason): BrokenReason {
    return position - this.#recordStart > this.#rowBytesMax ? 'row_too_long' : reason;
  }

  #endRecord(rawEnd: number, lineEnd: number): 'done' | BrokenReason {
    const buffer = this.#buffer;
    const start = this.#recordStart;
    if (rawEnd - start > this.#rowBytesMax) return 'row_too_long';
    if (rawEnd === start) {
      this.#sink.blank(this.#line);
    } else {
      this.#sink.record({
        bytes: buffer,
        starts: this.#starts,
        ends: this.#ends,
        escaped: this.#escaped,
        fieldCount: this.#fieldCount,
        rawStart: start,
        rawEnd,
        line: this.#line,
        byteOffset: this.#base + start,
      });
    }
    if (this.#hasQuotes) this.#line += countLineBreaks(buffer, start, rawEnd);
    this.#startRecord(lineEnd < 0 ? rawEnd : this.#afterLineEnd(rawEnd));
    return 'done';
  }

  /**
   * The record under way is none: its first physical line is set aside, and reading starts anew behind it.
   * @returns whether that line's end is in the buffer, or the line is over the limit and is being skipped
   */
  #setLineAside(isEnd: boolean): boolean {
    const start = this.#recordStart;
    const end = endOfLine(this.#buffer, start);
    const reason = this.#givenUp as BrokenReason;
    const isTooLong = end - start > this.#rowBytesMax;
    if (!isTooLong && !this.#isLineEndKnown(end, isEnd)) return false;
    this.#givenUp = undefined;
    const head = this.#buffer.subarray(start, Math.min(end, start + this.#rowBytesMax));
    const byteOffset = this.#base + start;
    if (isTooLong) {
      this.#skipped = { head: Buffer.from(head), reason: 'row_too_long', byteOffset, byteLength: 0 };
      this.#startRecord(start);
      return true;
    }
    // The line itself is within the limit: then it was an open quote that led beyond it.
    const named = reason === 'row_too_long' ? 'quote_not_closed' : reason;
    this.#sink.broken({ raw: head, reason: named, line: this.#line, byteOffset, byteLength: end - start });
    this.#startRecord(this.#afterLineEnd(end));
    return true;
  }

  /** @returns whether the end of the line that is too long was found */
  #skipRest(isEnd: boolean): boolean {
    const skipped = this.#skipped as SkippedLine;
    const start = this.#recordStart;
    const end = endOfLine(this.#buffer, start);
    skipped.byteLength += end - start;
    if (!this.#isLineEndKnown(end, isEnd)) {
      this.#startRecord(end);
      return false;
    }
    const { head: raw, reason, byteOffset, byteLength } = skipped;
    this.#sink.broken({ raw, reason, line: this.#line, byteOffset, byteLength });
    this.#skipped = undefined;
    this.#startRecord(this.#afterLineEnd(end));
    return true;
  }

  /** A CR as the last byte may be the first half of a CRLF that the next chunk completes. */
  #isLineEndKnown(end: number, isEnd: boolean): boolean {
    if (isEnd) return true;
    if (end >= this.#buffer.length) return false;
    return this.#buffer[end] !== CR || end + 1 < this.#buffer.length;
  }

  /** Steps over the line end at `end`, if there is one, and counts it. */
  #afterLineEnd(end: number): number {
    if (end >= this.#buffer.length) return this.#buffer.length;
    this.#line += 1;
    return this.#buffer[end] === CR && this.#buffer[end + 1] === LF ? end + 2 : end + 1;
  }
}

/** Index of the first LF or CR at or after `from`; the length where there is none. */
function endOfLine(buffer: Buffer, from: number): number {
  for (let i = from; i < buffer.length; i++) {
    const byte = buffer[i];
    if (byte === LF || byte === CR) return i;
  }
  return buffer.length;
}

function countLineBreaks(buffer: Buffer, start: number, end: number): number {
  // Most records hold no line end but their own, and hardly any a CR: both are searched for within the record.
  const record = buffer.subarray(start, end);
  let count = 0;
  for (let at = record.indexOf(LF); at >= 0; at = record.indexOf(LF, at + 1)) count += 1;
  for (let at = record.indexOf(CR); at >= 0; at = record.indexOf(CR, at + 1)) if (record[at + 1] !== LF) count += 1;
  return count;
}

/**
 * The bytes of field `i` as text, `""` turned into `"`.
 * @param decode for bytes that are not UTF-8; the caller has made sure that others are
 */
export function fieldText(
  record: CsvRecord,
  i: number,
  decode?: (bytes: Buffer, start: number, end: number) => string,
): string {
  const start = record.starts[i] as number;
  const end = record.ends[i] as number;
  if (start === end) return '';
  const text = decode?.(record.bytes, start, end) ?? record.bytes.toString('utf8', start, end);
  return record.escaped[i] === 1 ? text.replaceAll('""', '"') : text;
}
