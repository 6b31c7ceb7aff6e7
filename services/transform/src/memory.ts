/** The bound on a worker's memory, checked at start: a setting that does not fit fails before the first file. */
import { limitOf, pipeline } from '@tastetrend/contracts';

/** The runtime with the bundle loaded. Measured, rounded up; the package's README has the measurement. */
const BASE_MB = 120;
/**
 * One file's parser buffer, row group, the writer's copies of it, and what the row index holds before it uses files: with
 * the hungriest writer, which is parquetjs-lite. Ours takes a third of it.
 */
const FILE_MB = 350;
/** core/index/row-index.ts: its peak, for the worst of files. */
const INDEX_BYTES_PER_ROW = 53;

export class MemoryDoesNotFitError extends Error {
  override readonly name = 'MemoryDoesNotFitError';
}

/** @throws MemoryDoesNotFitError when the files that may be in flight do not fit the function */
export function assertMemoryFits(functionMemoryMb: number): void {
  const inFlight = pipeline.functions.transform.messages_in_flight_max;
  const fileMb = FILE_MB + (limitOf('rows_max') * INDEX_BYTES_PER_ROW) / 1e6;
  const needMb = BASE_MB + inFlight * fileMb;
  if (needMb > functionMemoryMb) {
    throw new MemoryDoesNotFitError(
      `${inFlight} files in flight of up to ${limitOf('rows_max')} rows need ${Math.ceil(needMb)} MB; ` +
        `the function has ${functionMemoryMb} MB. Lower messages_in_flight_max or rows_max, or raise memory_mb.`,
    );
  }
}
