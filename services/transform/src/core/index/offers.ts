/**
 * What rows with a suffix have to give, should they be copies: the bytes of each in a file, and 12 bytes a row in memory.
 * What the bytes say is asked for the few whose original lacks something.
 */
import { kernels } from '../kernels.ts';
import { GrowingRegion } from './growing-region.ts';
import { ROW_FLAGS } from './row-bits.ts';
import { Spill } from './spill.ts';

/** What a kept row takes over from its copies. */
export interface Recovery {
  customerName?: string;
  ratingRaw?: string;
  totalSpent?: number;
  text?: string;
  location?: string;
  restaurantName?: string;
}

export const RECOVERED_FIELDS: readonly (readonly [field: keyof Recovery, lacks: number])[] = [
  ['customerName', ROW_FLAGS.lacksCustomer],
  ['ratingRaw', ROW_FLAGS.lacksRating],
  ['totalSpent', ROW_FLAGS.lacksTotal],
  ['text', ROW_FLAGS.lacksText],
  ['location', ROW_FLAGS.lacksLocation],
  ['restaurantName', ROW_FLAGS.lacksRestaurant],
];

/** What a recovery takes beside its texts: an object of six fields and its place in a map. */
const RECOVERY_BYTES = 160;
/** Row, length of its line, the flags of what it has. */
const OFFER_NUMBERS = 3;
/** How much of the lines is read at a time. */
const WINDOW_BYTES = 1 << 16;

export class Offers {
  readonly #lines: Spill;
  readonly #offers = new GrowingRegion();
  #lastRow = -1;
  /** The part of the lines that was read last. */
  #windowStart = 0;
  #windowEnd = 0;
  #windowAddress = 0;

  constructor(path: string, memoryMax: number) {
    this.#lines = new Spill(path, memoryMax);
  }

  /** The last row that offered something. */
  get lastRow(): number {
    return this.#lastRow;
  }

  /** How many bytes are in a file. */
  get written(): number {
    return this.#lines.written;
  }

  /**
   * @param has which of the values it has, by the ROW_FLAGS of rows that lack them
   * @param bytes from which `handOut` can read the values
   */
  add(row: number, has: number, bytes: Uint8Array): void {
    if (row <= this.#lastRow) throw new Error(`row ${row} was offered after row ${this.#lastRow}`);
    if (has === 0) return;
    const { length } = bytes;
    this.#lines.appendBytes(bytes);
    this.#offers.push(row);
    this.#offers.push(length);
    this.#offers.push(has);
    this.#lastRow = row;
  }

  /**
   * Hands out what copies have and kept rows lack: of each value, the first in file order that is there and fits.
   * @param keptOf the row that a copy repeats, or nothing for a row that is no copy
   * @param flagsOf the ROW_FLAGS of a row
   * @param read what the bytes of an offer say
   * @param bytesMax how much may be handed out
   * @param refused takes the rows whose values did not fit
   */
  handOut(
    keptOf: (row: number) => number | undefined,
    flagsOf: (row: number) => number,
    read: (bytes: Buffer) => Recovery,
    bytesMax: number,
    refused: (row: number) => void,
  ): Map<number, Recovery> {
    this.#lines.seal();
    const recoveries = new Map<number, Recovery>();
    const end = this.#offers.used >> 2;
    let bytes = 0;
    let lineEnd = 0;
    for (let at = 0; at < end; at += OFFER_NUMBERS) {
      const [row, length, has] = this.#offers.u32.subarray(at, at + OFFER_NUMBERS) as unknown as [
        number,
        number,
        number,
      ];
      lineEnd += length;
      const kept = keptOf(row);
      if (kept === undefined || (flagsOf(kept) & has) === 0) continue;
      const recovery = recoveries.get(kept);
      const wanted = RECOVERED_FIELDS.filter(
        ([field, lacks]) => (flagsOf(kept) & has & lacks) !== 0 && recovery?.[field] === undefined,
      );
      if (wanted.length === 0) continue;
      const offer = read(this.#read(lineEnd - length, length));
      const taken: Recovery = Object.fromEntries(wanted.map(([field]) => [field, offer[field]]));
      const takenBytes = RECOVERY_BYTES + bytesOf(taken);
      if (bytes + takenBytes > bytesMax) {
        refused(row);
        continue;
      }
      bytes += takenBytes;
      recoveries.set(kept, { ...recovery, ...taken });
    }
    return recoveries;
  }

  #read(start: number, length: number): Buffer {
    if (start < this.#windowStart || start + length > this.#windowEnd) {
      this.#windowStart = start;
      this.#windowEnd = Math.min(this.#lines.length, start + Math.max(length, WINDOW_BYTES));
      this.#windowAddress = this.#lines.view(start, this.#windowEnd - start);
    }
    const address = this.#windowAddress + start - this.#windowStart;
    return Buffer.from(kernels.memory.buffer, address, length);
  }

  release(): void {
    this.#lines.release();
    this.#offers.release();
  }
}

function bytesOf(values: Recovery): number {
  let bytes = 0;
  for (const value of Object.values(values)) bytes += typeof value === 'string' ? value.length * 2 : 8;
  return bytes;
}
