// Who compiles this without the rest of the package does not see its declarations otherwise.
/// <reference path="./core/parquet/parquetjs-lite.d.ts" />
/** What runs the transform outside AWS may use of it: the use case over ports, and a look at single rows. */
export { selectParquetWriter } from './core/parquet/select.ts';
export type { OpenParquetWriter } from './core/parquet/types.ts';
export { readHead, readRows } from './core/read-rows.ts';
export { RULES, type Rule } from './core/rules.ts';
export { transformFile } from './core/transform-file.ts';
export type { Journal, TransformPorts } from './ports.ts';
export { processFileVersion } from './process-file-version.ts';
