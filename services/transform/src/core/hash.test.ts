import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { kernels, Region } from './kernels.ts';

const LENGTH_MAX = 100_000;
const region = new Region(LENGTH_MAX + 64);
const out = region.address;
const input = region.address + 16;

/** @param offset how far from its aligned place the input begins */
function hashed(kernel: (start: number, length: number, out: number) => void, bytes: Uint8Array, offset = 0): Buffer {
  // What stands around the input has no part in it.
  region.u8.fill(0xa5);
  region.u8.set(bytes, 16 + offset);
  kernel(input + offset, bytes.length, out);
  return Buffer.from(region.u8.slice(0, 16));
}

/** 0, 1, 2 … 250, 0 … */
function message(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i % 251);
}

describe('BLAKE2b-128: as hashlib.blake2b(message, digest_size=16) of Python has it', () => {
  test.each([
    [0, 'cae66941d9efbd404e4d88758ea67670'],
    [1, '7025e075d5e2f6cde3cc051a31f07660'],
    [64, '59059895958b8a56277edb046df67166'],
    [127, '28b1296c7d4807883de6ee4ec04dcc0a'],
    [128, 'a74787004ef589e31149183900d0294a'],
    [129, 'aaf1b0371f6d4ee49ee4fb5ddd9c49ef'],
    [255, 'e2f3b2a57bcf64d626b37fc9c12674a1'],
    [256, '1142c504dcd26338b7cbcf41424540d0'],
    [257, 'b77b55d3dddcc45c6a52774565cd0dd6'],
    [300, 'a021a719dabbbce707bec49e7a6c9865'],
    [100_000, '7bafffc74b44b4a80f347888022ba2ae'],
  ])('of %i bytes', (length, digest) => {
    expect(hashed(kernels.blake2b128, message(length)).toString('hex')).toBe(digest);
  });

  test("of 'abc'", () => {
    expect(hashed(kernels.blake2b128, Buffer.from('abc')).toString('hex')).toBe('cf4ab791c62b8d2b2109c90275287816');
  });

  test('of all lengths to 300, wherever they lie', () => {
    for (let offset = 0; offset < 16; offset += 3) {
      const digests = Array.from({ length: 301 }, (_, length) => hashed(kernels.blake2b128, message(length), offset));
      expect(hash('sha256', Buffer.concat(digests))).toBe(
        'dd6400c29ff01a1858676dfcb181a134808127b1547e70e5b5c4acf5b6115230',
      );
    }
  });
});

const MASK = (1n << 64n) - 1n;
const rotl = (value: bigint, bits: bigint) => ((value << bits) | (value >> (64n - bits))) & MASK;

/** MurmurHash3_x64_128 as Austin Appleby wrote it, in plain steps. */
function murmurReference(bytes: Uint8Array, seed: number): Buffer {
  const c1 = 0x87c37b91114253d5n;
  const c2 = 0x4cf5ad432745937fn;
  const mix = (k: bigint, a: bigint, bits: bigint, b: bigint) => (rotl((k * a) & MASK, bits) * b) & MASK;
  const finish = (value: bigint) => {
    const a = ((value ^ (value >> 33n)) * 0xff51afd7ed558ccdn) & MASK;
    const b = ((a ^ (a >> 33n)) * 0xc4ceb9fe1a85ec53n) & MASK;
    return b ^ (b >> 33n);
  };
  let h1 = BigInt(seed);
  let h2 = BigInt(seed);
  const padded = Buffer.concat([bytes, Buffer.alloc(16)]);
  const blocks = Math.floor(bytes.length / 16);
  for (let i = 0; i < blocks; i++) {
    h1 = (rotl(h1 ^ mix(padded.readBigUInt64LE(i * 16), c1, 31n, c2), 27n) + h2) * 5n + 0x52dce729n;
    h1 &= MASK;
    h2 = (rotl(h2 ^ mix(padded.readBigUInt64LE(i * 16 + 8), c2, 33n, c1), 31n) + h1) * 5n + 0x38495ab5n;
    h2 &= MASK;
  }
  // A tail of zeros mixes to zero.
  h1 ^= mix(padded.readBigUInt64LE(blocks * 16), c1, 31n, c2) ^ BigInt(bytes.length);
  h2 ^= mix(padded.readBigUInt64LE(blocks * 16 + 8), c2, 33n, c1) ^ BigInt(bytes.length);
  h1 = (h1 + h2) & MASK;
  h2 = finish((h2 + h1) & MASK);
  h1 = finish(h1);
  h1 = (h1 + h2) & MASK;
  h2 = (h2 + h1) & MASK;
  const digest = Buffer.alloc(16);
  digest.writeBigUInt64LE(h1, 0);
  digest.writeBigUInt64LE(h2, 8);
  return digest;
}

describe('MurmurHash3_x64_128', () => {
  test.each([
    ['', 0n, 0n],
    ['hello', 0xcbd8a7b341bd9b02n, 0x5b1e906a48ae1d19n],
    ['hello, world', 0x342fac623a5ebc8en, 0x4cdcbc079642414dn],
    ['19 Jan 2038 at 3:14:07 AM', 0xb89e5988b737affcn, 0x664fc2950231b2cbn],
    ['The quick brown fox jumps over the lazy dog.', 0xcd99481f9ee902c9n, 0x695da1a38987b6e7n],
  ])('of %j, as others have published it', (text, first, second) => {
    const digest = hashed(kernels.murmur128, Buffer.from(text));
    expect([digest.readBigUInt64LE(0), digest.readBigUInt64LE(8)]).toEqual([first, second]);
  });

  test("SMHasher's verification value holds of our reference: hashes of 0, 01, 012 … hashed once more", () => {
    const key = Uint8Array.from({ length: 256 }, (_, i) => i);
    const hashes = Array.from({ length: 256 }, (_, i) => murmurReference(key.subarray(0, i), 256 - i));
    expect(murmurReference(Buffer.concat(hashes), 0).readUInt32LE(0).toString(16)).toBe('6384ba69');
  });

  test('of all lengths to 300, wherever they lie, is what the reference says', () => {
    for (let length = 0; length <= 300; length++) {
      const bytes = message(length).map((byte) => byte ^ 0xff);
      const expected = murmurReference(bytes, 0);
      for (const offset of [0, 1, 7, 12]) expect(hashed(kernels.murmur128, bytes, offset)).toEqual(expected);
    }
  });
});
