/**
 * A batch of reviews, cleaned, as columns in the kernels' memory. Cells of the plain form are cleaned by kernels; a row with
 * any other cell is *odd*, and is cleaned by the rules in clean-review.ts, whose answers are put into the same columns. So
 * each rule stands once, as a function on text, and the kernels are held to it by a test.
 *
 * What tells rows apart, in 128 bits each (kernels/prints.ts):
 * - the id: MurmurHash3 of its bytes;
 * - the visit: id, date, tip, percentage, party, age, gender, ethnicity, by what they mean (`m` is `male`);
 * - the row: the review_uid, the visit, rating, location, total, and what `extra` will hold but for the id;
 * - the review_uid, which lasts: BLAKE2b of restaurant, id, customer, date (ISO 8601) and text, each as a netstring
 *   (`<bytes>:<text>,`), or `-` for one that is missing. Of rows with the same, the n-th (from 0, by what else they hold) has
 *   the hash of the netstrings of the first's 32 hexadecimal digits and of n.
 */
import { type CleanReview, comparable, foldOf, type ReviewCleaner } from './clean-review.ts';
import type { ReviewField } from './columns.ts';
import { ageGroups, ethnicityGroups, genderGroups } from './group-tally.ts';
import { ROW_FLAGS } from './index/row-index.ts';
import { kernels, Region } from './kernels.ts';
import { type CellVisitor, Lexicon, type Meaning } from './lexicon.ts';
import type { Decode, RowBatch } from './row-batch.ts';
import { codePointCount } from './values/review-text.ts';

/** The lanes of kernels/vectors.ts. */
const LANE = {
  id: 0,
  name: 2,
  text: 4,
  total: 7,
  tip: 9,
  percentage: 11,
  logTotal: 13,
  codes: 15,
  odd: 23,
  prefixed: 24,
  hasTotal: 25,
  hasTip: 26,
  hasPercentage: 27,
  derived: 28,
  lines: 29,
  flags: 30,
  idPrints: 31,
  visitPrints: 35,
  rowPrints: 39,
  uidPrints: 43,
  oddVisit: 47,
  oddRow: 51,
  rows: 55,
  otherRows: 56,
  suffixed: 57,
} as const;
const LANES = 58;
export type LaneName = keyof typeof LANE;

export const INTERNED = [
  'review_date',
  'rating',
  'party_size',
  'age_range',
  'gender',
  'ethnicity',
  'location',
  'restaurant_name',
] as const satisfies readonly ReviewField[];
export type InternedField = (typeof INTERNED)[number];

const NUMBERS = [
  ['total_spent', 'total', 'hasTotal'],
  ['tip_amount', 'tip', 'hasTip'],
  ['tip_percentage', 'percentage', 'hasPercentage'],
] as const;

const ALL_LACKS =
  ROW_FLAGS.lacksCustomer |
  ROW_FLAGS.lacksRating |
  ROW_FLAGS.lacksTotal |
  ROW_FLAGS.lacksText |
  ROW_FLAGS.lacksLocation |
  ROW_FLAGS.lacksRestaurant;
const RECORD_BYTES = 20;
const LINE_WORD = 2;
const DIRECTORY_BYTES = 32;

/** The words for what a cell of each interned column says; by the same rules as a whole row. */
const MEANINGS: Record<InternedField, (review: CleanReview) => Omit<Meaning, 'isOdd'>> = {
  review_date: (review) => dateMeaning(comparable(review, 'review_date', review.reviewDays), review.reviewDays),
  rating: (review) => ({
    canon: JSON.stringify(review.rating ?? review.ratingRaw),
    isNull: review.ratingRaw === null,
    text: review.ratingRaw,
    number: review.rating,
    secondNumber: review.ratingScale,
  }),
  party_size: (review) => {
    const party = comparable(review, 'party_size', review.partySize);
    return { canon: JSON.stringify(party), isNull: party === null, text: null, number: review.partySize };
  },
  age_range: ({ ageRange, ageGroup }) => demographic(ageRange, ageGroup, ageGroups),
  gender: ({ gender, genderNorm }) => demographic(gender, genderNorm, genderGroups),
  ethnicity: ({ ethnicity, ethnicityNorm }) => demographic(ethnicity, ethnicityNorm, ethnicityGroups),
  location: ({ location }) => ({ canon: JSON.stringify(location), isNull: location === null, text: location }),
  restaurant_name: ({ restaurantName }) => ({
    canon: JSON.stringify(restaurantName),
    isNull: restaurantName === null,
    text: restaurantName,
  }),
};

