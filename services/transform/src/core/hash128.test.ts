import fc from 'fast-check';
import { expect, test } from 'vitest';
import { hash128 } from './hash128.ts';

function hex(bytes: Uint8Array, seed = 0): string {
  const out = new Int32Array(4);
  hash128(bytes, 0, bytes.length, seed, out, 0);
  return [...out].map((word) => (word >>> 0).toString(16).padStart(8, '0')).join('');
}

test("SMHasher's verification value: hashes of 0, 01, 012 … hashed once more", () => {
  const key = new Uint8Array(256);
  const hashes = Buffer.alloc(256 * 16);
  const out = new Int32Array(4);
  for (let i = 0; i < 256; i++) {
    key[i] = i;
    hash128(key, 0, i, 256 - i, out, 0);
    out.forEach((word, j) => {
      hashes.writeInt32LE(word, i * 16 + j * 4);
    });
  }
  hash128(hashes, 0, hashes.length, 0, out, 0);
  expect(((out[0] as number) >>> 0).toString(16)).toBe('b3ece62a');
});

test('the hash of a part is that of a copy of the part', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 80 }), fc.nat(80), fc.nat(80), (bytes, a, b) => {
      const [start, end] = [Math.min(a, b, bytes.length), Math.min(Math.max(a, b), bytes.length)];
      const out = new Int32Array(4);
      hash128(bytes, start, end, 7, out, 0);
      const copy = new Int32Array(4);
      hash128(bytes.slice(start, end), 0, end - start, 7, copy, 0);
      expect(out).toEqual(copy);
    }),
  );
});

test('every bit of every byte counts', () => {
  for (let length = 1; length <= 40; length++) {
    const seen = new Set([hex(new Uint8Array(length))]);
    for (let bit = 0; bit < length * 8; bit++) {
      const bytes = new Uint8Array(length);
      bytes[bit >> 3] = 1 << (bit & 7);
      seen.add(hex(bytes));
    }
    expect(seen.size).toBe(length * 8 + 1);
  }
});
