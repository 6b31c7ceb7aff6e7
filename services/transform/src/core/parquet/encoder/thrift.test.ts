import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js';
import { expect, test } from 'vitest';
import { binary, bool, encodeStruct, i32, i64, list, struct } from './thrift.ts';

function read(bytes: Buffer): Record<string, unknown> {
  return deserializeTCompactProtocol({ view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0 });
}

test('a reader gives back every kind of field, and gaps between their ids', () => {
  const bytes = encodeStruct([
    [1, i32(-1)],
    [2, undefined],
    [3, bool(true)],
    [4, bool(false)],
    [20, i64(2 ** 53)],
    [21, i64(-(2 ** 53))],
    [22, list('i32', [0, 1, 2, 3].map(i32))],
    [
      23,
      list(
        'i32',
        Array.from({ length: 20 }, (_, i) => i32(i)),
      ),
    ],
    [24, struct([[1, i32(7)]])],
    [25, list('struct', [struct([[1, i32(1)]]), struct([])])],
    [26, binary('é😀')],
  ]);
  const found = read(bytes);
  expect(found).toMatchObject({
    field_1: -1,
    field_3: true,
    field_4: false,
    field_20: 2n ** 53n,
    field_21: -(2n ** 53n),
    field_22: [0, 1, 2, 3],
    field_23: Array.from({ length: 20 }, (_, i) => i),
    field_24: { field_1: 7 },
    field_25: [{ field_1: 1 }, {}],
  });
  expect(Buffer.from(found.field_26 as Uint8Array).toString('utf8')).toBe('é😀');
  expect('field_2' in found).toBe(false);
});
