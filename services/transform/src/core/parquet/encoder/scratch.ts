/**
 * The kernels' memory that the encoder works in. All writers of the process share it: a row group is written in one go, and
 * nothing of it is needed afterwards.
 */
import { kernels, Region } from '../../kernels.ts';

/** Row groups a little larger than the last ones need no new memory. */
const SPARE = 1.125;

class Room {
  #region: Region | undefined;

  /** The address of at least so many bytes of any content. Views of the kernels' memory may be void afterwards. */
  of(bytes: number): number {
    if (this.#region === undefined || this.#region.bytes < bytes) {
      this.#region?.release();
      this.#region = new Region(Math.ceil(bytes * SPARE) + 64);
    }
    return this.#region.address;
  }
}

/** What callers have in memory of their own. */
export const copies = new Room();
/** The page that is being made. */
export const page = new Room();
/** A dictionary while it is built: its table, and the hashes of its texts. */
export const slots = new Room();
export const hashes = new Room();
/** A dictionary's values: entries of texts, or numbers of eight bytes. */
export const distinct = new Room();
/** Numbers of values in their dictionary. */
export const indices = new Room();
/** Whole numbers of eight bytes, to be written as differences. */
export const wide = new Room();
/** A Bloom filter. */
export const blocks = new Room();
/** What a kernel says besides what it returns. */
export const answer = new Room();

/** The bytes from `start` to `end`, as a view. */
export function view(start: number, end: number): Uint8Array {
  return new Uint8Array(kernels.memory.buffer, start, end - start);
}

const STAMP_BYTES = 8;
const STAMP_MAX = 0xffff_ffff;

/** When a code was last seen, for all codes of a column: a stamp that nobody had makes all of them unseen. */
class Stamps {
  #region: Region | undefined;
  #last = 0;

  /** @returns where the stamps of so many codes are, and the stamp to use */
  next(codes: number): { address: number; stamp: number } {
    if (this.#region === undefined || this.#region.bytes < codes * STAMP_BYTES || this.#last === STAMP_MAX) {
      this.#region?.release();
      this.#region = new Region(Math.ceil(codes * SPARE + 64) * STAMP_BYTES);
      this.#region.u8.fill(0);
      this.#last = 0;
    }
    this.#last += 1;
    return { address: this.#region.address, stamp: this.#last };
  }
}

export const stamps = new Stamps();
