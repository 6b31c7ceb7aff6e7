/**
 * Tables by parquetjs-lite, in the only setting in which its files are right: typed values alone, no statistics, no page
 * index, version 1 pages, every append awaited. Its last commit is of 2020; docs/decisions/parquet-writers.md has why.
 */
import { Writable } from 'node:stream';
import type { Column } from '@tastetrend/contracts';
import parquetjs, { type ParquetFieldType } from 'parquetjs-lite';
import type { ColumnChunk, OpenParquetWriter } from './types.ts';
import { isTexts, textAt, VALUE_ROWS_MAX } from './types.ts';

const TYPES: Record<Column['type'], ParquetFieldType> = {
  string: 'UTF8',
  double: 'DOUBLE',
  int32: 'INT32',
  int64: 'INT64',
  boolean: 'BOOLEAN',
  date: 'DATE',
  timestamp_ms: 'TIMESTAMP_MILLIS',
};

function valueAt({ column, values, nulls }: ColumnChunk, i: number): unknown {
  if (nulls[i] === 1) return undefined;
  if (isTexts(values)) return textAt(values, i);
  if (column.type === 'boolean') return values[i] === 1;
  if (column.type === 'date') return new Date((values[i] as number) * 86_400_000);
  if (column.type === 'timestamp_ms') return new Date(values[i] as number);
  return values[i];
}

export const openParquetjsWriter: OpenParquetWriter = async (sink, { columns, metadata }) => {
  let failure: Error | undefined;
  const stream = new Writable({
    write(chunk: Uint8Array, _encoding, done) {
      // The library awaits not all that it writes: an error that came through the stream would end the process as an
      // unhandled rejection. It is thrown where the writer is awaited instead.
      try {
        if (failure === undefined) sink.write(chunk);
      } catch (error) {
        failure = error as Error;
      }
      done();
    },
  });
  const fields = Object.fromEntries(
    columns.map(({ name, type, nullable }) => [
      name,
      { type: TYPES[type], optional: nullable, compression: 'GZIP' as const, statistics: false as const },
    ]),
  );
  const writer = await parquetjs.ParquetWriter.openStream(new parquetjs.ParquetSchema(fields), stream, {
    pageIndex: false,
    useDataPageV2: false,
  });
  for (const [key, value] of Object.entries(metadata)) writer.setMetadata(key, value);
  const check = () => {
    if (failure !== undefined) throw failure;
  };
  check();
  return {
    async writeRowGroup(group) {
      writer.setRowGroupSize(Math.min(group.rowCount, VALUE_ROWS_MAX));
      for (let i = 0; i < group.rowCount; i++) {
        const row: Record<string, unknown> = {};
        for (const chunk of group.columns) {
          const value = valueAt(chunk, i);
          if (value !== undefined) row[chunk.column.name] = value;
        }
        await writer.appendRow(row);
        check();
      }
    },
    async finish() {
      await writer.close();
      check();
    },
  };
};
