/** Collects rows value by value into a row group, column by column, in buffers that are used again for the next one. */
import type { Column } from '@tastetrend/contracts';
import type { ColumnChunk, RowGroup } from './types.ts';

/** A row group is written when it has so many rows, or so many bytes of text: a bound on memory in either direction. */
export const ROW_GROUP_ROWS_MAX = 20_000;
export const ROW_GROUP_TEXT_BYTES_MAX = 8_000_000;

type Value = string | number | boolean | null;

class ColumnBuilder {
  readonly column: Column;
  #numbers: Float64Array | Int32Array | Uint8Array;
  #bytes: Buffer;
  #offsets: Uint32Array;
  #nulls = new Uint8Array(1024);
  #nullCount = 0;
  #length = 0;
  #textBytes = 0;

  constructor(column: Column) {
    this.column = column;
    const isText = column.type === 'string';
    this.#numbers = numbersOf(column, isText ? 0 : 1024);
    this.#bytes = Buffer.alloc(isText ? 16_384 : 0);
    this.#offsets = new Uint32Array(isText ? 1025 : 0);
  }

  get textBytes(): number {
    return this.#textBytes;
  }

  push(value: Value): void {
    if (this.#length === this.#nulls.length) this.#grow();
    const i = this.#length++;
    this.#nulls[i] = value === null ? 1 : 0;
    if (value === null) {
      if (!this.column.nullable) throw new TypeError(`column ${this.column.name} must not be null`);
      this.#nullCount += 1;
    }
    if (this.column.type === 'string') this.#pushText(i, value as string | null);
    else this.#numbers[i] = Number(value ?? 0);
  }

  #pushText(i: number, value: string | null): void {
    if (value !== null) {
      const bytesMax = value.length * 3;
      if (this.#textBytes + bytesMax > this.#bytes.length) {
        const grown = Buffer.alloc(Math.max(this.#bytes.length * 2, this.#textBytes + bytesMax));
        this.#bytes.copy(grown, 0, 0, this.#textBytes);
        this.#bytes = grown;
      }
      this.#textBytes += this.#bytes.write(value, this.#textBytes, 'utf8');
    }
    this.#offsets[i + 1] = this.#textBytes;
  }

  #grow(): void {
    const length = this.#nulls.length * 2;
    const nulls = new Uint8Array(length);
    nulls.set(this.#nulls);
    this.#nulls = nulls;
    if (this.column.type === 'string') {
      const offsets = new Uint32Array(length + 1);
      offsets.set(this.#offsets);
      this.#offsets = offsets;
    } else {
      const numbers = numbersOf(this.column, length);
      numbers.set(this.#numbers);
      this.#numbers = numbers;
    }
  }

  /** A view of what was collected: valid until the next `push`. */
  take(): ColumnChunk {
    const { column } = this;
    const length = this.#length;
    const nullCount = this.#nullCount;
    const values =
      column.type === 'string'
        ? { bytes: this.#bytes.subarray(0, this.#textBytes), offsets: this.#offsets.subarray(0, length + 1) }
        : this.#numbers.subarray(0, length);
    this.#length = 0;
    this.#nullCount = 0;
    this.#textBytes = 0;
    return { column, values, nulls: this.#nulls.subarray(0, length), nullCount };
  }
}

function numbersOf(column: Column, length: number): Float64Array | Int32Array | Uint8Array {
  if (column.type === 'boolean') return new Uint8Array(length);
  if (column.type === 'int32' || column.type === 'date') return new Int32Array(length);
  return new Float64Array(length);
}

export class RowGroupBuilder<Name extends string> {
  readonly #columns: ColumnBuilder[];
  #rowCount = 0;

  constructor(columns: readonly (Column & { readonly name: Name })[]) {
    this.#columns = columns.map((column) => new ColumnBuilder(column));
  }

  get isFull(): boolean {
    if (this.#rowCount >= ROW_GROUP_ROWS_MAX) return true;
    let bytes = 0;
    for (const column of this.#columns) bytes += column.textBytes;
    return bytes >= ROW_GROUP_TEXT_BYTES_MAX;
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  push(row: Readonly<Record<Name, Value>>): void {
    for (const builder of this.#columns) builder.push(row[builder.column.name as Name]);
    this.#rowCount += 1;
  }

  /** The rows collected so far, as views that the next `push` overwrites; the builder is empty then. */
  take(): RowGroup {
    const group = { rowCount: this.#rowCount, columns: this.#columns.map((column) => column.take()) };
    this.#rowCount = 0;
    return group;
  }
}
