import type { OpenParquetWriter } from './types.ts';

export const PARQUET_WRITERS = ['tastetrend', 'hyparquet', 'parquetjs'] as const;
export type ParquetWriterName = (typeof PARQUET_WRITERS)[number];

/** Raised by a setting that names no writer. */
export class UnknownParquetWriterError extends Error {
  override readonly name = 'UnknownParquetWriterError';
}

/**
 * The writer of this name; its code is loaded only when it is selected.
 * @param name `tastetrend` (the default, our own encoder), `hyparquet` or `parquetjs`
 * @throws UnknownParquetWriterError
 */
export async function selectParquetWriter(name: string = 'tastetrend'): Promise<OpenParquetWriter> {
  switch (name as ParquetWriterName) {
    case 'tastetrend':
      return (await import('./encoder/writer.ts')).openTastetrendWriter;
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
