import { findPython } from './python.ts';
import { startServer } from './server.ts';

export type ParquetEngine = 'pyarrow' | 'duckdb';

/** A column as the reader sees it; `type` uses the names of the contracts' ColumnType, and others for other types. */
export interface ParquetColumn {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
}

/**
 * A value in canonical form: doubles and int32 as numbers (NaN and infinities as strings), int64 as decimal strings, dates
 * as YYYY-MM-DD, timestamps as YYYY-MM-DDTHH:MM:SS.mmmZ, binary as hex.
 */
export type ParquetValue = string | number | boolean | null | readonly ParquetValue[] | { [key: string]: ParquetValue };

/** A parquet file as a reader sees it, rows in the order of the scan. */
export interface ParquetContents {
  readonly schema: readonly ParquetColumn[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly rowGroups: number;
  readonly rows: readonly Readonly<Record<string, ParquetValue>>[];
}

/** One running process with both readers in it; reads are answered one after the other. */
export interface ParquetReaders {
  /** Versions of the readers by their names. */
  readonly versions: Readonly<Record<string, string>>;
  /**
   * Reads a file, or the rows of it for which `where` holds (`COLUMN OP LITERAL`, see python/readback.py), which the engine
   * pushes down into its scan. Throws UnreadableParquet, ReadbackTimeout, ReadbackEnded.
   */
  read(path: string, engine: ParquetEngine, where?: string): Promise<ParquetContents>;
  /** Ends the process; reads that were not answered fail with ReadbackEnded. May be called again. */
  close(): Promise<void>;
}

const TIMEOUT_MS = 60_000;

/** Starts the readers. Throws ReaderUnavailable when no Python has them. `timeoutMs` bounds the start and each read. */
export async function openReaders({ timeoutMs = TIMEOUT_MS }: { timeoutMs?: number } = {}): Promise<ParquetReaders> {
  return startServer(await findPython(), timeoutMs);
}

/** Reads one file in a process of its own; use openReaders for more than one. Throws as openReaders and read do. */
export async function readParquet(path: string, engine: ParquetEngine, where?: string): Promise<ParquetContents> {
  const readers = await openReaders();
  try {
    return await readers.read(path, engine, where);
  } finally {
    await readers.close();
  }
}
