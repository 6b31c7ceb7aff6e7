import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { constants, createGzip, gzipSync, zstdCompressSync } from 'node:zlib';
import { limitOf } from '@tastetrend/contracts';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { kernels, Region } from '../kernels.ts';
import { compressionOf, fileBytes, UnreadableFile } from './compression.ts';
import { utf16ToUtf8 } from './utf16.ts';
import { decodeWindows1252 } from './windows1252.ts';

const directory = mkdtempSync(join(tmpdir(), 'source-test-'));
afterAll(() => rmSync(directory, { recursive: true }));
let files = 0;

function fileOf(bytes: Uint8Array): string {
  const path = join(directory, String(files++));
  writeFileSync(path, bytes);
  return path;
}

async function readAll(chunks: AsyncIterable<Buffer>): Promise<Buffer> {
  const read: Buffer[] = [];
  for await (const chunk of chunks) read.push(Buffer.from(chunk));
  return Buffer.concat(read);
}

describe('compression', () => {
  const text = Buffer.from('id,text\n1,é😀\n'.repeat(1000));
  test.each([
    ['none', text],
    ['gzip', gzipSync(text)],
    ['gzip', Buffer.concat([gzipSync(text.subarray(0, 100)), gzipSync(text.subarray(100))])],
    ['zstd', zstdCompressSync(text)],
  ] as const)('%s', async (compression, packed) => {
    expect(compressionOf(packed)).toBe(compression);
    expect(await readAll(fileBytes(fileOf(packed), compression))).toEqual(text);
  });

  test.each([
    ['gzip', gzipSync(text)],
    ['zstd', zstdCompressSync(text, { params: { [constants.ZSTD_c_checksumFlag]: 1 } })],
  ] as const)('%s that is cut short or broken is an unreadable file, with its rule', async (compression, packed) => {
    const cut = packed.subarray(0, packed.length - 20);
    const broken = Buffer.from(packed);
    broken.fill(0x55, 12, packed.length - 12);
    for (const bytes of [cut, broken]) {
      await expect(readAll(fileBytes(fileOf(bytes), compression))).rejects.toMatchObject({
        rule: 'broken_compression',
      });
    }
  });

  test('ten gigabytes of zeros in ten megabytes end after a few megabytes', async () => {
    const gzip = createGzip({ level: 9 });
    const packed: Buffer[] = [];
    gzip.on('data', (chunk: Buffer) => packed.push(chunk));
    const megabyte = Buffer.alloc(1 << 20);
    // 1 GB stands for 10: the reading stops long before the end of either.
    for (let i = 0; i < 1024; i++) if (!gzip.write(megabyte)) await new Promise((done) => gzip.once('drain', done));
    await new Promise<void>((done) => gzip.end(done));
    const path = fileOf(Buffer.concat(packed));
    let bytes = 0;
    const reading = (async () => {
      for await (const chunk of fileBytes(path, 'gzip')) bytes += chunk.length;
    })();
    await expect(reading).rejects.toThrow(UnreadableFile);
    expect(bytes).toBeLessThan(limitOf('ratio_applies_from_bytes') * 2 + (1 << 20));
  });

  test('a missing file is the world, and no unreadable file', async () => {
    await expect(readAll(fileBytes(join(directory, 'none'), 'gzip'))).rejects.toMatchObject({ code: 'ENOENT' });
  });
});

describe('UTF-16', () => {
  const encode = (text: string, isBigEndian: boolean) => {
    const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
    return isBigEndian ? bytes.swap16() : bytes;
  };
  async function* cutAt(bytes: Buffer, cuts: readonly number[]) {
    let from = 0;
    for (const cut of [...cuts].sort((a, b) => a - b)) {
      const at = Math.min(Math.max(cut, from), bytes.length);
      yield Buffer.from(bytes.subarray(from, at));
      from = at;
    }
    yield Buffer.from(bytes.subarray(from));
  }

  test('property: gives the UTF-8 of any text, wherever it is cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary', maxLength: 30 }),
        fc.boolean(),
        fc.array(fc.nat(70), { maxLength: 5 }),
        async (text, isBigEndian, cuts) => {
          const found = await readAll(utf16ToUtf8(cutAt(encode(text, isBigEndian), cuts), isBigEndian));
          expect(found.toString('utf8')).toBe(text);
        },
      ),
      { numRuns: 500 },
    );
  });

  test('half a surrogate pair is no UTF-8, so that its row is set aside', async () => {
    const found = await readAll(utf16ToUtf8(cutAt(encode('a\uD83Db', false), []), false));
    expect([...found]).toEqual([0x61, 0xed, 0xa0, 0xbd, 0x62]);
  });

  test('half a unit at the end is no UTF-8 either', async () => {
    const found = await readAll(utf16ToUtf8(cutAt(Buffer.concat([encode('a', false), Buffer.of(0x41)]), []), false));
    expect([...found]).toEqual([0x61, 0xff]);
  });
});

test('property: lines beyond ASCII are counted, wherever such characters stand', () => {
  const part = fc.constantFrom('\n', 'é', '😀', 'x', 'fifteen letters', 'sixteen letters!', '\n\n', 'two\nlines');
  fc.assert(
    fc.property(fc.array(part, { maxLength: 12 }), (parts) => {
      const text = parts.join('');
      const region = new Region(Buffer.byteLength(text) + 16);
      region.u8.set(Buffer.from(text));
      const count = kernels.linesBeyondAscii(region.address, Buffer.byteLength(text));
      region.release();
      expect(count).toBe(text.split('\n').filter((line) => /[^\0-\x7f]/.test(line)).length);
    }),
    { numRuns: 500 },
  );
});

test('Windows-1252 agrees with the platform on every byte', () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
  expect(decodeWindows1252(bytes, 0, 256)).toBe(new TextDecoder('windows-1252').decode(bytes));
});
