/** The files that one file version becomes, written locally first: their size and SHA-256 are known when they are closed. */
import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { OutputRole } from '@tastetrend/contracts';
import { kernels, Region } from './kernels.ts';
import type { ByteSink } from './parquet/types.ts';

export interface LocalOutput {
  readonly role: OutputRole;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

const BUFFER_BYTES = 1 << 16;
const TAIL = Buffer.from('"}\n');

export class OutputFile implements ByteSink {
  readonly #role: OutputRole;
  readonly #path: string;
  readonly #hash = createHash('sha256');
  readonly #descriptor: number;
  /** Lines that are not written yet. */
  #pending: Region | undefined;
  #pendingBytes = 0;
  #bytes = 0;
  #isOpen = true;

  constructor(directory: string, role: OutputRole) {
    this.#role = role;
    this.#path = join(directory, role);
    this.#descriptor = openSync(this.#path, 'w');
  }

  write(bytes: Uint8Array): void {
    for (let at = 0; at < bytes.length; ) at += writeSync(this.#descriptor, bytes, at);
    this.#hash.update(bytes);
    this.#bytes += bytes.length;
  }

  /**
   * Writes what is known of a row, and the row as uploaded, so that its very bytes come back: as text where they are
   * UTF-8, else in base64.
   */
  writeRow(facts: Readonly<Record<string, unknown>>, raw: Buffer): void {
    const isText = isUtf8(raw);
    const known = JSON.stringify({ ...facts, encoding: isText ? 'utf-8' : 'base64' });
    const head = Buffer.from(`${known.slice(0, -1)},"raw":"`);
    const body = isText ? raw : Buffer.from(raw.toString('base64'));
    // Escaped, a byte becomes six at most; before that it is put behind where it will stand.
    const room = body.length * 6;
    const { buffer, byteOffset, length } = body;
    const isInKernels = buffer === kernels.memory.buffer;
    const { address } = this.#reserve(head.length + room + length + TAIL.length);
    // Memory that grew has taken older views along.
    const bytes = isInKernels ? new Uint8Array(kernels.memory.buffer, byteOffset, length) : body;
    const out = Buffer.from(kernels.memory.buffer, address);
    let at = this.#pendingBytes;
    out.set(head, at);
    at += head.length;
    out.set(bytes, at + room);
    at += kernels.escapeJson(address + at + room, length, address + at);
    out.set(TAIL, at);
    this.#pendingBytes = at + TAIL.length;
    if (this.#pendingBytes >= BUFFER_BYTES) this.#flush();
  }

  #reserve(bytes: number): Region {
    this.#pending ??= new Region(BUFFER_BYTES);
    this.#pending.grow(this.#pendingBytes + bytes);
    return this.#pending;
  }

  #flush(): void {
    if (this.#pending !== undefined && this.#pendingBytes > 0) {
      this.write(this.#pending.u8.subarray(0, this.#pendingBytes));
    }
    this.#pendingBytes = 0;
  }

  /** Gives the file descriptor back, also after a failure; the file is no output unless `close` was called. */
  release(): void {
    if (this.#isOpen) closeSync(this.#descriptor);
    this.#isOpen = false;
    this.#pending?.release();
    this.#pending = undefined;
  }

  close(): LocalOutput {
    this.#flush();
    this.release();
    return { role: this.#role, path: this.#path, bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}
