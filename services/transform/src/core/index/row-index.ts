/**
 * Which rows of a file are kept, and which repeat one that is. Built in a first pass over the rows, asked in a second.
 *
 * - A row whose id carries `_dup` or `_copy` is a *copy* of the row that agrees with it in base id, date, tip, party and
 *   demographics, wherever that stands. Of copies alone, the first is kept.
 * - A row all of whose columns agree with a kept row before it is an *exact* duplicate. A row with
 *   neither id, customer nor text says nothing of whose review it is, and equals no other: what is missing never makes
 *   two rows equal.
 *
 * Prints are kept in files, one for each kind, and sorted one kind after the other. In memory are, in bytes a row:
 *
 * | what | first pass | resolve | second pass |
 * |---|---|---|---|
 * | line 4 and flags 2, and a quarter of room to grow | 7.5 (13.5 while it grows) | 7.5 | 5 |
 * | kept row 4 and verdict 1 | | 5 | 5 |
 * | entries of the kind that is sorted | | 20 | |
 * | offers: 12 for each row with a suffix, and room to grow | 15 (27 while it grows) | 15, until ids are sorted | |
 * | which rows share a uid print | | 4, while uids are sorted | |
 * | their rows 4 and keys 16; later their ordinals 8 | | 20, where all do | 8, where all do |
 *
 * The peak is 7.5 + 5 + 20 + 4 = 36.5 bytes a row for a usual file, 47.5 where all rows have suffixes, and 52.5 where all
 * share a uid print. On top come `spillBytes` for each of the four kinds and for the offers (20 MB), and 0.3 MB.
 */
import { join } from 'node:path';
import { kernels, Region } from '../kernels.ts';
import { GrowingRegion } from './growing-region.ts';
import { Offers, type Recovery } from './offers.ts';
import { PRINT_BYTES, PrintColumn, type Selection, sortKeys } from './print-column.ts';
import { ROW_FLAGS, VERDICT } from './row-bits.ts';
import { SPILL_BYTES } from './spill.ts';

export type { Recovery } from './offers.ts';
export { ROW_FLAGS, VERDICT } from './row-bits.ts';

/** Rows in kernel memory, by address; prints are 16 bytes each, contiguous. All of it is copied. */
export interface RowBatch {
  readonly count: number;
  /** Prints of ids; of any content where a row has none. */
  readonly ids: number;
  /** Prints of what must agree for a row to be a copy of another; for rows without id too. */
  readonly visits: number;
  /** Prints of all columns after cleaning; of rows that are not comparable, of all columns as uploaded. */
  readonly rows: number;
  /** The lasting prints of restaurant, id, customer, date and text. */
  readonly uids: number;
  /** Uint32 each: the physical line on which the row starts. */
  readonly lines: number;
  /** Uint16 each: ROW_FLAGS. */
  readonly flags: number;
}

export interface RowIndexOptions {
  /** A folder for temporary files, which are made when a file has many rows, and never seen in it for long. */
  readonly directory: string;
  /** What may be held for kept rows to take over, in bytes. */
  readonly recoveredBytesMax: number;
  /** How much of each kind of print, and of what rows offer, stays in memory before a file is made. */
  readonly spillBytes?: number;
}

export class RowIndex {
  readonly #recoveredBytesMax: number;
  readonly #ids: PrintColumn;
  readonly #visits: PrintColumn;
  readonly #rows: PrintColumn;
  readonly #uids: PrintColumn;
  readonly #offers: Offers;
  readonly #lines = new GrowingRegion();
  readonly #flags = new GrowingRegion();
  /** For each row, the row that is kept for it. */
  readonly #kept = new GrowingRegion();
  readonly #verdicts = new GrowingRegion();
  /** The rows whose ordinals are above 0, ascending, and those ordinals. */
  readonly #ordinalRows = new GrowingRegion();
  readonly #ordinals = new GrowingRegion();
  readonly #refused = new GrowingRegion();
  #recoveries = new Map<number, Recovery>();
  #size = 0;
  #state: 'in its first pass' | 'resolved' | 'broken off' | 'released' = 'in its first pass';

  constructor({ directory, recoveredBytesMax, spillBytes = SPILL_BYTES }: RowIndexOptions) {
    this.#recoveredBytesMax = recoveredBytesMax;
    const columnOf = (name: string) => new PrintColumn(join(directory, `row-index-${name}`), spillBytes);
    this.#ids = columnOf('ids');
    this.#visits = columnOf('visits');
    this.#rows = columnOf('rows');
    this.#uids = columnOf('uids');
    this.#offers = new Offers(join(directory, 'row-index-offers'), spillBytes);
  }

  /** How many rows were added. */
  get size(): number {
    return this.#size;
  }

