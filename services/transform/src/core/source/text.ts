/**
 * A file as text in bytes: unpacked, and UTF-16 turned into UTF-8. Windows-1252 stays as it is, since separators, quotes
 * and line ends are the same bytes in it; its cells are decoded one by one. So lines and bytes are counted in this text.
 */
import { isAscii, isUtf8 } from 'node:buffer';
import type { Inference } from '@tastetrend/contracts';
import { kernels, Region } from '../kernels.ts';
import { type Compression, compressionOf, fileBytes } from './compression.ts';
import { utf16ToUtf8 } from './utf16.ts';

export type Encoding = Inference['encoding']['value'];

export interface Source {
  readonly path: string;
  readonly compression: Compression;
  readonly encoding: Encoding;
  readonly hasByteOrderMark: boolean;
}

const LF = 0x0a;
const CR = 0x0d;
const REST_BYTES_MAX = 1 << 20;
/** A line in the older encoding may by chance be UTF-8 as well; more than this share of them is no chance. */
const CHANCE_SHARE_MAX = 0.05;

/** What the first bytes tell; whether a file without a mark is UTF-8 or Windows-1252 is seen by `encodingByLines`. */
export async function openSource(path: string): Promise<Source> {
  const compression = compressionOf(await firstBytes(fileBytes(path, 'none'), 4));
  const [a, b, c] = await firstBytes(fileBytes(path, compression), 3);
  const marked = (encoding: Encoding): Source => ({ path, compression, encoding, hasByteOrderMark: true });
  if (a === 0xff && b === 0xfe) return marked('utf-16le');
  if (a === 0xfe && b === 0xff) return marked('utf-16be');
  if (a === 0xef && b === 0xbb && c === 0xbf) return marked('utf-8');
  return { path, compression, encoding: 'utf-8', hasByteOrderMark: false };
}

/** The text's bytes in order. May be called again for another reading. @throws UnreadableFile */
export function textBytes({ path, compression, encoding }: Source): AsyncIterable<Buffer> {
  const bytes = fileBytes(path, compression);
  return encoding === 'utf-16le' || encoding === 'utf-16be' ? utf16ToUtf8(bytes, encoding === 'utf-16be') : bytes;
}

/** Up to `count` bytes from the start; the rest is not read. */
export async function firstBytes(chunks: AsyncIterable<Buffer>, count: number): Promise<Buffer> {
  const held: Buffer[] = [];
  let length = 0;
  for await (const chunk of chunks) {
    held.push(Buffer.from(chunk));
    length += chunk.length;
    if (length >= count) break;
  }
  return Buffer.concat(held).subarray(0, count);
}

/** Counts lines that are UTF-8 beyond ASCII, and lines that are no UTF-8. */
export class EncodingEvidence {
  #utf8Lines = 0;
  #otherLines = 0;
  #rest: Buffer = Buffer.alloc(0);
  readonly #bytes = new Region(1 << 16);

  write(chunk: Buffer): void {
    const lineEnd = Math.max(chunk.lastIndexOf(LF), chunk.lastIndexOf(CR)) + 1;
    // A cut inside of a character counts one line wrongly, once in a megabyte without a line end.
    if (lineEnd === 0 && this.#rest.length + chunk.length <= REST_BYTES_MAX) {
      this.#rest = Buffer.concat([this.#rest, chunk]);
      return;
    }
    const end = lineEnd === 0 ? chunk.length : lineEnd;
    // The line that began in an earlier chunk by itself, so that only it is copied.
    const first = chunk.indexOf(LF) + 1;
    const firstEnd = this.#rest.length === 0 ? 0 : first === 0 || first > end ? end : first;
    if (firstEnd > 0) this.#look(Buffer.concat([this.#rest, chunk.subarray(0, firstEnd)]));
    this.#look(chunk.subarray(firstEnd, end));
    this.#rest = Buffer.from(chunk.subarray(end));
  }

  end(): void {
    this.#look(this.#rest);
    this.#rest = Buffer.alloc(0);
  }

  release(): void {
    this.#bytes.release();
  }

  #look(bytes: Buffer): void {
    if (isAscii(bytes)) return;
    if (isUtf8(bytes)) {
      this.#bytes.grow(bytes.length);
      this.#bytes.u8.set(bytes);
      this.#utf8Lines += kernels.linesBeyondAscii(this.#bytes.address, bytes.length);
      return;
    }
    for (let from = 0; from < bytes.length; ) {
      const lf = bytes.indexOf(LF, from);
      const to = lf < 0 ? bytes.length : lf;
      const line = bytes.subarray(from, to);
      if (!isAscii(line)) {
        if (isUtf8(line)) this.#utf8Lines += 1;
        else this.#otherLines += 1;
      }
      from = to + 1;
    }
  }

  conclude(source: Source): Inference['encoding'] {
    return source.hasByteOrderMark
      ? encodingByMark(source)
      : encodingByCount('lines', this.#utf8Lines, this.#otherLines);
  }
}

/** What a byte order mark says, and nothing contradicts. */
export function encodingByMark({ encoding }: Source): Inference['encoding'] {
  return { value: encoding, byte_order_mark: true, evidence: 'the byte order mark says so', ambiguous: false };
}

/**
 * @param utf8 how many of what is counted are UTF-8 beyond ASCII
 * @param other how many are no UTF-8
 */
export function encodingByCount(counted: 'lines' | 'rows', utf8: number, other: number): Inference['encoding'] {
  const evidence =
    utf8 + other === 0
      ? 'there are only ASCII characters'
      : `of ${utf8 + other} ${counted} with other than ASCII characters, ${utf8} are UTF-8 and ${other} are not`;
  const isOlder = other > 0 && utf8 <= other * CHANCE_SHARE_MAX;
  return {
    value: isOlder ? 'windows-1252' : 'utf-8',
    byte_order_mark: false,
    evidence,
    ambiguous: utf8 > 0 && other > 0,
  };
}
