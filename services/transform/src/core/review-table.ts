/** Collects reviews into a row group, column by column, in the kernels' memory; the buffers are used again for the next. */
import { type Column, REVIEW_COLUMNS, type ReviewColumn } from '@tastetrend/contracts';
import { VERDICT } from './index/row-index.ts';
import { kernels, Region } from './kernels.ts';
import { type Lexicon, TextList } from './lexicon.ts';
import type { ColumnValues, RowGroup, Texts } from './parquet/types.ts';
import type { InternedField, LaneName, ReviewVectors } from './review-vectors.ts';

/**
 * A row group is written when it has so many rows, or so many bytes of text: a bound on memory in either direction, chosen
 * by the figures in docs/decisions/parquet-writers.md.
 */
export const ROW_GROUP_ROWS_MAX = 85_000;
const ROW_GROUP_TEXT_BYTES_MAX = 16_000_000;

/** Rows of a batch, by number, that are appended together. */
export interface PickedRows {
  readonly vectors: ReviewVectors;
  /** Address of the row numbers. */
  readonly rows: number;
  readonly count: number;
  /** Address of the rows' verdicts. */
  readonly verdicts: number;
  /** Address of the rows' review_uids. */
  readonly uids: number;
  /** Of rows that have any. */
  readonly extra: ReadonlyMap<number, string>;
}

abstract class Builder {
  readonly column: Column;
  protected readonly nulls = new Region(1024);
  protected length = 0;
  protected nullCount = 0;
  /** Nulls of all row groups. */
  nullsInAll = 0;

  constructor(column: Column) {
    this.column = column;
    this.nulls.clear();
  }

  get textBytes(): number {
    return 0;
  }

  append(picked: PickedRows): void {
    this.nulls.grow(this.length + picked.count);
    const added = this.appendValues(picked, this.nulls.address + this.length);
    if (added > 0 && !this.column.nullable) throw new TypeError(`column ${this.column.name} must not be null`);
    this.nullCount += added;
    this.length += picked.count;
  }

  /** @param nulls address of the new rows' marks @returns how many are null */
  protected abstract appendValues(picked: PickedRows, nulls: number): number;
  protected abstract values(): ColumnValues;
  protected abstract regions(): readonly Region[];

  chunk() {
    const { column, nullCount } = this;
    return { column, values: this.values(), nulls: this.nulls.u8.subarray(0, this.length), nullCount };
  }

  clear(): void {
    this.nullsInAll += this.nullCount;
    this.length = 0;
    this.nullCount = 0;
  }

  release(): void {
    for (const region of [this.nulls, ...this.regions()]) region.release();
  }

  /** Bytes in which no row is null are never written by a kernel. */
  protected clearNulls(from: number, count: number): void {
    new Uint8Array(kernels.memory.buffer, from, count).fill(0);
  }
}

abstract class TextBuilder extends Builder {
  protected readonly bytes: Region;
  protected readonly offsets = new Region(1 << 12);
  protected used = 0;

  constructor(column: Column, bytes = 1 << 14) {
    super(column);
    this.bytes = new Region(bytes);
    this.offsets.u32[0] = 0;
  }

  override get textBytes(): number {
    return this.used;
  }

  protected reserve(rows: number, bytes: number): void {
    this.bytes.grow(this.used + bytes);
    this.offsets.grow((this.length + rows + 1) * 4);
  }

  protected get offsetsEnd(): number {
    return this.offsets.address + (this.length + 1) * 4;
  }

  protected override values(): Texts {
    const offsets = this.offsets.u32.subarray(0, this.length + 1);
    return { bytes: this.bytes.u8.subarray(0, this.used), offsets };
  }

  protected override regions(): readonly Region[] {
    return [this.bytes, this.offsets];
  }

  override clear(): void {
    super.clear();
    this.used = 0;
  }
}

/** A text of each row, from its lanes of starts and lengths. */
class LaneTextBuilder extends TextBuilder {
  readonly #lane: 'id' | 'name' | 'text';

  constructor(column: Column, lane: 'id' | 'name' | 'text') {
    // Memory that was not written to is not there yet; memory that is outgrown is.
    super(column, lane === 'text' ? ROW_GROUP_TEXT_BYTES_MAX + (1 << 20) : undefined);
    this.#lane = lane;
  }

