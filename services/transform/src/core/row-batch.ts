/**
 * Some rows of a file as their uploaded bytes, in the kernels' memory: where each row and each of its cells lies. What is
 * read as delimited text or as JSON comes in batches of this one form.
 */
import { isUtf8 } from 'node:buffer';
import { kernels, Region } from './kernels.ts';

/** Set in a cell's length where the cell holds `""` for a quote; the rest of the length counts bytes. */
const ESCAPED = 0x8000_0000;
const RECORD_WORDS = 5;
const NOT_ASCII = 1;
const FIELD_TOO_LONG = 2;
/** Addresses and lengths of all cells of a batch take so many bytes at most. */
const CELLS_BYTES_MAX = 1 << 20;
const ROWS_MAX = 2048;

/** Turns the bytes [start, end) into text. */
export type Decode = (bytes: Buffer, start: number, end: number) => string;

const decodeUtf8: Decode = (bytes, start, end) => bytes.toString('utf8', start, end);

export class RowBatch {
  readonly columnCount: number;
  /** So many rows fit. */
  readonly rowsMax: number;
  rowCount = 0;
  /** No fewer than its rows' bytes in all. */
  bytes = 0;
  /** Offset in the file of the byte at address 0 of the memory; for rows that stand there as they stand in the file. */
  fileOffset = 0;
  /** Of rows that were set by hand. */
  readonly #offsets: number[] = [];
  readonly #fields: Region;
  readonly #records: Region;

  constructor(columnCount: number) {
    this.columnCount = columnCount;
    this.rowsMax = RowBatch.rowsMaxOf(columnCount);
    this.#fields = new Region(this.rowsMax * columnCount * 8);
    this.#records = new Region(this.rowsMax * RECORD_WORDS * 4);
  }

  static rowsMaxOf(columnCount: number): number {
    return Math.max(16, Math.min(ROWS_MAX, Math.floor(CELLS_BYTES_MAX / (columnCount * 8))));
  }

  release(): void {
    this.#fields.release();
    this.#records.release();
  }

  /** Cell i of row r: address and length (see `ESCAPED`), at word (r × columnCount + i) × 2. */
  get fieldsAddress(): number {
    return this.#fields.address;
  }

  get recordsAddress(): number {
    return this.#records.address;
  }

  fieldCount(row: number): number {
    return this.#record(row, 3);
  }

  /** Physical line on which the row starts, from 1. */
  line(row: number): number {
    return this.#record(row, 2);
  }

  byteOffset(row: number): number {
    return this.#offsets[row] ?? this.fileOffset + this.#record(row, 0);
  }

  /** False where every byte of the row is ASCII; also true of rows that were set by hand. */
  mayHoldOtherThanAscii(row: number): boolean {
    return (this.#record(row, 4) & NOT_ASCII) !== 0;
  }

  isFieldTooLong(row: number): boolean {
    return (this.#record(row, 4) & FIELD_TOO_LONG) !== 0;
  }

  /** The row as uploaded, without its line end: a view, valid until the batch's sink returns. */
  raw(row: number): Buffer {
    const start = this.#record(row, 0);
    return Buffer.from(kernels.memory.buffer, start, this.#record(row, 1) - start);
  }

  /** Cell `column` as text, `""` turned into `"`. */
  cell(row: number, column: number, decode: Decode = decodeUtf8): string {
    const at = (row * this.columnCount + column) * 2;
    const fields = this.#fields.u32;
    const start = fields[at] as number;
    const length = fields[at + 1] as number;
    const end = start + (length & ~ESCAPED);
    if (start === end) return '';
    const text = decode(Buffer.from(kernels.memory.buffer), start, end);
    return length >= ESCAPED ? text.replaceAll('""', '"') : text;
  }

  /** As many cells as the row has, up to the batch's columns. */
  cells(row: number, decode?: Decode): string[] {
    const length = Math.min(this.columnCount, this.fieldCount(row));
    return Array.from({ length }, (_, column) => this.cell(row, column, decode));
  }

  /**
   * Rows that may not be what they should: with another number of fields than the batch has columns, a field that is too
   * long, or, where any byte of the batch is not UTF-8, a byte beyond ASCII.
   * @param isUtf8Wanted false where every byte is a character
   */
  suspects(isUtf8Wanted: boolean): number[] {
    if (this.rowCount === 0) return [];
    const records = this.#records.u32;
    const first = records[0] as number;
    const end = records[(this.rowCount - 1) * RECORD_WORDS + 1] as number;
    const isWhole = !isUtf8Wanted || isUtf8(new Uint8Array(kernels.memory.buffer, first, end - first));
    const bits = isWhole ? FIELD_TOO_LONG : FIELD_TOO_LONG | NOT_ASCII;
    const found: number[] = [];
    for (let row = 0, at = 0; row < this.rowCount; row++, at += RECORD_WORDS) {
      if (records[at + 3] !== this.columnCount || ((records[at + 4] as number) & bits) !== 0) found.push(row);
    }
    return found;
  }

  countBeyondAscii(): number {
    const records = this.#records.u32;
    let count = 0;
    for (let row = 0; row < this.rowCount; row++) count += (records[row * RECORD_WORDS + 4] as number) & NOT_ASCII;
    return count;
  }

  /** Takes rows out, in ascending order; the others close ranks. */
  remove(rows: readonly number[]): void {
    const fields = this.#fields.u32;
    const records = this.#records.u32;
    const words = this.columnCount * 2;
    rows.forEach((row, i) => {
      const end = rows[i + 1] ?? this.rowCount;
      fields.copyWithin((row - i) * words, (row + 1) * words, end * words);
      records.copyWithin((row - i) * RECORD_WORDS, (row + 1) * RECORD_WORDS, end * RECORD_WORDS);
    });
    this.rowCount -= rows.length;
  }

  /** Sets row `row` by hand: where its bytes lie, and its cells as addresses and lengths, turn by turn. */
  set(row: number, place: { start: number; end: number; line: number; byteOffset: number; cells: number[] }): void {
    const { start, end, line, byteOffset, cells } = place;
    this.#fields.u32.set(cells, row * this.columnCount * 2);
    this.#records.u32.set([start, end, line, this.columnCount, NOT_ASCII], row * RECORD_WORDS);
    this.#offsets[row] = byteOffset;
  }

  #record(row: number, word: number): number {
    return this.#records.u32[row * RECORD_WORDS + word] as number;
  }
}
