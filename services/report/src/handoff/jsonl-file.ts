/** Packed JSON lines, on disk and from streams: whatever their size, a few hundred kilobytes of them are held. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline as pump } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { CommittedObjectError } from '../errors.ts';

/** Lines are handed on in pieces of about so many characters. */
const PIECE_CHARS = 65_536;
/** A chunk's line has some kilobytes at most. */
const LINE_BYTES_MAX = 1_048_576;
/** Packing is most of the work at the default level: a third of its time, for a tenth more bytes. */
const GZIP_LEVEL = 1;

export interface WrittenLines {
  readonly path: string;
  /** Packed. */
  readonly bytes: number;
  /** Of the lines as they are unpacked: another packer may pack them otherwise. */
  readonly sha256: string;
  readonly lines: number;
}

/** Writes each value of each batch as a line of JSON. */
export async function writeLines(path: string, batches: AsyncIterable<Iterable<unknown>>): Promise<WrittenLines> {
  const digest = createHash('sha256');
  let lines = 0;
  async function* pieces(): AsyncGenerator<Buffer> {
    let text = '';
    const taken = () => {
      const piece = Buffer.from(text);
      digest.update(piece);
      text = '';
      return piece;
    };
    for await (const batch of batches) {
      for (const value of batch) {
        text += `${JSON.stringify(value)}\n`;
        lines += 1;
        if (text.length >= PIECE_CHARS) yield taken();
      }
    }
    if (text !== '') yield taken();
  }
  await pump(pieces, createGzip({ level: GZIP_LEVEL }), createWriteStream(path));
  return { path, bytes: (await stat(path)).size, sha256: digest.digest('hex'), lines };
}

/**
 * @returns the values, as many at a time as are unpacked at a time
 * @throws CommittedObjectError when it is not what `writeLines` writes
 */
export async function* readLines<Value>(packed: Readable, name: string): AsyncGenerator<Value[]> {
  const unpacked = createGunzip();
  packed.on('error', (error) => unpacked.destroy(error));
  packed.pipe(unpacked);
  let rest: Buffer = Buffer.alloc(0);
  try {
    for await (const piece of unpacked as AsyncIterable<Buffer>) {
      const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
      const values: Value[] = [];
      let from = 0;
      for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10, from)) {
        values.push(JSON.parse(bytes.toString('utf8', from, end)) as Value);
        from = end + 1;
      }
      if (values.length > 0) yield values;
      rest = bytes.subarray(from);
      if (rest.length > LINE_BYTES_MAX) throw new CommittedObjectError(`${name} has a line without an end`);
    }
  } catch (error) {
    if (error instanceof SyntaxError || (error as { code?: string }).code?.startsWith('Z_')) {
      throw new CommittedObjectError(`${name} holds no packed JSON lines`);
    }
    throw error;
  } finally {
    packed.destroy();
    unpacked.destroy();
  }
  if (rest.length > 0) throw new CommittedObjectError(`${name} ends in the middle of a line`);
}

export function readLinesOf<Value>(path: string): AsyncGenerator<Value[]> {
  return readLines<Value>(createReadStream(path), path);
}
