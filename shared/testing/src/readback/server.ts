import { fileURLToPath } from 'node:url';
import { ReaderUnavailable, UnreadableParquet } from './errors.ts';
import { LineProcess } from './line-process.ts';
import type { ParquetContents, ParquetReaders } from './readback.ts';

const SCRIPT = fileURLToPath(new URL('../../python/readback.py', import.meta.url));

/** What python/readback.py --server answers to a request. */
type Answer =
  | { readonly error: string }
  | {
      readonly error?: never;
      readonly schema: ParquetContents['schema'];
      readonly metadata: ParquetContents['metadata'];
      readonly row_groups: number;
      readonly rows: ParquetContents['rows'];
    };

/** Runs readback.py as a server under this Python. Throws ReaderUnavailable when it does not come up. */
export async function startServer(python: string, timeoutMs: number): Promise<ParquetReaders> {
  const server = new LineProcess(python, ['-I', SCRIPT, '--server'], timeoutMs);
  let versions: Record<string, string>;
  try {
    ({ versions } = JSON.parse(await server.nextLine()) as { versions: Record<string, string> });
  } catch (cause) {
    await server.end();
    throw new ReaderUnavailable(`${python} does not run pyarrow and duckdb: ${(cause as Error).message}`, { cause });
  }
  let requests = 0;
  return {
    versions,
    async read(path, engine, where) {
      server.writeLine(JSON.stringify({ id: requests++, path, engine, where }));
      const answer = JSON.parse(await server.nextLine()) as Answer;
      if (answer.error !== undefined) {
        throw new UnreadableParquet(
          `${engine} does not read ${path}${where ? ` where ${where}` : ''}: ${answer.error}`,
        );
      }
      const { schema, metadata, row_groups: rowGroups, rows } = answer;
      return { schema, metadata, rowGroups, rows };
    },
    close: () => server.end(),
  };
}