  /** How many bytes went to temporary files. */
  get spilledBytes(): number {
    const spilling = [this.#ids, this.#visits, this.#rows, this.#uids, this.#offers];
    return spilling.reduce((bytes, { written }) => bytes + written, 0);
  }

  /** First pass: takes note of the next rows. */
  add(batch: RowBatch): void {
    this.#assertState('in its first pass', 'add()');
    this.#state = 'broken off';
    const { count } = batch;
    this.#ids.append(batch.ids, count);
    this.#visits.append(batch.visits, count);
    this.#rows.append(batch.rows, count);
    this.#uids.append(batch.uids, count);
    this.#lines.reserve(count * 4);
    this.#lines.append(batch.lines, count * 4);
    this.#flags.reserve(count * 2);
    this.#flags.append(batch.flags, count * 2);
    this.#size += count;
    this.#state = 'in its first pass';
  }

  /**
   * First pass: what a row with a suffix has to give, should it be a copy. Rows come in ascending order, before or after
   * the batch that they are in.
   * @param has which values it has, by the ROW_FLAGS of rows that lack them
   * @param bytes from which `resolve` can have the values read
   */
  offer(row: number, has: number, bytes: Uint8Array): void {
    this.#assertState('in its first pass', 'offer()');
    this.#state = 'broken off';
    this.#offers.add(row, has, bytes);
    this.#state = 'in its first pass';
  }

  /**
   * Between the passes: settles what every row is.
   * @param readOffer what the bytes of an offer say
   */
  resolve(readOffer: (bytes: Buffer) => Recovery): void {
    this.#assertState('in its first pass', 'resolve()');
    this.#state = 'broken off';
    if (this.#offers.lastRow >= this.#size) throw new Error(`row ${this.#offers.lastRow} was offered and never added`);
    for (const column of [this.#ids, this.#visits, this.#rows, this.#uids]) column.seal();
    this.#findRepeated();
    this.#handOut(readOffer);
    this.#findConflicts();
    this.#findOrdinals();
    this.#visits.release();
    this.#rows.release();
    this.#flags.release();
    this.#state = 'resolved';
  }

  #findRepeated(): void {
    const size = this.#size;
    this.#kept.reserve(size * 4);
    this.#verdicts.reserve(size);
    const flags = this.#flags.address;
    const kept = this.#kept.address;
    const verdicts = this.#verdicts.address;
    this.#verdicts.u8.fill(0);
    kernels.countUp(kept, size);
    this.#visits.sort(this.#selection({ flagsWanted: ROW_FLAGS.hasId }), (start, end) =>
      kernels.markCopies(start, end, flags, kept, verdicts),
    );
    const comparable = { flagsWanted: ROW_FLAGS.comparable, verdictMask: VERDICT.copy };
    this.#rows.sort(this.#selection(comparable), (start, end) => kernels.markRepeats(start, end, kept));
    kernels.settleRows(kept, verdicts, size);
  }

  #selection(wanted: Partial<Selection>): Selection {
    return {
      flags: this.#flags.address,
      flagsWanted: 0,
      verdicts: this.#verdicts.address,
      verdictMask: 0,
      verdictWanted: 0,
      isDense: false,
      ...wanted,
    };
  }

  #handOut(readOffer: (bytes: Buffer) => Recovery): void {
    this.#recoveries = this.#offers.handOut(
      (row) => (this.#hasBit(row, VERDICT.copy) ? (this.#kept.u32[row] as number) : undefined),
      (row) => this.#flags.u16[row] as number,
      readOffer,
      this.#recoveredBytesMax,
      (row) => this.#refused.push(this.#lines.u32[row] as number),
    );
    const verdicts = this.#verdicts.u8;
    for (const row of this.#recoveries.keys()) verdicts[row] = (verdicts[row] as number) | VERDICT.recovery;
    this.#offers.release();
  }

  #findConflicts(): void {
    const { accepted } = VERDICT;
    const verdicts = this.#verdicts.address;
    this.#ids.sort(
      this.#selection({ flagsWanted: ROW_FLAGS.hasId, verdictMask: accepted, verdictWanted: accepted }),
      (start, end) => kernels.markConflicts(start, end, verdicts),
    );
    this.#ids.release();
  }

  /**
   * Rows that share a uid print are put in an order that is theirs, and not their position's: first by what the visit
   * was, which a column more in another upload does not change, then by all columns.
   */
  #findOrdinals(): void {
    const regions: Region[] = [];
    const regionOf = (bytes: number) => {
      const region = new Region(bytes);
      regions.push(region);
      return region;
    };
    try {
      const { accepted, ordinal } = VERDICT;
      const verdicts = this.#verdicts.address;
      const groups = regionOf(this.#size * 4);
      let count = 0;
      this.#uids.sort(this.#selection({ verdictMask: accepted, verdictWanted: accepted }), (start, end) => {
        count += kernels.markSiblings(start, end, groups.address, verdicts);
      });
      if (count === 0) return;
      const rows = regionOf(count * 4);
      const keys = regionOf(count * PRINT_BYTES);
      kernels.listSiblings(groups.address, verdicts, this.#size, rows.address, keys.address);
      groups.release();
      const siblings = this.#selection({ verdictMask: ordinal, verdictWanted: ordinal, isDense: true });
      [this.#visits, this.#rows].forEach((column, i) => {
        let rank = 0;
        column.sort(siblings, (start, end) => {
          rank = kernels.rankSiblings(start, end, rank, keys.address, 4 + i * 4);
        });
      });
      sortKeys(keys, count, (start, end) => kernels.orderSiblings(start, end, keys.address));
      const kept = kernels.keepOrdinals(rows.address, keys.address, count, verdicts);
      this.#ordinalRows.reserve(kept * 4);
      this.#ordinalRows.append(rows.address, kept * 4);
      this.#ordinals.reserve(kept * 4);
      this.#ordinals.append(keys.address, kept * 4);
    } finally {
      for (const region of regions) region.release();
    }
  }

  /** After resolve: lines of copies whose values could not be held for their originals, because the limit was reached. */
  *refusedLines(): Generator<number> {
    this.#assertState('resolved', 'refusedLines()');
    const count = this.#refused.used >> 2;
    for (let i = 0; i < count; i++) yield this.#refused.u32[i] as number;
  }

  /** Second pass: address of a byte of VERDICT bits for each of `count` rows, until `release`. */
  verdicts(firstRow: number, count: number): number {
    this.#assertRows(firstRow, count, 'verdicts()');
    return this.#verdicts.address + firstRow;
  }

  /** Second pass: address of the lasting prints of `count` rows, until the next call. */
  uids(firstRow: number, count: number): number {
    this.#assertRows(firstRow, count, 'uids()');
    return this.#uids.view(firstRow, count);
  }

  /** The row itself when it is accepted; else the accepted row that it repeats. */
  keptRow(row: number): number {
    this.#assertRows(row, 1, 'keptRow()');
    return this.#kept.u32[row] as number;
  }

  isAccepted(row: number): boolean {
    this.#assertRows(row, 1, 'isAccepted()');
    return this.#hasBit(row, VERDICT.accepted);
  }

  /** Whether a row that is not accepted is a copy, and not an exact duplicate. */
  isCopy(row: number): boolean {
    this.#assertRows(row, 1, 'isCopy()');
    return this.#hasBit(row, VERDICT.copy);
  }

  /** The line of the accepted row that the row repeats; of an accepted row its own. */
  repeatsLine(row: number): number {
    return this.#lines.u32[this.keptRow(row)] as number;
  }

  /** Whether another accepted row has the id of this one. */
  idConflict(row: number): boolean {
    this.#assertRows(row, 1, 'idConflict()');
    return this.#hasBit(row, VERDICT.idConflict);
  }

  /** The place of an accepted row among those with the same uid print; 0 for most. */
  uidOrdinal(row: number): number {
    this.#assertRows(row, 1, 'uidOrdinal()');
    if (!this.#hasBit(row, VERDICT.ordinal)) return 0;
    const rows = this.#ordinalRows.u32;
    let low = 0;
    let high = (this.#ordinalRows.used >> 2) - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((rows[middle] as number) < row) low = middle + 1;
      else high = middle;
    }
    return this.#ordinals.u32[low] as number;
  }

  /** What an accepted row lacks and a copy of it has. */
  recovery(row: number): Recovery | undefined {
    this.#assertRows(row, 1, 'recovery()');
    return this.#hasBit(row, VERDICT.recovery) ? this.#recoveries.get(row) : undefined;
  }

  #hasBit(row: number, bit: number): boolean {
    return ((this.#verdicts.u8[row] as number) & bit) !== 0;
  }

  #assertState(wanted: 'in its first pass' | 'resolved', call: string): void {
    if (this.#state !== wanted) throw new Error(`${call} of a row index that is ${this.#state}, not ${wanted}`);
  }

  #assertRows(first: number, count: number, call: string): void {
    this.#assertState('resolved', call);
    if (!(first >= 0 && count >= 0 && first + count <= this.#size)) {
      throw new RangeError(`${call} of ${count} rows from row ${first}, of ${this.#size}`);
    }
  }

  /** Gives back all memory and all files; at any time, also after a failure. Nothing can be asked afterwards. */
  release(): void {
    for (const column of [this.#ids, this.#visits, this.#rows, this.#uids]) column.release();
    for (const list of [this.#lines, this.#flags, this.#kept, this.#verdicts]) list.release();
    for (const list of [this.#ordinalRows, this.#ordinals, this.#refused]) list.release();
    this.#offers.release();
    this.#recoveries.clear();
    this.#state = 'released';
  }
}
