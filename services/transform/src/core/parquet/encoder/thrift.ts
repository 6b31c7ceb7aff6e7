/**
 * Thrift's compact protocol, as far as Parquet's metadata needs it: structs, lists, strings, integers, booleans.
 * Source: Apache Thrift, doc/specs/thrift-compact-protocol.md.
 */
import { ByteBuffer } from './byte-buffer.ts';

/** Type ids of the compact protocol. A boolean field has its value in the type. */
const TYPE = { true: 1, false: 2, byte: 3, i16: 4, i32: 5, i64: 6, double: 7, binary: 8, list: 9, struct: 12 } as const;

export type ThriftValue =
  | { readonly kind: 'bool'; readonly value: boolean }
  | { readonly kind: 'i32' | 'i64'; readonly value: number }
  | { readonly kind: 'binary'; readonly value: Uint8Array }
  | { readonly kind: 'list'; readonly of: 'i32' | 'binary' | 'struct'; readonly items: readonly ThriftValue[] }
  | { readonly kind: 'struct'; readonly fields: ThriftStruct };

/** Field id to value, ids rising; undefined leaves a field out. */
export type ThriftStruct = readonly (readonly [id: number, value: ThriftValue | undefined])[];

export const i32 = (value: number): ThriftValue => ({ kind: 'i32', value });
export const i64 = (value: number): ThriftValue => ({ kind: 'i64', value });
export const bool = (value: boolean): ThriftValue => ({ kind: 'bool', value });
export const binary = (value: Uint8Array | string): ThriftValue => ({
  kind: 'binary',
  value: typeof value === 'string' ? Buffer.from(value, 'utf8') : value,
});
export const struct = (fields: ThriftStruct): ThriftValue => ({ kind: 'struct', fields });
export const list = (of: 'i32' | 'binary' | 'struct', items: readonly ThriftValue[]): ThriftValue => ({
  kind: 'list',
  of,
  items,
});

export function encodeStruct(fields: ThriftStruct): Buffer {
  const out = new ByteBuffer(1024);
  writeStruct(out, fields);
  return Buffer.from(out.view());
}

function writeStruct(out: ByteBuffer, fields: ThriftStruct): void {
  let previous = 0;
  for (const [id, value] of fields) {
    if (value === undefined) continue;
    const type = value.kind === 'bool' ? (value.value ? TYPE.true : TYPE.false) : TYPE[value.kind];
    const delta = id - previous;
    if (delta > 0 && delta <= 15) {
      out.byte((delta << 4) | type);
    } else {
      out.byte(type);
      out.varint(zigzag(id));
    }
    if (value.kind !== 'bool') writeValue(out, value);
    previous = id;
  }
  out.byte(0);
}

function writeValue(out: ByteBuffer, value: ThriftValue): void {
  switch (value.kind) {
    case 'bool':
      out.byte(value.value ? TYPE.true : TYPE.false);
      break;
    case 'i32':
    case 'i64':
      out.varint(zigzag(value.value));
      break;
    case 'binary':
      out.varint(value.value.length);
      out.bytes(value.value);
      break;
    case 'list':
      if (value.items.length < 15) {
        out.byte((value.items.length << 4) | TYPE[value.of]);
      } else {
        out.byte(0xf0 | TYPE[value.of]);
        out.varint(value.items.length);
      }
      for (const item of value.items) writeValue(out, item);
      break;
    case 'struct':
      writeStruct(out, value.fields);
      break;
  }
}

/** Small numbers of either sign become small unsigned ones. */
function zigzag(value: number): bigint {
  const wide = BigInt(value);
  return wide >= 0n ? wide << 1n : (-wide << 1n) - 1n;
}
