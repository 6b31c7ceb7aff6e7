/**
 * Our own Parquet writer: magic, row groups, footer. Cells come as bytes and numbers and stay so.
 * Source: Parquet format, README.md, "File format"; parquet.thrift, FileMetaData and RowGroup.
 */
import type { OpenParquetWriter } from '../types.ts';
import { writeColumnChunk } from './column-chunk.ts';
import { placeRowGroup } from './placement.ts';
import { schemaElements } from './schema.ts';
import { binary, encodeStruct, i32, i64, list, struct, type ThriftStruct, type ThriftValue } from './thrift.ts';

const MAGIC = Buffer.from('PAR1');
const FORMAT_VERSION = 2;
const CREATED_BY = 'tastetrend-pipeline';

export const openTastetrendWriter: OpenParquetWriter = async (target, { columns, metadata, bloomFilters = [] }) => {
  const rowGroups: ThriftValue[] = [];
  let offset = 0;
  let rowCount = 0;
  const sink = {
    write(bytes: Uint8Array) {
      target.write(bytes);
      offset += bytes.length;
    },
  };
  sink.write(MAGIC);
  return {
    async writeRowGroup(group) {
      if (group.rowCount === 0) return;
      const start = offset;
      const chunks = placeRowGroup(group).map((chunk) =>
        writeColumnChunk(sink, offset, chunk, bloomFilters.includes(chunk.column.name)),
      );
      const end = offset;
      const footers = chunks.map(({ metadata, bloomFilter }) => {
        const at = offset;
        if (bloomFilter !== undefined) sink.write(bloomFilter);
        return struct([
          [2, i64(0)],
          [3, struct([...metadata, ...bloomFilterPlace(at, bloomFilter)])],
        ]);
      });
      rowCount += group.rowCount;
      rowGroups.push(
        struct([
          [1, list('struct', footers)],
          [2, i64(chunks.reduce((sum, { uncompressedBytes }) => sum + uncompressedBytes, 0))],
          [3, i64(group.rowCount)],
          [5, i64(start)],
          [6, i64(end - start)],
        ]),
      );
    },
    async finish() {
      const keyValues = Object.entries(metadata).map(([key, value]) =>
        struct([
          [1, binary(key)],
          [2, binary(value)],
        ]),
      );
      // TYPE_ORDER for each column: without it readers must not trust min_value and max_value.
      const orders = columns.map(() => struct([[1, struct([])]]));
      const footer = encodeStruct([
        [1, i32(FORMAT_VERSION)],
        [2, list('struct', schemaElements(columns))],
        [3, i64(rowCount)],
        [4, list('struct', rowGroups)],
        [5, keyValues.length === 0 ? undefined : list('struct', keyValues)],
        [6, binary(CREATED_BY)],
        [7, list('struct', orders)],
      ]);
      sink.write(footer);
      const length = Buffer.alloc(4);
      length.writeUInt32LE(footer.length);
      sink.write(length);
      sink.write(MAGIC);
    },
  };
};

/** What a column's metadata say of its Bloom filter. */
function bloomFilterPlace(offset: number, filter: Uint8Array | undefined): ThriftStruct {
  if (filter === undefined) return [];
  return [
    [14, i64(offset)],
    [15, i32(filter.length)],
  ];
}
