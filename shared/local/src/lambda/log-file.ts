/** The log of one function: a file of its lines. */
import { createWriteStream, mkdirSync, type WriteStream } from 'node:fs';
import path from 'node:path';
import { finished } from 'node:stream/promises';

export class LogFile {
  readonly #stream: WriteStream;

  /** Appends to the file, and makes it and its folder if need be. */
  constructor(file: string) {
    mkdirSync(path.dirname(file), { recursive: true });
    this.#stream = createWriteStream(file, { flags: 'a' });
    // A full disk must not end the run; what could not be written is missing from the log.
    this.#stream.on('error', () => {});
  }

  write(line: string): void {
    if (!this.#stream.writableEnded && !this.#stream.destroyed) this.#stream.write(`${line}\n`);
  }

  async close(): Promise<void> {
    this.#stream.end();
    await finished(this.#stream).catch(() => {});
  }
}
