import type { Column } from '@tastetrend/contracts';
import fc from 'fast-check';
import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js';
import { describe, expect, test } from 'vitest';
import type { ColumnChunk } from '../types.ts';
import { statisticsOf } from './statistics.ts';
import { encodeStruct, type ThriftStruct } from './thrift.ts';

const TEXT: Column = { name: 't', type: 'string', nullable: true };
const DOUBLE: Column = { name: 'd', type: 'double', nullable: true };

function textChunk(texts: readonly (string | null)[]): ColumnChunk {
  const parts = texts.map((text) => Buffer.from(text ?? '', 'utf8'));
  const offsets = new Uint32Array(parts.length + 1);
  parts.forEach((part, i) => {
    offsets[i + 1] = (offsets[i] as number) + part.length;
  });
  const nulls = Uint8Array.from(texts, (text) => (text === null ? 1 : 0));
  const nullCount = texts.filter((text) => text === null).length;
  return { column: TEXT, values: { bytes: Buffer.concat(parts), offsets }, nulls, nullCount };
}

function doubleChunk(values: readonly (number | null)[]): ColumnChunk {
  return {
    column: DOUBLE,
    values: Float64Array.from(values, (value) => value ?? 0),
    nulls: Uint8Array.from(values, (value) => (value === null ? 1 : 0)),
    nullCount: values.filter((value) => value === null).length,
  };
}

function read(chunk: ColumnChunk) {
  const value = statisticsOf(chunk, undefined);
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
    expect(read(textChunk(['z', 'é', 'a', null]))).toMatchObject({
      min: Buffer.from('a'),
      max: Buffer.from('é'),
      nulls: 1,
    });
  });

  test('short ones are bounds themselves, and said to be exact', () => {
    expect(read(textChunk(['a', 'b']))).toMatchObject({ maxExact: true, minExact: true });
  });

  test('the end of the code points has no upper bound', () => {
    expect(read(textChunk(['\u{10FFFF}'.repeat(40)])).max).toBeUndefined();
  });

  test('property: every text lies within the bounds, and they are valid UTF-8', () => {
    const long = fc.array(fc.constantFrom('a', '\uD7FF', '\uE000', '\u{10FFFF}', 'é', '😀', 'z'), {
      maxLength: 60,
      size: 'max',
    });
    fc.assert(
      fc.property(fc.array(long, { minLength: 1, maxLength: 8 }), (lists) => {
        const texts = lists.map((parts) => parts.join(''));
        const { min, max } = read(textChunk(texts));
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
    const { min, max } = read(doubleChunk([0, 0]));
    expect(Object.is(min?.readDoubleLE(), -0)).toBe(true);
    expect(Object.is(max?.readDoubleLE(), 0)).toBe(true);
  });
  test('nulls are not values', () => {
    const { min, max, nulls } = read(doubleChunk([null, 5, 3, null]));
    expect([min?.readDoubleLE(), max?.readDoubleLE(), nulls]).toEqual([3, 5, 2]);
  });
  test('a column of nulls has no bounds', () => {
    expect(read(doubleChunk([null, null]))).toMatchObject({ min: undefined, max: undefined, nulls: 2 });
  });
});
