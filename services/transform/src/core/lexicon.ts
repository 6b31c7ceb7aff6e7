/**
 * The distinct cells of one column, each with a number, and by number what it means. A file repeats its dates, ratings and
 * places; so the rules read each of them once. What is too long, or comes after the numbers have run out, has a number
 * for a while only, until `forget`: what a file can make this hold is bounded.
 */
import { kernels, Region } from './kernels.ts';
import type { Texts } from './parquet/types.ts';
import type { RowBatch } from './row-batch.ts';

/** So many cells keep their numbers. */
const CODES_MAX = 16_384;
const SLOTS = CODES_MAX * 2;
const ENTRY_BYTES = 12;
/** Cells of up to this many bytes are looked up by the kernel: the constant of kernels/intern.ts. */
const CELL_BYTES_MAX = 64;
/** Cells that the kernel does not take (escaped quotes, long texts) keep numbers too: so many, up to this length. */
const OTHERS_MAX = 1024;
const OTHER_CHARS_MAX = 256;
/** The place of what is no text: the constant of kernels/table.ts. */
const NOWHERE = -0x8000_0000;

/** What a cell says, by the rules. */
export interface Meaning {
  /** The rules had something to say of the cell: its row is looked at by itself. */
  readonly isOdd: boolean;
  /** Two cells with the same are the same when rows are compared. */
  readonly canon: string;
  /** There is no value as uploaded. */
  readonly isNull: boolean;
  readonly text: string | null;
  readonly number?: number | null;
  readonly secondNumber?: number | null;
  readonly norm?: string | null;
  /** Number of the group, below 16. */
  readonly group?: number;
}

/** Texts end to end, in the kernels' memory. */
export class TextList {
  readonly #bytes = new Region(1024);
  readonly #offsets = new Region(1024);
  #size = 0;
  #used = 0;

  constructor() {
    this.#offsets.u32[0] = 0;
  }

  get size(): number {
    return this.#size;
  }

  get bytesAddress(): number {
    return this.#bytes.address;
  }

  get offsetsAddress(): number {
    return this.#offsets.address;
  }

