/** Our column types in Parquet's terms. Source: Parquet format, parquet.thrift, SchemaElement; LogicalTypes.md. */
import type { Column, ColumnType } from '@tastetrend/contracts';
import { binary, bool, i32, struct, type ThriftValue } from './thrift.ts';

const PHYSICAL = { boolean: 0, int32: 1, int64: 2, double: 5, byteArray: 6 } as const;
const CONVERTED = { utf8: 0, date: 6, timestampMillis: 9 } as const;
const REPETITION = { required: 0, optional: 1 } as const;

/** How values of a type are stored. */
export function physicalType(type: ColumnType): number {
  switch (type) {
    case 'string':
      return PHYSICAL.byteArray;
    case 'double':
      return PHYSICAL.double;
    case 'boolean':
      return PHYSICAL.boolean;
    case 'int64':
    case 'timestamp_ms':
      return PHYSICAL.int64;
    case 'int32':
    case 'date':
      return PHYSICAL.int32;
  }
}

/** The schema as a list: its root, then every column. */
export function schemaElements(columns: readonly Column[]): ThriftValue[] {
  const root = struct([
    [4, binary('schema')],
    [5, i32(columns.length)],
  ]);
  return [root, ...columns.map(columnElement)];
}

function columnElement({ name, type, nullable }: Column): ThriftValue {
  const { converted, logical } = meaningOf(type);
  return struct([
    [1, i32(physicalType(type))],
    [3, i32(nullable ? REPETITION.optional : REPETITION.required)],
    [4, binary(name)],
    [6, converted === undefined ? undefined : i32(converted)],
    [10, logical],
  ]);
}

/** What the stored values mean: as ConvertedType for old readers, as LogicalType for new ones. */
function meaningOf(type: ColumnType): { converted?: number; logical?: ThriftValue } {
  switch (type) {
    case 'string':
      return { converted: CONVERTED.utf8, logical: struct([[1, struct([])]]) };
    case 'date':
      return { converted: CONVERTED.date, logical: struct([[6, struct([])]]) };
    case 'timestamp_ms': {
      const millis = struct([[1, struct([])]]);
      const timestamp = struct([
        [1, bool(true)],
        [2, millis],
      ]);
      return { converted: CONVERTED.timestampMillis, logical: struct([[8, timestamp]]) };
    }
    default:
      return {};
  }
}
