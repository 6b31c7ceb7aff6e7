/** Kernel memory that grows by a quarter, so that little of it is ever unused. */
import { kernels, Region } from '../kernels.ts';

const FIRST_BYTES = 1 << 12;

export class GrowingRegion {
  readonly #bytesMax: number;
  #region: Region | undefined;
  #used = 0;
  #u32: Uint32Array = new Uint32Array(0);
  #u16: Uint16Array = new Uint16Array(0);
  #u8: Uint8Array = new Uint8Array(0);

  constructor(bytesMax = Number.POSITIVE_INFINITY) {
    this.#bytesMax = bytesMax;
  }

  get address(): number {
    return this.#region?.address ?? 0;
  }

  /** How many bytes were appended. */
  get used(): number {
    return this.#used;
  }

  /** Makes room for so many bytes more, or for as many as there may be. @returns for how many of them there is */
  reserve(bytes: number): number {
    const capacity = this.#region?.bytes ?? 0;
    if (this.#used + bytes > capacity) {
      const wanted = Math.max(FIRST_BYTES, this.#used + bytes, Math.ceil(capacity * 1.25));
      const region = new Region(Math.min(this.#bytesMax, wanted));
      if (this.#region !== undefined) {
        new Uint8Array(kernels.memory.buffer).copyWithin(region.address, this.address, this.address + this.#used);
        this.#region.release();
      }
      this.#region = region;
      this.#forgetViews();
    }
    return Math.min(bytes, (this.#region?.bytes ?? 0) - this.#used);
  }

  /** Appends `bytes` bytes from `address`, for which there is room. */
  append(address: number, bytes: number): void {
    new Uint8Array(kernels.memory.buffer).copyWithin(this.address + this.#used, address, address + bytes);
    this.#used += bytes;
  }

  /** Appends bytes for which there is room. */
  appendBytes(bytes: Uint8Array): void {
    this.u8.set(bytes, this.#used);
    this.#used += bytes.length;
  }

  /** Appends four bytes, aligned as long as nothing else is appended. */
  push(number: number): void {
    this.reserve(4);
    this.u32[this.#used >> 2] = number;
    this.#used += 4;
  }

  /** Takes all bytes back, and keeps the room. */
  clear(): void {
    this.#used = 0;
  }

  release(): void {
    this.#region?.release();
    this.#region = undefined;
    this.#used = 0;
    this.#forgetViews();
  }

  get u32(): Uint32Array {
    if (this.#u32.length === 0 && this.#region !== undefined) this.#u32 = this.#region.u32;
    return this.#u32;
  }

  get u16(): Uint16Array {
    if (this.#u16.length === 0 && this.#region !== undefined) {
      this.#u16 = new Uint16Array(kernels.memory.buffer, this.address, this.#region.bytes >> 1);
    }
    return this.#u16;
  }

  get u8(): Uint8Array {
    if (this.#u8.length === 0 && this.#region !== undefined) this.#u8 = this.#region.u8;
    return this.#u8;
  }

  #forgetViews(): void {
    this.#u32 = new Uint32Array(0);
    this.#u16 = new Uint16Array(0);
    this.#u8 = new Uint8Array(0);
  }
}
