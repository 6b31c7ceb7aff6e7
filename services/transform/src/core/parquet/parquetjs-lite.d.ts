/** The part of parquetjs-lite 0.8.7 that is used; the package brings no types. */
declare module 'parquetjs-lite' {
  import type { Writable } from 'node:stream';
  export type ParquetFieldType = 'UTF8' | 'DOUBLE' | 'INT32' | 'INT64' | 'BOOLEAN' | 'DATE' | 'TIMESTAMP_MILLIS';
  export interface ParquetField {
    type: ParquetFieldType;
    optional: boolean;
    compression: 'UNCOMPRESSED' | 'GZIP' | 'SNAPPY';
    statistics: false;
  }
  class ParquetSchema {
    constructor(fields: Record<string, ParquetField>);
  }
  class ParquetWriter {
    static openStream(
      schema: ParquetSchema,
      stream: Writable,
      options: { pageIndex: false; useDataPageV2: false },
    ): Promise<ParquetWriter>;
    appendRow(row: Record<string, unknown>): Promise<void>;
    setRowGroupSize(rows: number): void;
    setMetadata(key: string, value: string): void;
    close(): Promise<void>;
  }
  // A CommonJS module: Node finds none of its names, and gives all of it as the default.
  const parquetjs: { ParquetSchema: typeof ParquetSchema; ParquetWriter: typeof ParquetWriter };
  // biome-ignore lint/style/noDefaultExport: so the module is
  export default parquetjs;
}