function dateMeaning(date: number | string | null, days: number | null) {
  const text = typeof date === 'number' ? isoDate(date) : date;
  return { canon: JSON.stringify(date), isNull: date === null, text, number: days };
}

function demographic(
  uploaded: string | null,
  norm: string | null,
  groups: { of(norm: string | null, uploaded: string | null): number },
) {
  const canon = JSON.stringify(foldOf(norm, uploaded));
  return { canon, isNull: uploaded === null, text: uploaded, norm, group: groups.of(norm, uploaded) };
}

function isoDate(days: number): string {
  return new Date(days * 86_400_000).toISOString().slice(0, 10);
}

export class ReviewVectors {
  readonly rowsMax: number;
  /** Reviews of the batch's odd rows. */
  readonly odd = new Map<number, CleanReview>();
  readonly lexicons: Readonly<Record<InternedField, Lexicon>>;
  rowCount = 0;
  /** Rows printed so far that have a text. */
  textCount = 0;
  readonly cleaner: ReviewCleaner;
  readonly #idHeader: string | undefined;
  readonly #decode: Decode | undefined;
  readonly #lanes: Region;
  readonly #directory = new Region(INTERNED.length * DIRECTORY_BYTES);
  readonly #scratch = new Region(1 << 14);
  readonly #texts = new Region(1 << 16);
  /** Texts of odd rows; given back with the next batch. */
  #lentTexts: number[] = [];
  #hadOdd = true;

