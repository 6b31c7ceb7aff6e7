import type { Column } from '@tastetrend/contracts';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { kernels, Region } from '../../kernels.ts';
import { type Cell, RowGroupMaker, textsOf } from '../chunks.fixture.ts';
import { buildDictionary } from './dictionary.ts';
import { type PlacedChunk, placeRowGroup } from './placement.ts';

const TYPES = { string: 'string', double: 'double', int32: 'int32', int64: 'int64' } as const;
/** So large that any dictionary pays in which a value repeats. */
const DEAR = 1000;

function placed(type: Column['type'], cells: readonly Cell[], texts: 'plain' | 'coded' = 'plain'): PlacedChunk {
  const column: Column = { name: 'c', type, nullable: true };
  const maker = new RowGroupMaker([column], { texts, memory: 'own' });
  const [chunk] = placeRowGroup(maker.groupOf(cells.map((cell) => ({ c: cell }))));
  if (chunk === undefined) expect.fail('no column was placed');
  return chunk;
}

/** The dictionary's values, and the values of the rows by their indices; undefined where there is no dictionary. */
function built(chunk: PlacedChunk, valueBytes = DEAR) {
  const dictionary = buildDictionary(chunk, valueBytes);
  if (dictionary === undefined) return undefined;
  const { size, values, indices, indexCount } = dictionary;
  const { buffer } = kernels.memory;
  const memory = new DataView(buffer);
  const valueAt = (i: number): Cell => {
    if (chunk.texts === undefined) {
      return chunk.width === 4 ? memory.getInt32(values + i * 8, true) : memory.getFloat64(values + i * 8, true);
    }
    const { bytes, offsets } = chunk.texts;
    const entry = memory.getInt32(values + i * 4, true);
    const start = memory.getUint32(offsets + entry * 4, true);
    const end = memory.getUint32(offsets + entry * 4 + 4, true);
    return Buffer.from(buffer, bytes + start, end - start).toString('utf8');
  };
  const all = Array.from({ length: size }, (_, i) => valueAt(i));
  const rows = Array.from(new Int32Array(buffer, indices, indexCount), (i) => all[i] as Cell);
  return { values: all, rows };
}

const there = (cells: readonly Cell[]) => cells.filter((cell) => cell !== null);
/** So many values of a type, each drawn from so many. */
function drawn(type: keyof typeof TYPES, count: number, from: number): Cell[] {
  let state = 1;
  return Array.from({ length: count }, (_, i) => {
    if (i % 11 === 10) return null;
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    const number = Math.floor((state / 2 ** 31) * from);
    if (type === 'string') return `value ${number} ${'x'.repeat(number % 90)}`;
    return type === 'double' ? number / 100 - 5 : number * 7 - 5;
  });
}

describe.each(Object.values(TYPES))('of %s', (type) => {
  test.each([
    [3, 200],
    [700, 3000],
    [1500, 6000],
    [20_000, 30_000],
  ])('%i distinct values in %i rows', (distinct, rows) => {
    const cells = drawn(type, rows, distinct);
    const found = built(placed(type, cells));
    expect(found?.rows).toEqual(there(cells));
    expect(found?.values.toSorted()).toEqual([...new Set(there(cells))].toSorted());
  });

  test('few values are numbered by first sight', () => {
    const cells = drawn(type, 300, 40);
    expect(built(placed(type, cells))?.values).toEqual([...new Set(there(cells))]);
  });
});

test('texts that come as codes: equal ones may be two', () => {
  for (const [distinct, rows] of [
    [3, 200],
    [1500, 6000],
  ] as const) {
    const cells = drawn('string', rows, distinct);
    const found = built(placed('string', cells, 'coded'));
    expect(found?.rows).toEqual(there(cells));
    expect(new Set(found?.values)).toEqual(new Set(there(cells)));
  }
});

test('codes are counted anew for each row group, and for each dictionary that grew', () => {
  const column: Column = { name: 'c', type: 'string', nullable: false };
  const maker = new RowGroupMaker([column], { texts: 'coded', memory: 'own' });
  for (const from of [0, 1, 0, 90, 3000, 0]) {
    // Memory that is given out again is not empty: it holds what the first stamp would be.
    const used = new Region(1 << 20);
    used.u32.fill(1);
    used.release();
    const cells = Array.from({ length: 40 + from }, (_, i) => `text ${Math.floor((from + i) / 3)}`);
    const [chunk] = placeRowGroup(maker.groupOf(cells.map((cell) => ({ c: cell }))));
    if (chunk === undefined) expect.fail('no column was placed');
    expect(built(chunk)?.rows).toEqual(cells);
  }
});

