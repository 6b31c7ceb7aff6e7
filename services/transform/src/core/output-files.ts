/** The files that one file version becomes, written locally first: their size and SHA-256 are known when they are closed. */
import { createHash } from 'node:crypto';
import { closeSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { OutputRole } from '@tastetrend/contracts';
import type { ByteSink } from './parquet/types.ts';

export interface LocalOutput {
  readonly role: OutputRole;
  readonly path: string;
  readonly bytes: number;
  readonly sha256: string;
}

const BUFFER_BYTES = 1 << 16;

export class OutputFile implements ByteSink {
  readonly #role: OutputRole;
  readonly #path: string;
  readonly #hash = createHash('sha256');
  readonly #descriptor: number;
  #lines: string[] = [];
  #lineChars = 0;
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

  writeLine(value: unknown): void {
    const line = JSON.stringify(value);
    this.#lines.push(line);
    this.#lineChars += line.length;
    if (this.#lineChars >= BUFFER_BYTES) this.#flushLines();
  }

  #flushLines(): void {
    if (this.#lines.length > 0) this.write(Buffer.from(`${this.#lines.join('\n')}\n`));
    this.#lines = [];
    this.#lineChars = 0;
  }

  /** Gives the file descriptor back, also after a failure; the file is no output unless `close` was called. */
  release(): void {
    if (this.#isOpen) closeSync(this.#descriptor);
    this.#isOpen = false;
  }

  close(): LocalOutput {
    this.#flushLines();
    this.release();
    return { role: this.#role, path: this.#path, bytes: this.#bytes, sha256: this.#hash.digest('hex') };
  }
}

/** A row as uploaded, so that its very bytes come back: as text where they are UTF-8, else in base64. */
export function losslessBytes(raw: Buffer): { encoding: 'utf-8' | 'base64'; raw: string } {
  const text = raw.toString('utf8');
  if (Buffer.from(text, 'utf8').equals(raw)) return { encoding: 'utf-8', raw: text };
  return { encoding: 'base64', raw: raw.toString('base64') };
}
