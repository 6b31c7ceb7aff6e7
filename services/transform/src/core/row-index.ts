/**
 * Which rows of a file are kept, and which repeat one that is. Built in a first pass over the rows, asked in a second;
 * holds a few numbers for each row and no row: 32 to 36 bytes a row in lists, and 27 to 54 more in each of four tables,
 * which `resolve` lets go.
 *
 * - A row whose id carries `_dup` or `_copy` is a *copy* of the row that agrees with it in base id, date, tip, party and
 *   demographics, wherever that stands. Of copies alone, the first is kept.
 * - A row all of whose columns agree with a kept row before it is an *exact* duplicate. A row with
 *   neither id, customer nor text says nothing of whose review it is, and equals no other: what is missing never makes
 *   two rows equal.
 */
import type { CleanReview } from './clean-review.ts';
import { FingerprintTable, IntList } from './fingerprint-table.ts';
import {
  copyFingerprint,
  idFingerprint,
  orderFingerprint,
  rowFingerprint,
  sameUidFingerprint,
} from './fingerprints.ts';

/** What a kept row may take over from a copy. */
export type Recoverable = 'customerName' | 'ratingRaw' | 'totalSpent' | 'text' | 'location' | 'restaurantName';
const RECOVERABLE: readonly Recoverable[] = [
  'customerName',
  'ratingRaw',
  'totalSpent',
  'text',
  'location',
  'restaurantName',
];

export type Recovery = Partial<{ [K in Recoverable]: NonNullable<CleanReview[K]> }>;

export type Verdict =
  | {
      readonly kind: 'accepted';
      readonly idConflict: boolean;
      readonly uidOrdinal: number;
      readonly recovery: Recovery | undefined;
    }
  | { readonly kind: 'duplicate'; readonly rule: 'exact' | 'copy'; readonly repeatsLine: number };

const NONE = -1;
const SUFFIXED = 1;
/** The flag of each recoverable value that a row lacks. */
const LACKS: Record<Recoverable, number> = {
  customerName: 2,
  ratingRaw: 4,
  totalSpent: 8,
  text: 16,
  location: 32,
  restaurantName: 64,
};
/** What an offer takes beside its texts: an object of six fields and its place in a map. */
const OFFER_BYTES = 160;

export class RowIndex {
  readonly #idHeader: string | undefined;
  readonly #recoveredBytesMax: number;
  readonly #lines = new IntList();
  readonly #flags = new IntList();
  readonly #rowNumbers = new IntList();
  readonly #copyNumbers = new IntList();
  readonly #idNumbers = new IntList();
  readonly #uidNumbers = new IntList();
  /**
   * Put rows that share a uid in an order that is theirs, and not their position's: first by what the visit was, which a
   * column more in another upload does not change, then by all columns.
   */
  readonly #visitOrder = new IntList();
  readonly #rowOrder = new IntList();
  /** For each group of rows that agree as copies do: its first row without a suffix, or else its first. */
  readonly #heads = new IntList();
  #rows = new FingerprintTable();
  #copies = new FingerprintTable();
  #ids = new FingerprintTable();
  #uids = new FingerprintTable();
  /** What suffixed rows have to give, by row; bounded by a named limit. */
  readonly #offers = new Map<number, Recovery>();
  #offeredBytes = 0;
  readonly #refusedLines = new IntList();
  #verdicts:
    | { keptRow: Int32Array; isCopy: Uint8Array; idCounts: Int32Array; ordinals: Map<number, number> }
    | undefined;
  readonly #recoveries = new Map<number, Recovery>();

  /** @param idHeader the uploaded header of the id column */
  constructor(idHeader: string | undefined, recoveredBytesMax: number) {
    this.#idHeader = idHeader;
    this.#recoveredBytesMax = recoveredBytesMax;
  }

  get size(): number {
    return this.#lines.length;
  }

