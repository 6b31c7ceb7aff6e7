import fc from 'fast-check';
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { expect, test } from 'vitest';
import { ByteBuffer } from './byte-buffer.ts';
import { bitWidthOf, encodeRle } from './rle.ts';

function roundTrip(values: readonly number[], bitWidth: number): number[] {
  const out = new ByteBuffer(4);
  encodeRle(out, Int32Array.from(values), values.length, bitWidth);
  const bytes = Buffer.from(out.view());
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0 };
  const read = new Array<number>(values.length);
  readRleBitPackedHybrid(reader, bitWidth, read, bytes.length);
  expect(reader.offset, 'every byte is read').toBe(bytes.length);
  return read;
}

test.each([
  [0, 0],
  [1, 1],
  [2, 2],
  [255, 8],
  [256, 9],
  [2 ** 31 - 1, 31],
])('values up to %i need %i bits', (max, bits) => {
  expect(bitWidthOf(max)).toBe(bits);
});

test('the example of the specification: 0 to 7 in three bits', () => {
  const out = new ByteBuffer();
  encodeRle(out, Int32Array.of(0, 1, 2, 3, 4, 5, 6, 7), 8, 3);
  // One group of eight, then the bytes of Encodings.md: 10001000 11000110 11111010.
  expect([...out.view()]).toEqual([(1 << 1) | 1, 0b10001000, 0b11000110, 0b11111010]);
});

test('a long run is a few bytes', () => {
  const out = new ByteBuffer();
  encodeRle(out, new Uint8Array(100_000).fill(1), 100_000, 1);
  expect(out.length).toBeLessThan(6);
});

test('property: a reader gives back what was written, whatever runs there are', () => {
  const runs = fc.array(fc.tuple(fc.nat({ max: 2 ** 17 }), fc.integer({ min: 1, max: 40 })), {
    maxLength: 30,
    size: 'max',
  });
  fc.assert(
    fc.property(runs, fc.integer({ min: 1, max: 17 }), (made, width) => {
      const values = made.flatMap(([value, length]) => new Array<number>(length).fill(value % 2 ** width));
      expect(roundTrip(values, width)).toEqual(values);
    }),
    { numRuns: 1000 },
  );
});
