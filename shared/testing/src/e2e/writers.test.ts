/** The second parquet writer, selected by the function's environment as it would be in AWS. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { outputKey } from '@tastetrend/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { canRunPipeline, type RunningPipeline, startPipeline } from '../pipeline/index.ts';
import { ReaderUnavailable } from '../readback/errors.ts';
import { openReaders, type ParquetContents, type ParquetReaders } from '../readback/readback.ts';
import { reviewFile } from './review-files.ts';

vi.setConfig({ testTimeout: 60_000 });
const SUITE = 'end to end: parquet writers';

async function readersOrSkip(): Promise<ParquetReaders | undefined> {
  try {
    return await openReaders();
  } catch (error) {
    if (!(error instanceof ReaderUnavailable)) throw error;
    process.stdout.write(`SKIPPED ${SUITE}: ${error.message.split('\n')[0]}\n`);
    return undefined;
  }
}

/** parquetjs-lite writes no logical type: DuckDB then takes a moment in UTC for one of no time zone. */
function columnsOf(contents: ParquetContents | undefined): [name: string, type: string][] | undefined {
  return contents?.schema.map(({ name, type }) => [name, type.replace(/_local$/, '')]);
}

const readers = (await canRunPipeline(SUITE)) ? await readersOrSkip() : undefined;

describe.runIf(readers !== undefined)(SUITE, () => {
  const writers = ['hyparquet', 'parquetjs'] as const;
  const pipelines: RunningPipeline[] = [];
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tastetrend-writers-'));
    for (const PARQUET_WRITER of writers) pipelines.push(await startPipeline({ environment: { PARQUET_WRITER } }));
  }, 300_000);
  afterAll(async () => {
    for (const p of pipelines) await p.stop();
    await readers?.close();
    if (folder !== undefined) await rm(folder, { recursive: true });
  });

  it('PARQUET_WRITER=parquetjs gives a table with the same values in both readers', async () => {
    const { bytes, counts } = reviewFile(81, 700, { schema: 'eastside', badRowRate: 0.01 });
    const tables: string[] = [];
    for (const [at, p] of pipelines.entries()) {
      const { version, manifest } = await p.run('same.csv', bytes);
      expect(manifest.counts).toEqual(counts);
      tables.push(path.join(folder, `${writers[at]}.parquet`));
      await writeFile(tables[at] as string, (await p.readProcessed(outputKey(version.identity, 'table'))).bytes);
    }
    for (const engine of ['pyarrow', 'duckdb'] as const) {
      const read = [];
      for (const table of tables) read.push(await readers?.read(table, engine));
      const [one, other] = read;
      // Who uploaded what when differs between two pipelines; nothing else may.
      const values = (contents: typeof one) =>
        contents?.rows.map(({ source_version: _, uploaded_at: __, ...row }) => row);
      expect(one?.rows).toHaveLength(counts.accepted);
      expect(values(other)).toEqual(values(one));
      expect(columnsOf(other)).toEqual(columnsOf(one));
    }
  });
});