  /** @returns its place */
  push(text: string): number {
    const length = Buffer.byteLength(text);
    this.#bytes.grow(this.#used + length);
    this.#offsets.grow((this.#size + 2) * 4);
    Buffer.from(kernels.memory.buffer, this.#bytes.address + this.#used, length).write(text);
    this.#used += length;
    this.#size += 1;
    this.#offsets.u32[this.#size] = this.#used;
    return this.#size - 1;
  }

  clear(): void {
    this.#size = 0;
    this.#used = 0;
  }

  /** A view of all texts, valid until the next `push`. */
  view(): Texts {
    return { bytes: this.#bytes.u8.subarray(0, this.#used), offsets: this.#offsets.u32.subarray(0, this.#size + 1) };
  }

  release(): void {
    this.#bytes.release();
    this.#offsets.release();
  }
}

/** Texts of which each is held once. */
class DistinctTexts {
  readonly list = new TextList();
  readonly #places = new Map<string, number>();

  place(text: string): number {
    let place = this.#places.get(text);
    if (place === undefined) {
      place = this.list.push(text);
      this.#places.set(text, place);
    }
    return place;
  }
}

export class Lexicon {
  readonly #describe: (cell: string) => Meaning;
  readonly #slots = new Region(SLOTS * 4);
  readonly #entries = new Region(CODES_MAX * ENTRY_BYTES);
  readonly #cells = new Region(1 << 16);
  readonly #state = new Region(16);
  readonly #others = new Map<string, number>();
  /** By number: see `Meaning`; canonical prints have 16 bytes. */
  readonly #canon = new Region(0x4000);
  readonly #isOdd = new Region(0x400);
  readonly #isNull = new Region(0x400);
  readonly #numbers = new Region(0x2000);
  readonly #secondNumbers = new Region(0x2000);
  readonly #textPlaces = new Region(0x1000);
  readonly #normPlaces = new Region(0x1000);
  readonly #groups = new Region(0x400);
  readonly #counts = new Region(0x1000);
  readonly #keptCounts = new Region(0x1000);
  readonly #texts = new DistinctTexts();
  readonly #norms = new DistinctTexts();
  /** Texts of the cells whose numbers are lent. */
  readonly #lentTexts = new TextList();
  readonly #scratch = new Region(64);
  #described = 0;
  /** The cells that keep their numbers. */
  readonly #uploaded: string[] = [];
  /** Cells whose numbers are lent, from CODES_MAX on. */
  #lent: string[] = [];

  constructor(describe: (cell: string) => Meaning) {
    this.#describe = describe;
    this.#slots.clear();
    this.#state.clear();
    this.codeOf('');
  }

  get #regions(): Region[] {
    return [
      ...[this.#slots, this.#entries, this.#cells, this.#state, this.#scratch, this.#canon, this.#isOdd, this.#isNull],
      ...[this.#numbers, this.#secondNumbers, this.#textPlaces, this.#normPlaces, this.#groups],
      ...[this.#counts, this.#keptCounts],
    ];
  }

  release(): void {
    for (const region of this.#regions) region.release();
    for (const list of [this.#texts.list, this.#norms.list, this.#lentTexts]) list.release();
  }

  /** Addresses by number of a cell: NaN, or NOWHERE, is null. */
  get addresses() {
    return {
      numbers: this.#numbers.address,
      secondNumbers: this.#secondNumbers.address,
      textPlaces: this.#textPlaces.address,
      normPlaces: this.#normPlaces.address,
      groups: this.#groups.address,
      keptCounts: this.#keptCounts.address,
    };
  }

  /** What kernels/prints.ts reads of a lexicon. */
  get directoryEntry(): number[] {
    return [
      this.#canon.address,
      this.#isNull.address,
      this.#textPlaces.address,
      this.#texts.list.bytesAddress,
      this.#texts.list.offsetsAddress,
      this.#lentTexts.bytesAddress,
      this.#lentTexts.offsetsAddress,
      0,
    ];
  }

  /** The texts that `textPlaces` names by 0 and up. */
  get texts(): TextList {
    return this.#texts.list;
  }

  /** The texts that `textPlaces` names by −1 and down. */
  get lentTexts(): TextList {
    return this.#lentTexts;
  }

  get norms(): TextList {
    return this.#norms.list;
  }

  /** Writes the number of each row's cell to `codes`, and marks the rows in `odd` whose cell is odd. */
  read(batch: RowBatch, column: number, codes: number, odd: number, textOf: (row: number) => string): void {
    const n = batch.rowCount;
    const [, used = 0] = this.#state.u32;
    this.#cells.grow(used + n * CELL_BYTES_MAX);
    this.#relocate();
    kernels.intern(
      batch.fieldsAddress + column * 8,
      batch.columnCount * 8,
      n,
      codes,
      this.#slots.address,
      SLOTS - 1,
      this.#entries.address,
      CODES_MAX,
      this.#cells.address,
      this.#state.address,
    );
    const [size = 0, , without = 0] = this.#state.u32;
    if (this.#described < size) this.#describeUpTo(size, textOf, codes, n);
    if (without > 0) this.#numberOthers(textOf, codes, n);
    kernels.markAndCount(codes, n, this.#isOdd.address, odd, this.#counts.address);
  }

  /** The number of a cell that was not read from a batch. */
  codeOf(text: string): number {
    return this.#codeOfOther(text);
  }

  /** What the kernel has copied moves with its region; its entries hold addresses. */
  #cellsAt = 0;
  #relocate(): void {
    const at = this.#cells.address;
    if (at === this.#cellsAt) return;
    const [size = 0] = this.#state.u32;
    const entries = this.#entries.u32;
    for (let i = 0; i < size; i++) entries[i * 3] = (entries[i * 3] as number) - this.#cellsAt + at;
    this.#cellsAt = at;
  }

  /** New numbers were given in the order of the rows; the first row with each tells its text. */
  #describeUpTo(size: number, textOf: (row: number) => string, codes: number, n: number): void {
    let view = new Int32Array(kernels.memory.buffer, codes, n);
    for (let row = 0; row < n && this.#described < size; row++) {
      if (view[row] !== this.#described) continue;
      this.#set(this.#described, textOf(row), false);
      this.#described += 1;
      view = new Int32Array(kernels.memory.buffer, codes, n);
    }
  }

  #numberOthers(textOf: (row: number) => string, codes: number, n: number): void {
    let view = new Int32Array(kernels.memory.buffer, codes, n);
    for (let row = 0; row < n; row++) {
      if ((view[row] as number) >= 0) continue;
      const code = this.#codeOfOther(textOf(row));
      view = new Int32Array(kernels.memory.buffer, codes, n);
      view[row] = code;
    }
  }

  #codeOfOther(text: string): number {
    const known = this.#others.get(text);
    if (known !== undefined) return known;
    const state = this.#state.u32;
    const size = state[0] as number;
    if (text.length <= OTHER_CHARS_MAX && this.#others.size < OTHERS_MAX && size < CODES_MAX) {
      state[0] = size + 1;
      this.#entries.u32.set([0, 0, 0], size * 3);
      this.#others.set(text, size);
      this.#set(size, text, false);
      this.#described = size + 1;
      return size;
    }
    const code = CODES_MAX + this.#lent.length;
    this.#lent.push(text);
    this.#set(code, text, true);
    return code;
  }

  #set(code: number, cell: string, isLent: boolean): void {
    const meaning = this.#describe(cell);
    this.#canon.grow((code + 1) * 16);
    for (const region of [this.#isOdd, this.#isNull, this.#groups]) region.grow(code + 1);
    for (const region of [this.#textPlaces, this.#normPlaces, this.#counts, this.#keptCounts])
      region.grow((code + 1) * 4);
    for (const region of [this.#numbers, this.#secondNumbers]) region.grow((code + 1) * 8);
    const { text, norm = null } = meaning;
    let place = NOWHERE;
    if (text !== null) place = isLent ? -1 - this.#lentTexts.push(text) : this.#texts.place(text);
    this.#textPlaces.i32[code] = place;
    this.#normPlaces.i32[code] = norm === null ? NOWHERE : this.#norms.place(norm);
    if (!isLent) this.#uploaded[code] = cell;
    this.#isOdd.u8[code] = Number(meaning.isOdd);
    this.#isNull.u8[code] = Number(meaning.isNull);
    this.#groups.u8[code] = meaning.group ?? 0;
    this.#numbers.f64[code] = meaning.number ?? Number.NaN;
    this.#secondNumbers.f64[code] = meaning.secondNumber ?? Number.NaN;
    this.#counts.u32[code] = 0;
    this.#keptCounts.u32[code] = 0;
    const bytes = Buffer.from(meaning.canon);
    this.#scratch.grow(bytes.length);
    this.#scratch.u8.set(bytes);
    kernels.murmur128(this.#scratch.address, bytes.length, this.#canon.address + code * 16);
  }

  isNullCode(code: number): boolean {
    return this.#isNull.u8[code] === 1;
  }

  isWithoutNumber(code: number): boolean {
    return Number.isNaN(this.#numbers.f64[code]);
  }

  /** The cell of a number. */
  cellOf(code: number): string {
    return (code < CODES_MAX ? this.#uploaded[code] : this.#lent[code - CODES_MAX]) as string;
  }

  /** Visits every cell that keeps its number. */
  visit(visitor: CellVisitor): void {
    this.#visit(this.#uploaded, 0, visitor);
  }

  /** Takes lent numbers back, after a last look at their cells; what was appended with them must have been written. */
  forget(visitor: CellVisitor): void {
    if (this.#lent.length === 0) return;
    this.#visit(this.#lent, CODES_MAX, visitor);
    this.#lent = [];
    this.#lentTexts.clear();
  }

  #visit(cells: readonly string[], first: number, visitor: CellVisitor): void {
    const counts = this.#counts.u32;
    const kept = this.#keptCounts.u32;
    const isNull = this.#isNull.u8;
    const numbers = this.#numbers.f64;
    const secondNumbers = this.#secondNumbers.f64;
    cells.forEach((cell, i) => {
      const code = first + i;
      visitor({
        cell,
        count: counts[code] as number,
        kept: kept[code] as number,
        isNull: isNull[code] === 1,
        number: numbers[code] as number,
        secondNumber: secondNumbers[code] as number,
      });
    });
  }
}

/** A distinct cell, how often it was read, and how often of these in a row that was kept. */
export interface CountedCell {
  readonly cell: string;
  readonly count: number;
  readonly kept: number;
  readonly isNull: boolean;
  /** NaN where the cell has none. */
  readonly number: number;
  readonly secondNumber: number;
}

export type CellVisitor = (counted: CountedCell) => void;
