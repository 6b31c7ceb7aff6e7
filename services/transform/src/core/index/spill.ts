/**
 * Bytes in the order in which they came: in kernel memory while they are few, then in a temporary file, written a whole
 * buffer at a time. The file has no name for longer than a moment: it is gone when the process is, however that ends.
 */
import { closeSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { GrowingRegion } from './growing-region.ts';

/** How much of each kind of thing stays in memory before a file is made. */
export const SPILL_BYTES = 1 << 22;

export class Spill {
  readonly #path: string;
  readonly #memoryMax: number;
  /** What is not in the file. */
  readonly #buffer: GrowingRegion;
  /** What was read of the file last. */
  readonly #window = new GrowingRegion();
  #descriptor: number | undefined;
  #written = 0;

  /**
   * @param path of the file, if one is needed
   * @param memoryMax how many bytes are held before a file is made, and are written to it at a time
   */
  constructor(path: string, memoryMax: number) {
    this.#path = path;
    this.#memoryMax = Math.max(1, memoryMax);
    this.#buffer = new GrowingRegion(this.#memoryMax);
  }

  get length(): number {
    return this.#written + this.#buffer.used;
  }

  /** How many of the bytes are in the file. */
  get written(): number {
    return this.#written;
  }

  /** Copies `length` bytes of kernel memory. */
  append(address: number, length: number): void {
    for (let done = 0; done < length; ) {
      const count = this.#room(length - done);
      this.#buffer.append(address + done, count);
      done += count;
    }
  }

  appendBytes(bytes: Uint8Array): void {
    for (let done = 0; done < bytes.length; ) {
      const count = this.#room(bytes.length - done);
      this.#buffer.appendBytes(bytes.subarray(done, done + count));
      done += count;
    }
  }

  #room(wanted: number): number {
    if (this.#buffer.used === this.#memoryMax) this.#flush();
    return this.#buffer.reserve(wanted);
  }

  #flush(): void {
    if (this.#descriptor === undefined) {
      this.#descriptor = openSync(this.#path, 'wx+', 0o600);
      rmSync(this.#path);
    }
    const bytes = this.#buffer.u8.subarray(0, this.#buffer.used);
    for (let done = 0; done < bytes.length; ) {
      done += writeSync(this.#descriptor, bytes, done, bytes.length - done, this.#written + done);
    }
    this.#written += bytes.length;
    this.#buffer.clear();
  }

  /** After the last append: what has a file lets its memory go. */
  seal(): void {
    if (this.#descriptor === undefined) return;
    this.#flush();
    this.#buffer.release();
  }

  /** After `seal`: the address of `length` bytes from `start` on, until the next call. */
  view(start: number, length: number): number {
    if (this.#descriptor === undefined) return this.#buffer.address + start;
    this.#window.clear();
    this.#window.reserve(length);
    const bytes = this.#window.u8;
    for (let done = 0; done < length; ) {
      const count = readSync(this.#descriptor, bytes, done, length - done, start + done);
      if (count === 0) throw new Error(`a temporary file of ${this.#written} bytes ended at ${start + done}`);
      done += count;
    }
    return this.#window.address;
  }

  /** Gives back what reading took; reading may go on. */
  rest(): void {
    this.#window.release();
  }

  release(): void {
    this.#buffer.release();
    this.#window.release();
    if (this.#descriptor !== undefined) closeSync(this.#descriptor);
    this.#descriptor = undefined;
  }
}
