import type { OpenParquetWriter } from './types.ts';

export const PARQUET_WRITERS = ['hyparquet', 'parquetjs'] as const;
export type ParquetWriterName = (typeof PARQUET_WRITERS)[number];

/** Raised by a setting that names no writer. */
export class UnknownParquetWriterError extends Error {
  override readonly name = 'UnknownParquetWriterError';
}

/**
 * The writer of this name; its code is loaded only when it is selected.
 * @param name `hyparquet` (the default) or `parquetjs`
 * @throws UnknownParquetWriterError
 */
export async function selectParquetWriter(name: string = 'hyparquet'): Promise<OpenParquetWriter> {
  switch (name as ParquetWriterName) {
    case 'hyparquet':
      return (await import('./hyparquet.ts')).openHyparquetWriter;
    case 'parquetjs':
      return (await import('./parquetjs.ts')).openParquetjsWriter;
    default:
      throw new UnknownParquetWriterError(
        `PARQUET_WRITER is ${JSON.stringify(name)}; it must be one of ${PARQUET_WRITERS.join(', ')}`,
      );
  }
}
