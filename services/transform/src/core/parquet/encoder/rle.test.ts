import fc from 'fast-check';
import { readRleBitPackedHybrid } from 'hyparquet/src/encoding.js';
import { afterAll, describe, expect, test } from 'vitest';
import { kernels, Region } from '../../kernels.ts';
import { bitWidthOf, encodeIndices, encodeLevels, hybridBytesMax } from './rle.ts';

const input = new Region(1 << 20);
const output = new Region(1 << 20);
afterAll(() => {
  input.release();
  output.release();
});

function encoded(values: readonly number[], bitWidth: number): Buffer {
  input.i32.set(values);
  const end = kernels.encodeHybrid(input.address, values.length, bitWidth, output.address);
  expect(end - output.address).toBeLessThanOrEqual(hybridBytesMax(values.length, bitWidth));
  return Buffer.from(output.u8.subarray(0, end - output.address));
}

function decoded(bytes: Buffer, bitWidth: number, count: number): number[] {
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0 };
  const read = new Array<number>(count);
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

describe('the hybrid', () => {
  test('the example of the specification: 0 to 7 in three bits', () => {
    // One group of eight, then the bytes of Encodings.md: 10001000 11000110 11111010.
    expect([...encoded([0, 1, 2, 3, 4, 5, 6, 7], 3)]).toEqual([(1 << 1) | 1, 0b10001000, 0b11000110, 0b11111010]);
  });

  test('a run is its count and its value', () => {
    expect([...encoded(new Array(100).fill(300), 9)]).toEqual([0xc8, 0x01, 300 & 0xff, 300 >> 8]);
  });

  test('a run to the end of the values counts them, and nothing that is not there', () => {
    expect([...encoded(new Array(101).fill(1), 1)]).toEqual([0xca, 0x01, 1]);
    expect([...encoded(new Array(5).fill(0), 0)]).toEqual([10]);
  });

  test('runs too short to pay are packed with what is around them', () => {
    const values = Array.from({ length: 64 }, (_, i) => (i >= 24 && i < 40 ? 1 : i % 2));
    expect(encoded(values, 1)[0]).toBe((8 << 1) | 1);
  });

  test('what fills the last group up is 0, whatever stands behind the values', () => {
    input.u8.fill(0xff);
    expect([...encoded([1, 2, 3], 2)]).toEqual([3, 0b111001, 0]);
  });

  test('property: a reader gives back what was written, whatever runs there are', () => {
    const runs = fc.array(fc.tuple(fc.nat({ max: 0x7fffffff }), fc.integer({ min: 1, max: 60 })), {
      maxLength: 30,
      size: 'max',
    });
    fc.assert(
      fc.property(runs, fc.integer({ min: 1, max: 24 }), (made, width) => {
        const values = made.flatMap(([value, length]) => new Array<number>(length).fill(value % 2 ** width));
        expect(decoded(encoded(values, width), width, values.length)).toEqual(values);
      }),
      { numRuns: 1000 },
    );
  });

  test('the widest values', () => {
    const values = [0, 0x7fffffff, 1, 0x7ffffffe, 0x40000000, 0x55555555, 0x2aaaaaaa, 0x7fffffff];
    const bytes = encoded(values, 31);
    const read = values.map((_, i) => {
      let value = 0n;
      for (let bit = 0; bit < 31; bit++) {
        const at = i * 31 + bit;
        value |= BigInt(((bytes[1 + (at >> 3)] as number) >> (at & 7)) & 1) << BigInt(bit);
      }
      return Number(value);
    });
    expect(read).toEqual(values);
  });
});

describe('definition levels', () => {
  function levels(nulls: readonly number[], from: number, to: number): number[] {
    input.u8.set(nulls, 3);
    const end = encodeLevels(input.address + 3, from, to, output.address);
    const bytes = Buffer.from(output.u8.subarray(0, end - output.address));
    expect(bytes.readUInt32LE()).toBe(bytes.length - 4);
    return decoded(bytes.subarray(4), 1, to - from);
  }

  test('a column without nulls is one run', () => {
    const end = encodeLevels(0, 0, 100_000, output.address);
    expect([...output.u8.subarray(0, end - output.address)]).toEqual([4, 0, 0, 0, 0xc0, 0x9a, 0x0c, 1]);
  });

  test('a column of nulls is one run', () => {
    input.u8.fill(1, 0, 100_000);
    const end = encodeLevels(input.address, 0, 100_000, output.address);
    expect([...output.u8.subarray(0, end - output.address)]).toEqual([4, 0, 0, 0, 0xc0, 0x9a, 0x0c, 0]);
  });

  test('groups that are alike are no run unless all of a group are', () => {
    const nulls = Array.from({ length: 100 }, (_, i) => i % 2);
    expect(levels(nulls, 0, 100)).toEqual(nulls.map((value) => 1 - value));
  });

  test('property: 1 where a row is not null, of any rows of the column', () => {
    const runs = fc.array(fc.tuple(fc.nat({ max: 1 }), fc.integer({ min: 1, max: 90 })), {
      minLength: 1,
      maxLength: 30,
      size: 'max',
    });
    fc.assert(
      fc.property(runs, fc.nat(), fc.nat(), (made, a, b) => {
        const nulls = made.flatMap(([value, length]) => new Array<number>(length).fill(value));
        const [x, y] = [a % nulls.length, b % nulls.length];
        const [from, to] = [Math.min(x, y), Math.max(x, y) + 1];
        expect(levels(nulls, from, to)).toEqual(nulls.slice(from, to).map((value) => 1 - value));
      }),
      { numRuns: 1000 },
    );
  });
});

test('indices come after their bit width', () => {
  input.i32.set([0, 1, 2, 3, 4, 5, 6, 7]);
  const end = encodeIndices(input.address, 8, 3, output.address);
  expect([...output.u8.subarray(0, end - output.address)]).toEqual([3, 3, 0b10001000, 0b11000110, 0b11111010]);
});
