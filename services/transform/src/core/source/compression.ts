/** How a file is packed, told by its first bytes, and its bytes unpacked with a watch on how much they become. */
import { closeSync, createReadStream, openSync, readSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { limitOf } from '@tastetrend/contracts';
import type { RejectionRule } from '../rejection.ts';

export type Compression = 'none' | 'gzip' | 'zstd';

const CHUNK_BYTES = 1 << 19;
const PACKED_CHUNK_BYTES = 1 << 17;
const CHUNKS_BETWEEN_TURNS = 16;

/** Thrown through a reading to stop it: the file is to be rejected under this rule. */
export class UnreadableFile extends Error {
  override readonly name = 'UnreadableFile';
  readonly rule: RejectionRule;
  constructor(rule: RejectionRule, cause?: unknown) {
    super(rule, { cause });
    this.rule = rule;
  }
}

/** Source: RFC 1952 (gzip), RFC 8878 (zstd), their magic numbers. */
export function compressionOf(head: Uint8Array): Compression {
  const [a, b, c, d] = head;
  if (a === 0x1f && b === 0x8b) return 'gzip';
  if (a === 0x28 && b === 0xb5 && c === 0x2f && d === 0xfd) return 'zstd';
  return 'none';
}

/**
 * The file's bytes in order, unpacked. May be called again for another reading. A chunk is overwritten by the next.
 * @throws UnreadableFile when the packed data is broken, or unpacks to more than a file may have
 */
export function fileBytes(path: string, compression: Compression): AsyncGenerator<Buffer> {
  return compression === 'none' ? plainBytes(path) : unpackedBytes(path, compression);
}

/** Into one buffer: a stream would allocate its chunks anew, which costs more than the reading. */
async function* plainBytes(path: string): AsyncGenerator<Buffer> {
  const buffer = Buffer.allocUnsafeSlow(CHUNK_BYTES);
  const descriptor = openSync(path, 'r');
  try {
    for (let chunks = 1; ; chunks++) {
      const length = readSync(descriptor, buffer, 0, buffer.length, null);
      if (length === 0) return;
      yield buffer.subarray(0, length);
      // What else the process has to do gets its turn.
      if (chunks % CHUNKS_BETWEEN_TURNS === 0) await setImmediate();
    }
  } finally {
    closeSync(descriptor);
  }
}

async function* unpackedBytes(path: string, compression: Exclude<Compression, 'none'>): AsyncGenerator<Buffer> {
  const file = createReadStream(path, { highWaterMark: PACKED_CHUNK_BYTES });
  const unpacked = compression === 'gzip' ? createGunzip({ chunkSize: CHUNK_BYTES }) : createZstdDecompress();
  let packedBytes = 0;
  file.on('data', (chunk) => {
    packedBytes += chunk.length;
  });
  // An error of the file goes the way of the unpacked bytes, which are what is waited for.
  file.on('error', (error) => unpacked.destroy(error));
  file.pipe(unpacked);
  let bytes = 0;
  try {
    for await (const chunk of unpacked as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > limitOf('decompressed_bytes_max')) throw new UnreadableFile('unpacks_to_too_much');
      if (bytes > limitOf('ratio_applies_from_bytes') && bytes > packedBytes * limitOf('decompression_ratio_max')) {
        throw new UnreadableFile('unpacks_to_too_much');
      }
      yield chunk;
    }
  } catch (error) {
    if (isBrokenData(error)) throw new UnreadableFile('broken_compression', error);
    throw error;
  } finally {
    file.destroy();
    unpacked.destroy();
  }
}

/** What zlib says of data that is none of its own; everything else is the world's fault. */
function isBrokenData(error: unknown): boolean {
  const { code } = error as { code?: string };
  return typeof code === 'string' && /^(?:Z_DATA_ERROR|Z_BUF_ERROR|Z_NEED_DICT|ZSTD_error_)/.test(code);
}