test('property: whatever texts there are, indices lead to them', () => {
  const text = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 3 }),
    fc.string({ unit: fc.constantFrom('a', '\0'), maxLength: 70 }),
    fc.string({ unit: fc.constantFrom('a', 'b'), minLength: 31, maxLength: 34 }),
  );
  fc.assert(
    fc.property(fc.array(fc.option(text), { minLength: 1, maxLength: 60 }), (drawn) => {
      const cells = [...drawn, ...drawn, ...drawn].map((cell) => cell?.toWellFormed() ?? null);
      const found = built(placed('string', cells));
      if (there(cells).length > 0) expect(found?.rows).toEqual(there(cells));
    }),
    { numRuns: 500 },
  );
});

describe('values of one hash', () => {
  test('texts are told apart', () => {
    // The last 32 bits of their xxHash64 agree; in the second pair, so do the first eight bytes.
    for (const [one, other] of [
      ['text 100257', 'text 169576'],
      ['reviews 154531', 'reviews 179620'],
    ] as const) {
      const cells = [one, other, one, other, other];
      expect(built(placed('string', cells))?.rows).toEqual(cells);
    }
  });

  test('numbers are told apart', () => {
    const other = new Float64Array(BigUint64Array.of(0x487749343add9203n).buffer)[0] as number;
    const cells = [1, other, other, 1, 1];
    expect(built(placed('double', cells))?.rows).toEqual(cells);
  });

  test('0 and −0 are two values, and NaN is one', () => {
    const found = built(placed('double', [0, -0, Number.NaN, 0, -0, Number.NaN, 0]));
    expect(found?.values).toEqual([0, -0, Number.NaN]);
    expect(found?.rows).toEqual([0, -0, Number.NaN, 0, -0, Number.NaN, 0]);
  });

  describe('made by the thousand, they cost a dictionary and not the day', () => {
    const drawn = Array.from({ length: 100_000 }, (_, i) => BigInt(i % 2000));

    test('numbers', () => {
      const bits = BigUint64Array.from(drawn, (n) => {
        const folded = times(0x1234567800000000n + n, inverse(PRIME_1));
        return folded ^ (folded >> 32n);
      });
      expect(built(placed('double', [...new Float64Array(bits.buffer)]))).toBeUndefined();
    });

    test('texts', () => {
      const column: Column = { name: 'c', type: 'string', nullable: false };
      const words = BigUint64Array.from(drawn, (n) => wordOfHash((n << 32n) | 0x12345678n));
      const bytes = new Uint8Array(words.buffer);
      const offsets = Uint32Array.from({ length: words.length + 1 }, (_, i) => i * 8);
      const chunk = { column, values: { bytes, offsets }, nulls: new Uint8Array(words.length), nullCount: 0 };
      const [texts] = placeRowGroup({ rowCount: words.length, columns: [chunk] });
      if (texts?.texts === undefined) expect.fail('no column was placed');
      const hash = (i: number) => BigInt.asUintN(32, kernels.xxHash64((texts.texts?.bytes ?? 0) + i * 8, 8));
      expect([hash(0), hash(1), hash(1999)]).toEqual([0x12345678n, 0x12345678n, 0x12345678n]);
      expect(buildDictionary(texts, DEAR)).toBeUndefined();
    });
  });
});

const PRIME_1 = 0x9e3779b185ebca87n;
const PRIME_2 = 0xc2b2ae3d27d4eb4fn;
const PRIME_3 = 0x165667b19e3779f9n;
const PRIME_4 = 0x85ebca77c2b2ae63n;
const PRIME_5 = 0x27d4eb2f165667c5n;

function times(a: bigint, b: bigint): bigint {
  return BigInt.asUintN(64, a * b);
}

/** Of an odd number, modulo 2^64. */
function inverse(odd: bigint): bigint {
  let found = odd;
  for (let i = 0; i < 6; i++) found = times(found, 2n - odd * found);
  return found;
}

