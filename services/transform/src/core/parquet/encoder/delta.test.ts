import type { Column } from '@tastetrend/contracts';
import fc from 'fast-check';
import { deltaBinaryUnpack, deltaLengthByteArray } from 'hyparquet/src/delta.js';
import { afterAll, describe, expect, test } from 'vitest';
import { kernels, Region } from '../../kernels.ts';
import { textsOf } from '../chunks.fixture.ts';
import type { ColumnChunk } from '../types.ts';
import { deltaBytesMax, deltaNumbers, deltaTexts } from './delta.ts';
import { type PlacedTexts, placeRowGroup } from './placement.ts';

const output = new Region(1 << 20);
afterAll(() => output.release());

const written = (end: number) => Buffer.from(output.u8.subarray(0, end - output.address));
const readerOf = (bytes: Buffer) => ({
  view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length),
  offset: 0,
});

function roundTrip(type: 'int32' | 'int64', values: readonly (number | null)[]): (number | bigint)[] {
  const column: Column = { name: 'n', type, nullable: true };
  const numbers = values.map((value) => value ?? 0);
  const chunk: ColumnChunk = {
    column,
    values: type === 'int32' ? Int32Array.from(numbers) : Float64Array.from(numbers),
    nulls: Uint8Array.from(values, (value) => (value === null ? 1 : 0)),
    nullCount: values.filter((value) => value === null).length,
  };
  const [placed] = placeRowGroup({ rowCount: values.length, columns: [chunk] });
  if (placed === undefined) expect.fail('no column was placed');
  const bytes = written(deltaNumbers(placed, output.address));
  const count = values.length - chunk.nullCount;
  expect(bytes.length).toBeLessThanOrEqual(deltaBytesMax(values.length));
  const reader = readerOf(bytes);
  const read = type === 'int32' ? new Int32Array(count) : new BigInt64Array(count);
  if (count > 0) {
    deltaBinaryUnpack(reader, count, read);
    if (count > 1) expect(reader.offset, 'every byte is read').toBe(bytes.length);
  }
  return [...read];
}

describe('numbers', () => {
  test('the second example of the specification: 7, 5, 3, 1, 2, 3, 4, 5', () => {
    const values = [7, 5, 3, 1, 2, 3, 4, 5];
    expect(roundTrip('int32', values)).toEqual(values);
    // Block of 128 in four, eight values, first 7; least −2, two bits for the first miniblock; 0 0 0 3 3 3 3 in them.
    expect([...output.u8.subarray(0, 18)]).toEqual([
      ...[128, 1, 4, 8, 14, 3, 2, 0, 0, 0],
      ...[0b11000000, 0b00111111, 0, 0, 0, 0, 0, 0],
    ]);
  });

  test('numbers that rise by one are a few bytes a block', () => {
    const values = Array.from({ length: 10_000 }, (_, i) => i + 2);
    expect(roundTrip('int64', values)).toEqual(values.map(BigInt));
    roundTrip('int64', values);
    const column: Column = { name: 'n', type: 'int64', nullable: false };
    const chunk = { column, values: Float64Array.from(values), nulls: new Uint8Array(10_000), nullCount: 0 };
    const [placed] = placeRowGroup({ rowCount: 10_000, columns: [chunk] });
    if (placed === undefined) expect.fail('no column was placed');
    expect(deltaNumbers(placed, output.address) - output.address).toBeLessThan(500);
  });

  test.each([0, 1, 2, 32, 33, 128, 129, 130, 160, 161, 256, 257, 258])('%i of them', (count) => {
    const values = Array.from({ length: count }, (_, i) => ((i * 7919) % 1000) - 500);
    expect(roundTrip('int32', values)).toEqual(values);
    expect(roundTrip('int64', values)).toEqual(values.map(BigInt));
  });

  test('property: a reader gives back what was written, to both ends of the type', () => {
    const int32 = fc.oneof(fc.integer(), fc.integer({ min: -3, max: 3 }), fc.constantFrom(-(2 ** 31), 2 ** 31 - 1));
    const int64 = fc.oneof(fc.maxSafeInteger(), int32, fc.constantFrom(-(2 ** 53), 2 ** 53));
    const some = { maxLength: 400, size: 'max' } as const;
    fc.assert(
      fc.property(fc.array(fc.option(int32, { freq: 9 }), some), (values) => {
        expect(roundTrip('int32', values)).toEqual(values.filter((value) => value !== null));
      }),
    );
    fc.assert(
      fc.property(fc.array(fc.option(int64, { freq: 9 }), some), (values) => {
        expect(roundTrip('int64', values)).toEqual(values.filter((value) => value !== null).map(BigInt));
      }),
    );
  });
});

describe('texts', () => {
  test('property: all lengths, then all bytes, whatever rows, nulls and codes there are', () => {
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.string({ minLength: 60, maxLength: 80 }),
      fc.constant(''),
    );
    fc.assert(
      fc.property(fc.array(fc.option(text), { minLength: 1, maxLength: 60 }), fc.boolean(), (cells, isCoded) => {
        const region = new Region(1 << 16);
        const { bytes, offsets } = textsOf(cells.map((cell) => cell ?? 'JUNK').toReversed());
        const size = cells.length;
        const at = { bytes: region.address, offsets: region.address + 32_768, nulls: region.address + 40_000 };
        const codes = region.address + 48_000;
        const { buffer } = kernels.memory;
        new Uint8Array(buffer, at.bytes).set(bytes);
        new Uint32Array(buffer, at.offsets, size + 1).set(offsets);
        const order = cells.map((_, i) => (isCoded ? size - 1 - i : i));
        new Int32Array(buffer, codes, size).set(order);
        const rows = isCoded ? cells : cells.toReversed();
        new Uint8Array(buffer, at.nulls, size).set(rows.map((cell) => (cell === null ? 1 : 0)));
        const texts: PlacedTexts = { bytes: at.bytes, offsets: at.offsets, entries: isCoded ? codes : 0, count: size };
        const from = Math.floor(size / 3);
        const end = deltaTexts(texts, at.nulls, from, size, output.address);
        region.release();
        const expected = rows.slice(from).filter((cell) => cell !== null);
        const read = new Array<Uint8Array>(expected.length);
        const reader = readerOf(written(end));
        if (expected.length === 0) return;
        deltaLengthByteArray(reader, expected.length, read);
        expect(read.map((part) => Buffer.from(part).toString('utf8'))).toEqual(
          expected.map((cell) => cell.toWellFormed()),
        );
      }),
    );
  });
});
