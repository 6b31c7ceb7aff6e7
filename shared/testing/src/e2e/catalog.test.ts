/** What query engines see: the tables that the catalog's entries name, and nothing else. */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { CATALOG_PREFIX } from '@tastetrend/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { RESTAURANT_INFO_ROWS } from '../generator/restaurant-info.ts';
import { canRunPipeline, type RunningPipeline, startPipeline } from '../pipeline/index.ts';
import { UNREADABLE } from './review-files.ts';

vi.setConfig({ testTimeout: 60_000 });
const SUITE = 'end to end: the catalog for query engines';
const HEADER = 'review_id,date,rating,review_text';
const fileOf = (...ids: string[]) => [HEADER, ...ids.map((id) => `${id},2026-01-02,4,"Text of ${id}"`)].join('\n');

interface Setup {
  ensureVenv(name: string): Promise<string>;
}

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  let p: RunningPipeline;
  beforeAll(async () => {
    p = await startPipeline();
  }, 300_000);
  afterAll(async () => {
    await p?.stop();
  });

  /** What DuckDB reads out of the tables that the entries of a kind name. */
  async function rowsOf(kind: string, column: string): Promise<string[]> {
    const folder = await mkdtemp(path.join(tmpdir(), 'catalog-'));
    const files: string[] = [];
    for (const { key } of await p.listProcessed(`${CATALOG_PREFIX}${kind}/`)) {
      const line = (await p.readProcessed(key)).bytes.toString('utf8').trimEnd();
      expect(line).toMatch(new RegExp(`^s3://${p.resources.buckets.processed}/processed/.*processed_.*\\.parquet$`));
      const file = path.join(folder, `${files.length}.parquet`);
      await writeFile(file, (await p.readProcessed(line.slice(`s3://${p.resources.buckets.processed}/`.length))).bytes);
      files.push(file);
    }
    const setup = (await import(new URL('../../../../scripts/setup.mjs', import.meta.url).href)) as Setup;
    const script = `import duckdb, json, sys
print(json.dumps([row[0] for row in duckdb.read_parquet(sys.argv[2:]).select(sys.argv[1]).order(sys.argv[1]).fetchall()]))`;
    const answer = spawnSync(await setup.ensureVenv('readback'), ['-c', script, column, ...files], {
      encoding: 'utf8',
    });
    await rm(folder, { recursive: true });
    expect(answer.stderr).toBe('');
    return JSON.parse(answer.stdout) as string[];
  }

  it('reviews and reference data apart, of each file its newest good version, and nothing of a removed one', async () => {
    await p.run('a/one.csv', fileOf('old'));
    await p.run('a/one.csv', fileOf('new', 'newer'));
    await p.run('a/one.csv', UNREADABLE);
    await p.run('two.csv', fileOf('two'));
    await p.run('gone.csv', fileOf('gone'));
    await p.run('info.csv', RESTAURANT_INFO_ROWS.map((row) => row.map((cell) => `"${cell}"`).join(',')).join('\n'));
    await p.s3.send(new DeleteObjectCommand({ Bucket: p.resources.buckets.raw, Key: 'gone.csv' }));
    await vi.waitUntil(() => p.removals('gone.csv').length > 0, { timeout: 30_000 });
    await p.idle();

    expect(await rowsOf('reviews', 'review_id')).toEqual(['new', 'newer', 'two']);
    expect(await rowsOf('restaurant_info', 'restaurant_name')).toHaveLength(RESTAURANT_INFO_ROWS.length - 1);
  });
});