  /** @param idHeader the header under which `extra` keeps an id with its suffix, which does not tell rows apart */
  constructor(cleaner: ReviewCleaner, rowsMax: number, idHeader: string | undefined, decode: Decode | undefined) {
    this.cleaner = cleaner;
    this.#idHeader = idHeader;
    this.#decode = decode;
    this.rowsMax = (rowsMax + 3) & ~3;
    this.#lanes = new Region(LANES * this.rowsMax * 4);
    this.#lanes.clear();
    this.lexicons = Object.fromEntries(
      INTERNED.map((field) => [field, new Lexicon((cell) => this.#meaning(field, cell))]),
    ) as Record<InternedField, Lexicon>;
  }

  release(): void {
    for (const field of INTERNED) this.lexicons[field].release();
    for (const region of [this.#lanes, this.#directory, this.#scratch, this.#texts]) region.release();
    this.#releaseTexts();
  }

  get address(): number {
    return this.#lanes.address;
  }

  lane(name: LaneName, offset = 0): number {
    return this.#lanes.address + (LANE[name] + offset) * this.rowsMax * 4;
  }

  codes(field: InternedField): number {
    return this.lane('codes', INTERNED.indexOf(field));
  }

  u8(name: LaneName): Uint8Array {
    return new Uint8Array(kernels.memory.buffer, this.lane(name), this.rowsMax);
  }

  i32(name: LaneName, offset = 0): Int32Array {
    return new Int32Array(kernels.memory.buffer, this.lane(name, offset), this.rowsMax);
  }

  f64(name: LaneName): Float64Array {
    return new Float64Array(kernels.memory.buffer, this.lane(name), this.rowsMax);
  }

  /** Text of a row's lane of starts and lengths; null where it has none. */
  text(name: 'id' | 'name' | 'text', row: number): string | null {
    const length = this.i32(name, 1)[row] as number;
    if (length < 0) return null;
    return Buffer.from(kernels.memory.buffer, this.i32(name)[row] as number, length).toString('utf8');
  }

  /** Cleans the rows of a batch. */
  read(batch: RowBatch): void {
    const n = batch.rowCount;
    this.rowCount = n;
    this.#releaseTexts();
    this.#forgetOdd();
    const stride = batch.columnCount * 8;
    const odd = this.lane('odd');
    const cells = (column: number) => batch.fieldsAddress + column * 8;
    const at = this.cleaner.index;
    kernels.copyRecordWord(batch.recordsAddress, RECORD_BYTES, LINE_WORD, n, this.lane('lines'));
    if (this.#decode !== undefined) {
      const flags = this.u8('odd');
      for (let row = 0; row < n; row++) flags[row] = Number(batch.mayHoldOtherThanAscii(row));
    }
    if (at.review_id === undefined) this.i32('id', 1).fill(-1);
    else {
      const [starts, lengths] = [this.lane('id'), this.lane('id', 1)];
      kernels.cleanIds(cells(at.review_id), stride, n, starts, lengths, this.lane('suffixed'), odd);
    }
    if (at.customer_name === undefined) this.i32('name', 1).fill(-1);
    else {
      const [starts, lengths] = [this.lane('name'), this.lane('name', 1)];
      kernels.cleanNames(cells(at.customer_name), stride, n, starts, lengths, this.lane('prefixed'), odd);
    }
    if (at.review_text === undefined) this.i32('text', 1).fill(-1);
    else {
      if (this.#texts.bytes < batch.bytes) this.#texts.grow(batch.bytes);
      const [starts, lengths, counts] = [this.lane('text'), this.lane('text', 1), this.lane('text', 2)];
      kernels.cleanTexts(cells(at.review_text), stride, n, starts, lengths, counts, odd, this.#texts.address);
    }
    for (const [field, values, present] of NUMBERS) {
      const column = at[field];
      if (column !== undefined) {
        kernels.cleanNumbers(cells(column), stride, n, this.lane(values), this.lane(present), odd);
      }
    }
    for (const field of INTERNED) {
      const column = at[field];
      if (column === undefined) continue;
      this.lexicons[field].read(batch, column, this.codes(field), odd, (row) => batch.cell(row, column, this.#decode));
    }
    this.#readOddRows(batch);
  }

  #forgetOdd(): void {
    for (const name of ['odd', 'prefixed', 'suffixed'] as const) this.u8(name).fill(0);
    if (!this.#hadOdd) return;
    this.odd.clear();
    this.#hadOdd = false;
    for (const name of ['oddVisit', 'oddRow'] as const) {
      new Uint8Array(kernels.memory.buffer, this.lane(name), this.rowsMax * 16).fill(0);
    }
  }

  #readOddRows(batch: RowBatch): void {
    // Columns that we do not know are kept by row.
    const isAll = this.cleaner.hasUnknownColumns;
    let odd = this.u8('odd');
    for (let row = 0; row < batch.rowCount; row++) {
      if (odd[row] === 0 && !isAll) continue;
      const review = this.cleaner.clean(batch.cells(row, this.#decode));
      this.odd.set(row, review);
      this.#hadOdd = true;
      this.#put(row, review);
      odd = this.u8('odd');
    }
  }

  #put(row: number, review: CleanReview): void {
    this.u8('odd')[row] = 1;
    this.u8('prefixed')[row] = 0;
    this.u8('suffixed')[row] = Number(review.isSuffixed);
    this.setText('id', row, review.reviewId);
    this.setText('name', row, review.customerName);
    this.setText('text', row, review.text);
    this.setNumber('total', row, review.totalSpent);
    this.setNumber('tip', row, review.tipAmount);
    this.setNumber('percentage', row, review.tipPercentage);
    const { tip_amount, tip_percentage, total_spent } = review.unread;
    if (tip_amount !== undefined || tip_percentage !== undefined) {
      this.#print('oddVisit', row, [tip_amount ?? null, tip_percentage ?? null]);
    }
    const extra = review.extra.filter(([header]) => header !== this.#idHeader).sort(([a], [b]) => (a < b ? -1 : 1));
    if (extra.length > 0 || total_spent !== undefined) this.#print('oddRow', row, [total_spent ?? null, extra]);
  }

  setText(name: 'id' | 'name' | 'text', row: number, text: string | null): void {
    const bytes = text === null ? 0 : Buffer.byteLength(text);
    let start = 0;
    if (text !== null && bytes > 0) {
      start = kernels.allocate(bytes + 16);
      this.#lentTexts.push(start);
      Buffer.from(kernels.memory.buffer, start, bytes).write(text);
    }
    this.i32(name)[row] = start;
    this.i32(name, 1)[row] = text === null ? -1 : bytes;
    if (name === 'text' && text !== null) this.i32('text', 2)[row] = codePointCount(text);
  }

  setNumber(name: 'total' | 'tip' | 'percentage', row: number, value: number | null): void {
    const present = { total: 'hasTotal', tip: 'hasTip', percentage: 'hasPercentage' } as const;
    this.f64(name)[row] = value ?? 0;
    this.u8(present[name])[row] = Number(value !== null);
  }

  /** Of ROW_FLAGS that say what a row lacks, those that it does not; valid after `print`. */
  has(row: number): number {
    const flags = new Uint16Array(kernels.memory.buffer, this.lane('flags'), this.rowsMax)[row] as number;
    // A rating that says nothing is none to give.
    const lacksRating = this.lexicons.rating.isWithoutNumber(this.#codeOf('rating', row)) ? ROW_FLAGS.lacksRating : 0;
    return ALL_LACKS & ~(flags | lacksRating);
  }

  /** What `extra` keeps of a row that is not odd: its id, where that had a suffix. */
  suffixedExtra(batch: RowBatch, row: number): [header: string, value: string][] {
    const column = this.cleaner.index.review_id;
    if (column === undefined || this.#idHeader === undefined) return [];
    return [[this.#idHeader, batch.cell(row, column, this.#decode)]];
  }

  isNull(field: InternedField, row: number): boolean {
    return this.lexicons[field].isNullCode(this.#codeOf(field, row));
  }

  #codeOf(field: InternedField, row: number): number {
    return new Int32Array(kernels.memory.buffer, this.codes(field), this.rowsMax)[row] as number;
  }

  setCell(field: InternedField, row: number, cell: string): void {
    const code = this.lexicons[field].codeOf(cell);
    new Int32Array(kernels.memory.buffer, this.codes(field), this.rowsMax)[row] = code;
  }

  /** Fills the lanes of prints and of flags. */
  print(): void {
    this.#directory.u32.set(INTERNED.flatMap((field) => this.lexicons[field].directoryEntry));
    const fill = () =>
      kernels.printRows(
        this.#lanes.address,
        this.rowsMax,
        this.rowCount,
        this.#directory.address,
        this.#scratch.address,
        this.#scratch.bytes,
      );
    const wanted = fill();
    if (wanted > 0) {
      this.#scratch.grow(wanted);
      fill();
    }
    const alone: number[] = [];
    const flags = new Uint16Array(kernels.memory.buffer, this.lane('flags'), this.rowsMax);
    for (let row = 0; row < this.rowCount; row++) {
      const bits = flags[row] as number;
      if ((bits & ROW_FLAGS.lacksText) === 0) this.textCount += 1;
      if ((bits & ROW_FLAGS.comparable) === 0) alone.push(row);
    }
    for (const row of alone) this.#printOrder(row);
  }

  /** A row that equals no other still has its place among its like: by all that it holds, as uploaded. */
  #printOrder(row: number): void {
    const texts = (['rating', 'age_range', 'gender', 'ethnicity'] as const).map((field) =>
      this.lexicons[field].cellOf(this.#codeOf(field, row)),
    );
    const at = this.lane('rowPrints') + row * 16;
    const print = Buffer.from(kernels.memory.buffer, at, 16).toString('hex');
    this.#print('rowPrints', row, [print, ...texts, this.odd.get(row)?.extra ?? []]);
  }

  #print(name: 'oddVisit' | 'oddRow' | 'rowPrints', row: number, what: unknown): void {
    const bytes = Buffer.from(JSON.stringify(what));
    this.#scratch.grow(bytes.length);
    this.#scratch.u8.set(bytes);
    kernels.murmur128(this.#scratch.address, bytes.length, this.lane(name) + row * 16);
  }

  /** The review_uid of the `ordinal`-th row with the uid at `address`, in the same place. */
  nextUid(address: number, ordinal: number): void {
    const first = Buffer.from(kernels.memory.buffer, address, 16).toString('hex');
    const digits = String(ordinal);
    const bytes = Buffer.from(`32:${first},${digits.length}:${digits},`);
    this.#scratch.u8.set(bytes);
    kernels.blake2b128(this.#scratch.address, bytes.length, address);
  }

  /** Lets go of what is held for the rows that were read, and not for the file. */
  forget(visitors: Partial<Record<InternedField, CellVisitor>> = {}): void {
    for (const field of INTERNED) this.lexicons[field].forget(visitors[field] ?? (() => {}));
  }

  #releaseTexts(): void {
    for (const address of this.#lentTexts) kernels.release(address);
    this.#lentTexts = [];
  }

  #meaning(field: InternedField, cell: string): Meaning {
    // Of all these columns, only dates are many.
    const day = field === 'review_date' ? this.cleaner.dayOf(cell) : undefined;
    if (day !== undefined) return { isOdd: false, ...dateMeaning(day, day) };
    const review = this.cleaner.cleanCell(field, cell);
    const isOdd = review.applied.length > 0 || review.extra.length > 0;
    return { isOdd, ...MEANINGS[field](review) };
  }
}