function turnedRight(value: bigint, bits: bigint): bigint {
  return BigInt.asUintN(64, (value >> bits) | (value << (64n - bits)));
}

/** The eight bytes that have this xxHash64: each of its steps can be undone. */
function wordOfHash(hash: bigint): bigint {
  const shifted = times(hash ^ (hash >> 32n), inverse(PRIME_3));
  const middle = times(shifted ^ (shifted >> 29n) ^ (shifted >> 58n), inverse(PRIME_2));
  const mixed = middle ^ (middle >> 33n);
  const lane = turnedRight(times(BigInt.asUintN(64, mixed - PRIME_4), inverse(PRIME_1)), 27n) ^ (PRIME_5 + 8n);
  return times(turnedRight(times(lane, inverse(PRIME_1)), 31n), inverse(PRIME_2));
}

describe('a dictionary that does not pay is given up', () => {
  const numbers = (rows: number, distinct: number) => Array.from({ length: rows }, (_, i) => i % distinct);

  test('the more a value costs, the more of them may be distinct', () => {
    expect(built(placed('double', numbers(1000, 500)), 8)).toBeDefined();
    expect(built(placed('double', numbers(1000, 501)), 8)).toBeUndefined();
    expect(built(placed('double', numbers(1000, 900)), 40)).toBeDefined();
    expect(built(placed('double', numbers(1000, 901)), 40)).toBeUndefined();
    expect(built(placed('int32', numbers(1000, 250)), 4)).toBeDefined();
    expect(built(placed('int32', numbers(1000, 251)), 4)).toBeUndefined();
    expect(built(placed('double', numbers(1000, 950)))).toBeDefined();
    expect(built(placed('double', numbers(1000, 951)))).toBeUndefined();
  });

  test('texts by codes too', () => {
    const coded = (distinct: number): PlacedChunk => {
      const column: Column = { name: 'c', type: 'string', nullable: true };
      const dictionary = textsOf(numbers(100, 100).map(String));
      const values = { codes: Int32Array.from(numbers(100, distinct)), dictionary };
      const chunk = { column, values, nulls: new Uint8Array(100), nullCount: 0 };
      const [placed] = placeRowGroup({ rowCount: 100, columns: [chunk] });
      return placed ?? expect.fail('no column was placed');
    };
    expect(built(coded(50), 8)?.rows).toEqual(numbers(100, 50).map(String));
    expect(built(coded(51), 8)).toBeUndefined();
  });

  test('where nearly no value repeats at the beginning, however much they do later', () => {
    const cells = Array.from({ length: 100_000 }, (_, i) => (i < 4096 ? `${i}` : '1'));
    expect(built(placed('string', cells))).toBeUndefined();
    const fewer = Array.from({ length: 100_000 }, (_, i) => (i < 4000 ? `${i}` : '1'));
    expect(built(placed('string', fewer))?.values.length).toBe(4000);
  });

  test('booleans, nothing but nulls, and one value have none', () => {
    expect(built(placed('boolean', [true, true, false]))).toBeUndefined();
    expect(built(placed('double', [null, null]))).toBeUndefined();
    expect(built(placed('string', ['one']))).toBeUndefined();
  });
});

test('alike texts stand together in a large dictionary', () => {
  const cells = drawn('string', 12_000, 3000);
  const found = built(placed('string', cells));
  const heads = found?.values.map((text) => Buffer.from(`${text}\0\0\0\0\0\0\0\0`).subarray(0, 8));
  expect(heads).toEqual(heads?.toSorted(Buffer.compare));
});

test('xxHash64 has the values of its specification', () => {
  const at = placed('string', ['', 'a', 'abc', 'Nobody inspects the spammish repetition']);
  const { bytes, offsets } = at.texts as NonNullable<typeof at.texts>;
  const starts = new Uint32Array(kernels.memory.buffer, offsets, 5);
  const hashes = [0, 1, 2, 3].map((i) => {
    const start = starts[i] as number;
    return BigInt.asUintN(64, kernels.xxHash64(bytes + start, (starts[i + 1] as number) - start));
  });
  expect(hashes).toEqual([0xef46db3751d8e999n, 0xd24ec4f1a98c6e5bn, 0x44bc2cf5ad770999n, 0xfbcea83c8a378bf1n]);
});
