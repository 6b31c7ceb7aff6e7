/** Physical lines of a stream of bytes: ended by LF or CRLF, bounded in length. */

const LF = 0x0a;
const CR = 0x0d;

export interface Line {
  /** Without its end; valid until the sink returns. Only the head of a line that is over the limit. */
  readonly bytes: Buffer;
  /** In the stream; more than `bytes` holds when the line is over the limit. */
  readonly byteLength: number;
  readonly line: number;
  readonly byteOffset: number;
}

/** Feeds chunks in, gets lines out; `end` must be called once, after the last chunk. */
export class LineReader {
  readonly #bytesMax: number;
  readonly #sink: (line: Line) => void;
  /** Chunks of the line under way; what is over the limit is counted and not kept. */
  #held: Buffer[] = [];
  #heldBytes = 0;
  #length = 0;
  #line = 1;
  #offset = 0;

  constructor(bytesMax: number, sink: (line: Line) => void) {
    this.#bytesMax = bytesMax;
    this.#sink = sink;
  }

  write(chunk: Buffer): void {
    let from = 0;
    for (let at = chunk.indexOf(LF); at >= 0; at = chunk.indexOf(LF, from)) {
      this.#hold(chunk.subarray(from, at));
      this.#give(1);
      from = at + 1;
    }
    this.#hold(Buffer.from(chunk.subarray(from)));
  }

  end(): void {
    if (this.#length > 0) this.#give(0);
  }

  #hold(part: Buffer): void {
    this.#length += part.length;
    // One byte over the limit is kept as well: it may be the CR of a line that is just within it.
    const kept = part.subarray(0, Math.max(0, this.#bytesMax + 1 - this.#heldBytes));
    if (kept.length > 0) this.#held.push(kept);
    this.#heldBytes += kept.length;
  }

  #give(endBytes: number): void {
    const bytes = this.#held.length === 1 ? (this.#held[0] as Buffer) : Buffer.concat(this.#held);
    const isWhole = bytes.length === this.#length;
    const hasCr = isWhole && bytes.at(-1) === CR;
    const byteLength = this.#length - (hasCr ? 1 : 0);
    this.#sink({
      bytes: bytes.subarray(0, Math.min(byteLength, this.#bytesMax)),
      byteLength,
      line: this.#line,
      byteOffset: this.#offset,
    });
    this.#offset += this.#length + endBytes;
    this.#line += 1;
    this.#held = [];
    this.#heldBytes = 0;
    this.#length = 0;
  }
}