  protected override appendValues({ vectors, rows, count }: PickedRows, nulls: number): number {
    const [starts, lengths] = [vectors.lane(this.#lane), vectors.lane(this.#lane, 1)];
    const added = kernels.textBytes(rows, count, lengths);
    this.reserve(count, added);
    const end = this.offsetsEnd;
    const nullCount = kernels.appendTexts(rows, count, starts, lengths, this.bytes.address, this.used, end, nulls);
    this.used += added;
    return nullCount;
  }
}

class UidBuilder extends TextBuilder {
  protected override appendValues({ rows, count, uids }: PickedRows, nulls: number): number {
    this.reserve(count, count * 32);
    kernels.appendHex(rows, count, uids, this.bytes.address, this.used, this.offsetsEnd);
    this.clearNulls(nulls, count);
    this.used += count * 32;
    return 0;
  }
}

/** Hardly any row has an extra: those that have one are put in by hand. */
class ExtraBuilder extends TextBuilder {
  protected override appendValues({ rows, count, extra }: PickedRows, nulls: number): number {
    let added = 0;
    for (const text of extra.values()) added += Buffer.byteLength(text);
    this.reserve(count, added);
    const numbers = new Uint32Array(kernels.memory.buffer, rows, count);
    const offsets = new Uint32Array(kernels.memory.buffer, this.offsetsEnd, count);
    const marks = new Uint8Array(kernels.memory.buffer, nulls, count);
    if (extra.size === 0) {
      marks.fill(1);
      offsets.fill(this.used);
      return count;
    }
    const bytes = Buffer.from(kernels.memory.buffer, this.bytes.address, this.bytes.bytes);
    let nullCount = 0;
    for (let i = 0; i < count; i++) {
      const text = extra.get(numbers[i] as number);
      marks[i] = text === undefined ? 1 : 0;
      if (text === undefined) nullCount += 1;
      else this.used += bytes.write(text, this.used);
      offsets[i] = this.used;
    }
    return nullCount;
  }
}

/** Texts by the numbers that a lexicon gives cells: as uploaded, or normed. */
class CodedBuilder extends Builder {
  readonly #field: InternedField;
  readonly #lexicon: Lexicon;
  readonly #isNorm: boolean;
  readonly #codes = new Region(1 << 12);

  constructor(column: Column, vectors: ReviewVectors, field: InternedField, isNorm = false) {
    super(column);
    this.#field = field;
    this.#lexicon = vectors.lexicons[field];
    this.#isNorm = isNorm;
  }

  protected override appendValues({ vectors, rows, count }: PickedRows, nulls: number): number {
    this.#codes.grow((this.length + count) * 4);
    const { textPlaces, normPlaces } = this.#lexicon.addresses;
    const out = this.#codes.address + this.length * 4;
    return kernels.appendCodes(
      rows,
      count,
      vectors.codes(this.#field),
      this.#isNorm ? normPlaces : textPlaces,
      out,
      nulls,
    );
  }

  protected override values(): ColumnValues {
    const codes = this.#codes.i32.subarray(0, this.length);
    if (this.#isNorm) return { codes, dictionary: this.#lexicon.norms.view() };
    const dictionary = this.#lexicon.texts.view();
    const lent = this.#lexicon.lentTexts;
    return lent.size === 0 ? { codes, dictionary } : withLent(codes, dictionary, lent.view());
  }

  protected override regions(): readonly Region[] {
    return [this.#codes];
  }
}

/** Texts that have their numbers for a while have them below zero, since the others still grow; now all stand in one row. */
function withLent(codes: Int32Array, kept: Texts, lent: Texts): ColumnValues {
  const keptCount = kept.offsets.length - 1;
  const offsets = new Uint32Array(keptCount + lent.offsets.length);
  offsets.set(kept.offsets);
  for (let i = 1; i < lent.offsets.length; i++)
    offsets[keptCount + i] = kept.bytes.length + (lent.offsets[i] as number);
  return {
    codes: codes.map((code) => (code < 0 ? keptCount - 1 - code : code)),
    dictionary: { bytes: Buffer.concat([kept.bytes, lent.bytes]), offsets },
  };
}

/** The same text in every row. */
class ConstantTextBuilder extends Builder {
  readonly #list = new TextList();
  readonly #codes = new Region(1 << 12);

  constructor(column: Column, text: string) {
    super(column);
    this.#list.push(text);
    this.#codes.clear();
  }

  protected override appendValues({ count }: PickedRows, nulls: number): number {
    this.clearNulls(nulls, count);
    const known = this.#codes.bytes;
    this.#codes.grow((this.length + count) * 4);
    if (this.#codes.bytes > known) this.#codes.clear();
    return 0;
  }

  protected override values(): ColumnValues {
    return { codes: this.#codes.i32.subarray(0, this.length), dictionary: this.#list.view() };
  }

  protected override regions(): readonly Region[] {
    return [this.#codes];
  }

  override release(): void {
    super.release();
    this.#list.release();
  }
}

type AppendNumbers = (picked: PickedRows, out: number, nulls: number) => number;

/** Numbers of 8, 4 or 1 bytes, put in by a kernel. */
class NumberBuilder extends Builder {
  readonly #append: AppendNumbers;
  readonly #bytes: 1 | 4 | 8;
  readonly #numbers = new Region(1 << 13);

  constructor(column: Column, append: AppendNumbers) {
    super(column);
    this.#append = append;
    const { type } = column;
    this.#bytes = type === 'boolean' ? 1 : type === 'int32' || type === 'date' ? 4 : 8;
  }

  protected override appendValues(picked: PickedRows, nulls: number): number {
    this.#numbers.grow((this.length + picked.count) * this.#bytes);
    if (!this.column.nullable) this.clearNulls(nulls, picked.count);
    return this.#append(picked, this.#numbers.address + this.length * this.#bytes, nulls);
  }

  protected override values(): ColumnValues {
    const all = this.#bytes === 8 ? this.#numbers.f64 : this.#bytes === 4 ? this.#numbers.i32 : this.#numbers.u8;
    return all.subarray(0, this.length);
  }

  protected override regions(): readonly Region[] {
    return [this.#numbers];
  }
}

/** What every row of the file has. */
export interface ReviewConstants {
  readonly sourceFile: string;
  readonly sourceVersion: string;
  readonly uploadedAtMs: number;
}

export class ReviewTable {
  readonly #builders: readonly Builder[];
  #rowCount = 0;

  constructor(vectors: ReviewVectors, constants: ReviewConstants) {
    const make = builderOf(vectors, constants);
    this.#builders = REVIEW_COLUMNS.map((column) => make[column.name](column));
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  get isFull(): boolean {
    if (this.#rowCount >= ROW_GROUP_ROWS_MAX) return true;
    let bytes = 0;
    for (const builder of this.#builders) bytes += builder.textBytes;
    return bytes >= ROW_GROUP_TEXT_BYTES_MAX;
  }

  append(picked: PickedRows): void {
    for (const builder of this.#builders) builder.append(picked);
    this.#rowCount += picked.count;
  }

  /** The rows collected so far, as views that the next `append` overwrites; `clear` must be called when they are written. */
  rowGroup(): RowGroup {
    return { rowCount: this.#rowCount, columns: this.#builders.map((builder) => builder.chunk()) };
  }

  clear(): void {
    for (const builder of this.#builders) builder.clear();
    this.#rowCount = 0;
  }

  /** Rows without a value, of all row groups that were cleared, in the order of the columns. */
  get nulls(): number[] {
    return this.#builders.map(({ nullsInAll }) => nullsInAll);
  }

  release(): void {
    for (const builder of this.#builders) builder.release();
  }
}

function builderOf(
  vectors: ReviewVectors,
  { sourceFile, sourceVersion, uploadedAtMs }: ReviewConstants,
): Record<ReviewColumn, (column: Column) => Builder> {
  const coded =
    (field: InternedField, isNorm = false) =>
    (column: Column) =>
      new CodedBuilder(column, vectors, field, isNorm);
  const numbers = (append: AppendNumbers) => (column: Column) => new NumberBuilder(column, append);
  const lane = (values: LaneName, present: LaneName) =>
    numbers(({ vectors: from, rows, count }, out, nulls) =>
      kernels.appendDoubles(rows, count, from.lane(values), from.lane(present), out, nulls),
    );
  const integer = (field: InternedField, isSecond = false) =>
    numbers(({ vectors: from, rows, count }, out, nulls) => {
      const { numbers: first, secondNumbers } = from.lexicons[field].addresses;
      const values = isSecond ? secondNumbers : first;
      return kernels.appendIntegersByCode(rows, count, from.codes(field), values, out, nulls);
    });
  return {
    review_uid: (column) => new UidBuilder(column),
    review_id: (column) => new LaneTextBuilder(column, 'id'),
    customer_name: (column) => new LaneTextBuilder(column, 'name'),
    review_date: integer('review_date'),
    rating_raw: coded('rating'),
    rating_scale: integer('rating', true),
    rating_1_5: numbers(({ vectors: from, rows, count }, out, nulls) => {
      const { numbers: ratings } = from.lexicons.rating.addresses;
      return kernels.appendDoublesByCode(rows, count, from.codes('rating'), ratings, out, nulls);
    }),
    review_text: (column) => new LaneTextBuilder(column, 'text'),
    location: coded('location'),
    restaurant_name: coded('restaurant_name'),
    total_spent: lane('total', 'hasTotal'),
    tip_amount: lane('tip', 'hasTip'),
    tip_percentage: lane('percentage', 'hasPercentage'),
    party_size: integer('party_size'),
    age_range: coded('age_range'),
    gender: coded('gender'),
    ethnicity: coded('ethnicity'),
    gender_norm: coded('gender', true),
    ethnicity_norm: coded('ethnicity', true),
    age_group: coded('age_range', true),
    log_total_spent: lane('logTotal', 'hasTotal'),
    review_length: numbers(({ vectors: from, rows, count }, out, nulls) =>
      kernels.appendCounts(rows, count, from.lane('text', 2), from.lane('text', 1), out, nulls),
    ),
    id_conflict: numbers(({ rows, count, verdicts }, out) => {
      kernels.appendBit(rows, count, verdicts, VERDICT.idConflict, out);
      return 0;
    }),
    source_file: (column) => new ConstantTextBuilder(column, sourceFile),
    source_version: (column) => new ConstantTextBuilder(column, sourceVersion),
    uploaded_at: numbers(({ count }, out) => {
      new Float64Array(kernels.memory.buffer, out, count).fill(uploadedAtMs);
      return 0;
    }),
    source_line: numbers(({ vectors: from, rows, count }, out) => {
      kernels.appendUnsigned(rows, count, from.lane('lines'), out);
      return 0;
    }),
    extra: (column) => new ExtraBuilder(column),
  };
}
