/** The rollup against a recount of the current tables by DuckDB, after concurrent uploads, re-uploads and deletions. */
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import {
  catalogEntryKey,
  catalogPrefixOf,
  pipeline as description,
  ROLLUP_KEY,
  ROLLUP_PREFIX,
  type Rollup,
} from '@tastetrend/contracts';
import { refreshRollup, s3RollupPorts } from '@tastetrend/report';
import { generateReviews, openReaders, type ParquetReaders, ReaderUnavailable } from '@tastetrend/testing';
import {
  canRunPipeline,
  eventually,
  type LogLine,
  type RunningPipeline,
  scheduledEvent,
  startPipeline,
} from '@tastetrend/testing/pipeline';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { testFolder } from '../command.fixture.ts';
import { copyPages } from '../copy-pages.ts';
import { type Objects, objectsOf } from '../fetch-outputs.ts';
import { recount } from './rollup.fixture.ts';

vi.setConfig({ testTimeout: 120_000 });
const SUITE = 'the rollup';

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  const folder = testFolder();
  let p: RunningPipeline;
  let readers: ParquetReaders | undefined;
  let whyNot = '';
  beforeAll(async () => {
    // A refresh has the invocation's time: faster ones may need several.
    p = await startPipeline({ timeFactor: 20 });
    try {
      readers = await openReaders();
    } catch (error) {
      if (!(error instanceof ReaderUnavailable)) throw error;
      whyNot = error.message.split('\n')[0] ?? '';
    }
  }, 300_000);
  afterAll(async () => {
    await readers?.close();
    await p?.stop();
  });
  beforeEach((context) => {
    if (readers === undefined) context.skip(whyNot);
  });

  /** By the deployed function, as the clock has it; twice at once. Then by the command's own way, which finds nothing to do. */
  async function refreshed(): Promise<{ rollup: Rollup; bytes: string; lines: LogLine[] }> {
    const runs = async () => (await p.logLines('report')).filter(({ message }) => message === 'rollup refreshed');
    const before = (await runs()).length;
    await p.send('report', scheduledEvent(), scheduledEvent());
    const lines = await eventually('both refreshed', async () => {
      const now = (await runs()).slice(before);
      return now.length >= 2 ? now : undefined;
    });
    const bytes = (await p.readProcessed(ROLLUP_KEY)).bytes.toString('utf8');
    const ports = s3RollupPorts(p.s3, p.resources.buckets.processed);
    const again = await refreshRollup({ keysMax: Number.POSITIVE_INFINITY }, ports);
    expect(again.keys_changed).toBe(0);
    expect((await p.readProcessed(ROLLUP_KEY)).bytes.toString('utf8')).toBe(bytes);
    return { rollup: JSON.parse(bytes), bytes, lines };
  }

  async function counted(keys: readonly string[]) {
    if (readers === undefined) throw new Error(whyNot);
    return await recount(keys, p, readers, folder);
  }

  const file = (seed: number, schema: 'downtown' | 'eastside' | 'uptown' | 'midtown') =>
    Buffer.concat([...generateReviews({ seed, schema, rows: 150, badRowRate: 0.02 }).chunks()]);

  it('equals a recount after concurrent uploads, a re-upload, a rejected version and a deletion', async () => {
    const keys = ['a.csv', 'b.csv', 'c.csv', 'd.csv', 'e.csv', 'f.csv'];
    const schemas = ['downtown', 'eastside', 'uptown', 'midtown', 'downtown', 'eastside'] as const;
    const versions = await Promise.all(keys.map((key, i) => p.upload(key, file(40 + i, schemas[i] ?? 'uptown'))));
    for (const { identity } of versions) await p.waitFor(identity, 'reported', 60_000);
    await p.idle(60_000);
    const first = await refreshed();
    const { cells, files } = await counted(keys);
    expect(first.rollup.cells).toEqual(cells);
    expect(first.rollup).toMatchObject({ files: keys.length, files_without_months: 0, cells_pooled: 0 });
    expect(files).toBe(keys.length);

    await p.run('a.csv', file(60, 'uptown'));
    await p.run('b.csv', 'nothing,that,we,know\n1,2,3,4\n');
    await p.s3.send(new DeleteObjectCommand({ Bucket: p.resources.buckets.raw, Key: 'c.csv' }));
    await p.idle(60_000);
    const second = await refreshed();
    const index = (await p.readProcessed('processed/logs/rollup/index.html')).bytes.toString('utf8');
    // Every upload is listed, the rejected one too, with a link to its page.
    expect(index.match(/href="\.\.\/\d{4}\/[^"]+\/report_[^"]+\.html"/g)).toHaveLength(keys.length + 2);
    expect(index).toContain('Rejected');
    const months = (await p.readProcessed('processed/logs/rollup/months.html')).bytes.toString('utf8');
    expect(months).toContain(`current tables of ${keys.length - 1} files`);
    expect(second.rollup.files).toBe(keys.length - 1);
    expect(second.rollup.cells).toEqual((await counted(keys)).cells);
    expect(second.bytes).not.toBe(first.bytes);
    expect(await p.depth('report-dlq')).toEqual({ visible: 0, inFlight: 0 });

    const fetched: string[] = [];
    const fromS3 = objectsOf({ s3: p.s3, processedBucket: p.resources.buckets.processed });
    const objects: Objects = {
      fetch: (key, path) => {
        fetched.push(key);
        return fromS3.fetch(key, path);
      },
    };
    const copied = await copyPages(objects, join(folder, 'pages'));
    expect(copied.pages).toBe(await expectNoLinkIsBroken(copied.index));
    expect(copied.pages).toBeGreaterThanOrEqual(2 + keys.length + 2);
    // What is written once is there already.
    fetched.length = 0;
    expect(await copyPages(objects, join(folder, 'pages'))).toEqual(copied);
    expect(fetched.sort()).toEqual(['index.html', 'months.html', 'months.json'].map((name) => ROLLUP_PREFIX + name));
  });

  /** @returns how many pages can be reached */
  async function expectNoLinkIsBroken(index: string): Promise<number> {
    const seen = new Set([index]);
    for (const path of seen) {
      const page = await readFile(path, 'utf8');
      for (const [, href = ''] of page.matchAll(/<a [^>]*href="([^"#]+)"/g)) seen.add(join(dirname(path), href));
    }
    return seen.size;
  }

  it('goes on by the clock where the last one ended, and begins anew at the end', async () => {
    const cursor = { [description.table.partition_key]: { S: 'cursor#rollup' } };
    const after = catalogEntryKey('reviews', 'a.csv');
    const entries = (await p.listProcessed(catalogPrefixOf('reviews'))).map(({ key }) => key);
    await p.dynamoDb.send(
      new PutItemCommand({ TableName: p.resources.table, Item: { ...cursor, after: { S: after } } }),
    );
    const { lines } = await refreshed();
    // The first of two may be over when the second begins.
    const behind = entries.filter((key) => key > after).length;
    expect(lines.map(({ keys_looked_at }) => keys_looked_at)).toContain(behind);
    const kept = await p.dynamoDb.send(new GetItemCommand({ TableName: p.resources.table, Key: cursor }));
    expect(kept.Item?.after?.S).toBe('');
  });
});