  /** Lines of copies whose values could not be held for their originals, because the limit was reached. */
  *refusedLines(): Generator<number> {
    for (let i = 0; i < this.#refusedLines.length; i++) yield this.#refusedLines.at(i);
  }

  /** First pass: takes note of the next row. */
  add(review: CleanReview, line: number): void {
    const row = this.#lines.length;
    const print = rowFingerprint(review, this.#idHeader);
    const isComparable = review.reviewId !== null || review.customerName !== null || review.text !== null;
    this.#lines.push(line);
    this.#flags.push(flagsOf(review));
    this.#rowNumbers.push(isComparable ? this.#rows.numberOf(print) : NONE);
    const visit = copyFingerprint(review);
    this.#visitOrder.push(visit.readInt32LE(0));
    this.#rowOrder.push((isComparable ? print : orderFingerprint(review, print)).readInt32LE(0));
    const group = review.reviewId === null ? NONE : this.#copies.numberOf(visit);
    this.#copyNumbers.push(group);
    this.#idNumbers.push(review.reviewId === null ? NONE : this.#ids.numberOf(idFingerprint(review)));
    this.#uidNumbers.push(this.#uids.numberOf(sameUidFingerprint(review)));
    if (group === NONE) return;
    if (group === this.#heads.length) this.#heads.push(row);
    else if (!review.isSuffixed && this.#isSuffixed(this.#heads.at(group))) this.#heads.set(group, row);
    if (review.isSuffixed) this.#offer(row, review, this.#heads.at(group));
  }

  #isSuffixed(row: number): boolean {
    return (this.#flags.at(row) & SUFFIXED) !== 0;
  }

  /** Holds what the copy has and its original lacks; all that it has, while its original may still come. */
  #offer(row: number, review: CleanReview, head: number): void {
    const lacked = this.#isSuffixed(head) ? ~0 : this.#flags.at(head);
    const offer: Recovery = {};
    let bytes = OFFER_BYTES;
    for (const field of RECOVERABLE) {
      const value = review[field];
      if (value === null || (lacked & LACKS[field]) === 0) continue;
      // A rating that says nothing is none to give.
      if (field === 'ratingRaw' && review.rating === null) continue;
      Object.assign(offer, { [field]: value });
      bytes += typeof value === 'string' ? value.length * 2 : 8;
    }
    if (bytes === OFFER_BYTES) return;
    if (this.#offeredBytes + bytes > this.#recoveredBytesMax) {
      this.#refusedLines.push(this.#lines.at(row));
      return;
    }
    this.#offeredBytes += bytes;
    this.#offers.set(row, offer);
  }

  /** Between the passes: settles what every row is. */
  resolve(): void {
    const keptRow = new Int32Array(this.size);
    const isCopy = new Uint8Array(this.size);
    const firstKept = new Int32Array(this.#rows.size).fill(NONE);
    const idCounts = new Int32Array(this.#ids.size);
    const uidRows = new Map<number, number[]>();
    const uidFirst = new Int32Array(this.#uids.size).fill(NONE);
    for (let row = 0; row < this.size; row++) {
      const head = this.#isSuffixed(row) ? this.#heads.at(this.#copyNumbers.at(row)) : row;
      if (head !== row) {
        keptRow[row] = head;
        isCopy[row] = 1;
        continue;
      }
      const number = this.#rowNumbers.at(row);
      const first = number === NONE ? NONE : (firstKept[number] as number);
      keptRow[row] = first === NONE ? row : first;
      if (first !== NONE) continue;
      if (number !== NONE) firstKept[number] = row;
      const id = this.#idNumbers.at(row);
      if (id !== NONE) idCounts[id] = (idCounts[id] as number) + 1;
      const uid = this.#uidNumbers.at(row);
      const sibling = uidFirst[uid] as number;
      if (sibling === NONE) uidFirst[uid] = row;
      else if (uidRows.has(uid)) uidRows.get(uid)?.push(row);
      else uidRows.set(uid, [sibling, row]);
    }
    for (let row = 0; row < this.size; row++) if (isCopy[row] === 1) this.#recover(row, keptRow[row] as number);
    this.#offers.clear();
    // Numbers are all that the second pass asks for.
    this.#rows = this.#copies = this.#ids = this.#uids = new FingerprintTable();
    this.#verdicts = { keptRow, isCopy, idCounts, ordinals: this.#uidOrdinals(uidRows) };
  }

  #uidOrdinals(uidRows: ReadonlyMap<number, number[]>): Map<number, number> {
    const ordinals = new Map<number, number>();
    for (const rows of uidRows.values()) {
      rows.sort(
        (a, b) =>
          this.#visitOrder.at(a) - this.#visitOrder.at(b) || this.#rowOrder.at(a) - this.#rowOrder.at(b) || a - b,
      );
      rows.forEach((row, ordinal) => {
        ordinals.set(row, ordinal);
      });
    }
    return ordinals;
  }

  /** Of several copies, the first that has a value gives it; whether the kept row lacks it is seen when it is written. */
  #recover(copy: number, kept: number): void {
    const offer = this.#offers.get(copy);
    if (offer !== undefined) this.#recoveries.set(kept, { ...offer, ...this.#recoveries.get(kept) });
  }

  /** Second pass: what row `row` (from 0, in the order of `add`) is. */
  verdict(row: number): Verdict {
    const verdicts = this.#verdicts;
    if (verdicts === undefined) throw new Error('verdict() was asked before resolve()');
    const kept = verdicts.keptRow[row] as number;
    if (kept !== row) {
      const rule = verdicts.isCopy[row] === 1 ? 'copy' : 'exact';
      return { kind: 'duplicate', rule, repeatsLine: this.#lines.at(kept) };
    }
    const id = this.#idNumbers.at(row);
    return {
      kind: 'accepted',
      idConflict: id !== NONE && (verdicts.idCounts[id] as number) > 1,
      uidOrdinal: verdicts.ordinals.get(row) ?? 0,
      recovery: this.#recoveries.get(row),
    };
  }
}

function flagsOf(review: CleanReview): number {
  let flags = review.isSuffixed ? SUFFIXED : 0;
  for (const field of RECOVERABLE) if (review[field] === null) flags |= LACKS[field];
  return flags;
}
