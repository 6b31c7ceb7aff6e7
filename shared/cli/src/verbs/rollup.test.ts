/** The rollup against a recount of the current tables by DuckDB, after concurrent uploads, re-uploads and deletions. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { currentTableKey, type MonthCell, ROLLUP_KEY, type Rollup } from '@tastetrend/contracts';
import { refreshRollup, s3RollupPorts } from '@tastetrend/report';
import {
  generateReviews,
  openReaders,
  type ParquetReaders,
  type ParquetValue,
  ReaderUnavailable,
} from '@tastetrend/testing';
import { canRunPipeline, type RunningPipeline, startPipeline } from '@tastetrend/testing/pipeline';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { testFolder } from '../command.fixture.ts';

vi.setConfig({ testTimeout: 120_000 });
const SUITE = 'the rollup';

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  const folder = testFolder();
  let p: RunningPipeline;
  let readers: ParquetReaders | undefined;
  let whyNot = '';
  beforeAll(async () => {
    p = await startPipeline({ timeFactor: 60 });
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

  async function refreshed(): Promise<{ rollup: Rollup; bytes: string }> {
    await refreshRollup({ keysMax: Number.POSITIVE_INFINITY }, s3RollupPorts(p.s3, p.resources.buckets.processed));
    const { bytes } = await p.readProcessed(ROLLUP_KEY);
    return { rollup: JSON.parse(bytes.toString('utf8')), bytes: bytes.toString('utf8') };
  }

  /** Counted row by row from the parquet, by another's reader. */
  async function recount(keys: readonly string[]): Promise<MonthCell[]> {
    const cells = new Map<string, MonthCell>();
    for (const [i, key] of keys.entries()) {
      const path = join(folder, `${i}.parquet`);
      await writeFile(path, (await p.readProcessed(currentTableKey(key))).bytes);
      const { rows } = (await readers?.read(path, 'duckdb')) ?? { rows: [] };
      for (const row of rows) count(cells, row);
    }
    const name = ({ restaurant, month }: MonthCell) => `${restaurant ?? ''}\n${month ?? ''}`;
    return [...cells.values()].sort((a, b) => (name(a) < name(b) ? -1 : 1));
  }

  function count(cells: Map<string, MonthCell>, row: Readonly<Record<string, ParquetValue>>): void {
    const restaurant = (row.restaurant_name ?? row.location ?? null) as string | null;
    const month = row.review_date === null ? null : String(row.review_date).slice(0, 7);
    const at = JSON.stringify([restaurant, month]);
    const none = {
      rows: 0,
      rated: 0,
      rating_sum_hundredths: 0,
      rating_4_or_more: 0,
      with_text: 0,
      with_total: 0,
      total_spent_cents: 0,
      rating_half_stars: new Array<number>(11).fill(0),
    };
    const cell = cells.get(at) ?? { restaurant, month, ...none };
    cells.set(at, cell);
    const [rating, total] = [row.rating_1_5 as number | null, row.total_spent as number | null];
    cell.rows += 1;
    if (rating !== null) {
      cell.rated += 1;
      cell.rating_sum_hundredths += Math.round(rating * 100);
      if (rating >= 4) cell.rating_4_or_more += 1;
      const bin = Math.floor(rating * 2);
      cell.rating_half_stars[bin] = (cell.rating_half_stars[bin] ?? 0) + 1;
    }
    if (row.review_text !== null) cell.with_text += 1;
    if (total !== null) {
      cell.with_total += 1;
      cell.total_spent_cents += Math.round(total * 100);
    }
  }

  const file = (seed: number, schema: 'downtown' | 'eastside' | 'uptown' | 'midtown') =>
    Buffer.concat([...generateReviews({ seed, schema, rows: 150, badRowRate: 0.02 }).chunks()]);

  it('equals a recount after concurrent uploads, a re-upload, a rejected version and a deletion', async () => {
    const keys = ['a.csv', 'b.csv', 'c.csv', 'd.csv', 'e.csv', 'f.csv'];
    const schemas = ['downtown', 'eastside', 'uptown', 'midtown', 'downtown', 'eastside'] as const;
    const versions = await Promise.all(keys.map((key, i) => p.upload(key, file(40 + i, schemas[i] ?? 'uptown'))));
    for (const { identity } of versions) await p.waitFor(identity, 'reported', 60_000);
    // Reported is a version before it is in the history.
    await p.idle(60_000);
    const first = await refreshed();
    expect(first.rollup.files).toBe(keys.length);
    expect(first.rollup.cells).toEqual(await recount(keys));

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
    expect(second.rollup.cells).toEqual(await recount(keys));
    expect(second.bytes).not.toBe(first.bytes);
    expect((await refreshed()).bytes).toBe(second.bytes);
  });
});
