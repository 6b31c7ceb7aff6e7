import type { Column } from '@tastetrend/contracts';
import fc from 'fast-check';
import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js';
import { describe, expect, test } from 'vitest';
import { type Cell, RowGroupMaker } from '../chunks.fixture.ts';
import { buildDictionary } from './dictionary.ts';
import { placeRowGroup } from './placement.ts';
import { statisticsOf } from './statistics.ts';
import { encodeStruct, type ThriftStruct } from './thrift.ts';

/** The statistics of a column of these cells, and the same by way of a dictionary. */
function read(type: Column['type'], cells: readonly Cell[], texts: 'plain' | 'coded' = 'plain') {
  const column: Column = { name: 'c', type, nullable: true };
  const maker = new RowGroupMaker([column], { texts, memory: 'own' });
  // Twice, so that a dictionary pays.
  const rows = [...cells, ...cells].map((cell) => ({ c: cell }));
  const [chunk] = placeRowGroup(maker.groupOf(rows));
  if (chunk === undefined) expect.fail('no column was placed');
  const plain = decoded(statisticsOf(chunk, undefined));
  const dictionary = buildDictionary(chunk, 100);
  if (dictionary !== undefined) expect(decoded(statisticsOf(chunk, dictionary))).toEqual(plain);
  else expect(type === 'boolean' || cells.every((cell) => cell === null)).toBe(true);
  return { ...plain, nulls: plain.nulls / 2 };
}

function decoded(value: unknown) {
  const bytes = encodeStruct((value as { fields: ThriftStruct }).fields);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const found = deserializeTCompactProtocol({ view, offset: 0 });
  const bytesOf = (name: 'field_5' | 'field_6') =>
    found[name] === undefined ? undefined : Buffer.from(found[name] as Uint8Array);
  return {
    min: bytesOf('field_6'),
    max: bytesOf('field_5'),
    nulls: Number(found.field_3),
    maxExact: found.field_7,
    minExact: found.field_8,
  };
}

describe('texts', () => {
  test('are compared as unsigned bytes', () => {
    expect(read('string', ['z', 'é', 'a', null])).toMatchObject({
      min: Buffer.from('a'),
      max: Buffer.from('é'),
      nulls: 1,
    });
  });

  test('short ones are bounds themselves, and said to be exact', () => {
    expect(read('string', ['a', 'b'])).toMatchObject({ maxExact: true, minExact: true });
  });

  test('the end of the code points has no upper bound', () => {
    expect(read('string', ['\u{10FFFF}'.repeat(40)]).max).toBeUndefined();
  });

  test('property: every text lies within the bounds, and they are valid UTF-8', () => {
    const long = fc.array(fc.constantFrom('a', '\uD7FF', '\uE000', '\u{10FFFF}', 'é', '😀', 'z'), {
      maxLength: 60,
      size: 'max',
    });
    fc.assert(
      fc.property(fc.array(long, { minLength: 1, maxLength: 8 }), (lists) => {
        const texts = lists.map((parts) => parts.join(''));
        const { min, max } = read('string', texts);
        for (const text of texts) {
          const bytes = Buffer.from(text, 'utf8');
          expect(Buffer.compare(min as Buffer, bytes)).toBeLessThanOrEqual(0);
          if (max !== undefined) expect(Buffer.compare(max, bytes)).toBeGreaterThanOrEqual(0);
        }
        for (const bound of [min, max]) {
          if (bound !== undefined) expect(Buffer.from(bound.toString('utf8'), 'utf8')).toEqual(bound);
        }
      }),
      { numRuns: 1000 },
    );
  });
});

describe('doubles', () => {
  test('a zero includes the other zero', () => {
    const { min, max } = read('double', [0, 0]);
    expect(Object.is(min?.readDoubleLE(), -0)).toBe(true);
    expect(Object.is(max?.readDoubleLE(), 0)).toBe(true);
  });
  test('nulls are not values', () => {
    const { min, max, nulls } = read('double', [null, 5, 3, null]);
    expect([min?.readDoubleLE(), max?.readDoubleLE(), nulls]).toEqual([3, 5, 2]);
  });
  test('what is no number is neither bound', () => {
    const { min, max } = read('double', [Number.NaN, 5, Number.NaN, 3]);
    expect([min?.readDoubleLE(), max?.readDoubleLE()]).toEqual([3, 5]);
    expect(read('double', [Number.NaN]).min).toBeUndefined();
  });
  test('a column of nulls has no bounds', () => {
    expect(read('double', [null, null])).toMatchObject({ min: undefined, max: undefined, nulls: 2 });
  });
});

describe('whole numbers', () => {
  test('to both ends of their types', () => {
    const int32 = read('int32', [5, -(2 ** 31), null, 2 ** 31 - 1]);
    expect([int32.min?.readInt32LE(), int32.max?.readInt32LE()]).toEqual([-(2 ** 31), 2 ** 31 - 1]);
    const days = read('date', [null, 7]);
    expect([days.min?.readInt32LE(), days.max?.readInt32LE(), days.max?.length]).toEqual([7, 7, 4]);
    const int64 = read('int64', [5, -(2 ** 53), null, 2 ** 53]);
    expect([int64.min?.readBigInt64LE(), int64.max?.readBigInt64LE()]).toEqual([-(2n ** 53n), 2n ** 53n]);
  });

  test('booleans are a byte', () => {
    const of = (cells: readonly Cell[]) => {
      const { min, max } = read('boolean', cells);
      return [min, max].map((bytes) => bytes && [...bytes]);
    };
    expect(of([true, null, false])).toEqual([[0], [1]]);
    expect(of([true, null])).toEqual([[1], [1]]);
    expect(of([false])).toEqual([[0], [0]]);
    expect(of([null])).toEqual([undefined, undefined]);
  });
});

test('property: the smallest and the largest text are found, near as they may be', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '\0', 'é', '😀'), maxLength: 14 });
  fc.assert(
    fc.property(fc.array(fc.option(text), { minLength: 1, maxLength: 30 }), fc.boolean(), (cells, isCoded) => {
      const sorted = cells
        .filter((cell) => cell !== null)
        .map((cell) => Buffer.from(cell))
        .sort(Buffer.compare);
      const { min, max } = read('string', cells, isCoded ? 'coded' : 'plain');
      expect([min, max]).toEqual([sorted[0], sorted.at(-1)]);
    }),
    { numRuns: 1000 },
  );
});
