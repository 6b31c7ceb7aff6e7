/** Physical lines of a stream of bytes: ended by LF or CRLF, bounded in length. */

const LF = 0x0a;
const CR = 0x0d;

export interface Line {
  /** Without its end; valid until the sink returns. */
  readonly bytes: Buffer;
  /** A line over the limit comes in parts of that many bytes, counted from 1; others have none. */
  readonly part?: number;
  readonly line: number;
  readonly byteOffset: number;
}

/** Feeds chunks in, gets lines out; `end` must be called once, after the last chunk. */
export class LineReader {
  readonly #bytesMax: number;
  readonly #sink: (line: Line) => void;
  /** Chunks of the line under way, or of its last part. */
  #held: Buffer[] = [];
  #length = 0;
  #parts = 0;
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
    if (this.#length > 0 || this.#parts > 0) this.#give(0);
  }

  #hold(part: Buffer): void {
    if (part.length === 0) return;
    this.#held.push(part);
    this.#length += part.length;
    // One byte over the limit may be the CR of a line that is just within it.
    while (this.#length > this.#bytesMax + 1) this.#givePart();
  }

  #takeHeld(): Buffer {
    const bytes = this.#held.length === 1 ? (this.#held[0] as Buffer) : Buffer.concat(this.#held);
    this.#held = [];
    this.#length = 0;
    return bytes;
  }

  #givePart(): void {
    const bytes = this.#takeHeld();
    const rest = bytes.subarray(this.#bytesMax);
    this.#parts += 1;
    this.#sink({
      bytes: bytes.subarray(0, this.#bytesMax),
      line: this.#line,
      byteOffset: this.#offset,
      part: this.#parts,
    });
    this.#offset += this.#bytesMax;
    this.#held = [rest];
    this.#length = rest.length;
  }

  #give(endBytes: number): void {
    const whole = this.#takeHeld();
    const bytes = whole.at(-1) === CR ? whole.subarray(0, -1) : whole;
    const place = { line: this.#line, byteOffset: this.#offset };
    if (this.#parts > 0) this.#sink({ bytes, ...place, part: this.#parts + 1 });
    else if (bytes.length <= this.#bytesMax) this.#sink({ bytes, ...place });
    else {
      this.#sink({ bytes: bytes.subarray(0, this.#bytesMax), ...place, part: 1 });
      const byteOffset = this.#offset + this.#bytesMax;
      this.#sink({ bytes: bytes.subarray(this.#bytesMax), line: this.#line, byteOffset, part: 2 });
    }
    this.#offset += whole.length + endBytes;
    this.#line += 1;
    this.#parts = 0;
  }
}
