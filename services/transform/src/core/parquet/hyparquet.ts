/** Tables by hyparquet-writer: zstd pages, statistics on every column, offset indexes. */
import { constants, zstdCompressSync } from 'node:zlib';
import type { Column } from '@tastetrend/contracts';
import type { SchemaElement } from 'hyparquet';
import { ByteWriter, ParquetWriter as HyparquetWriter } from 'hyparquet-writer';
import type { ByteSink, ColumnChunk, OpenParquetWriter } from './types.ts';
import { isTexts, textAt, VALUE_ROWS_MAX } from './types.ts';

const ZSTD_LEVEL = 3;

function zstd(input: Uint8Array): Uint8Array {
  return zstdCompressSync(input, { params: { [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL } });
}

function schemaElement({ name, type, nullable }: Column): SchemaElement {
  const base = { name, repetition_type: nullable ? 'OPTIONAL' : 'REQUIRED' } as const;
  switch (type) {
    case 'string':
      return { ...base, type: 'BYTE_ARRAY', converted_type: 'UTF8', logical_type: { type: 'STRING' } };
    case 'double':
      return { ...base, type: 'DOUBLE' };
    case 'int32':
      return { ...base, type: 'INT32' };
    case 'int64':
      return { ...base, type: 'INT64' };
    case 'boolean':
      return { ...base, type: 'BOOLEAN' };
    case 'date':
      return { ...base, type: 'INT32', converted_type: 'DATE', logical_type: { type: 'DATE' } };
    case 'timestamp_ms':
      return {
        ...base,
        type: 'INT64',
        converted_type: 'TIMESTAMP_MILLIS',
        logical_type: { type: 'TIMESTAMP', isAdjustedToUTC: true, unit: 'MILLIS' },
      };
  }
}

/** The values of rows [from, to). */
function dataOf({ column, values, nulls, nullCount }: ColumnChunk, from: number, to: number): unknown[] {
  const data: unknown[] = new Array(to - from);
  for (let row = from; row < to; row++) {
    let value: unknown = null;
    if (nullCount > 0 && nulls[row] === 1) value = null;
    else if (isTexts(values)) value = textAt(values, row);
    else if (column.type === 'int64' || column.type === 'timestamp_ms') value = BigInt(values[row] as number);
    else if (column.type === 'boolean') value = values[row] === 1;
    else value = values[row];
    data[row - from] = value;
  }
  return data;
}

/** hyparquet's buffer, emptied into the sink after each row group; file offsets go on. */
class SinkWriter extends ByteWriter {
  readonly #sink: ByteSink;
  constructor(sink: ByteSink) {
    super();
    this.#sink = sink;
  }
  flush(): void {
    this.#sink.write(this.getBytes().slice());
    this.index = 0;
  }
  override finish(): void {
    this.flush();
  }
}

export const openHyparquetWriter: OpenParquetWriter = async (sink, { columns, metadata, bloomFilters = [] }) => {
  const writer = new SinkWriter(sink);
  const file = new HyparquetWriter({
    writer,
    schema: [{ name: 'schema', num_children: columns.length }, ...columns.map(schemaElement)],
    codec: 'ZSTD',
    compressors: { ZSTD: zstd },
    createdBy: 'tastetrend-pipeline',
    kvMetadata: Object.entries(metadata).map(([key, value]) => ({ key, value })),
  });
  return {
    async writeRowGroup(group) {
      for (let from = 0; from < group.rowCount; from += VALUE_ROWS_MAX) {
        const to = Math.min(group.rowCount, from + VALUE_ROWS_MAX);
        const columnData = group.columns.map((chunk) => ({
          name: chunk.column.name,
          data: dataOf(chunk, from, to),
          bloomFilter: bloomFilters.includes(chunk.column.name),
        }));
        await file.write({ columnData, rowGroupSize: to - from });
      }
    },
    async finish() {
      await file.finish();
    },
  };
};
