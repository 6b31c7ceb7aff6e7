/** The way in, and the way to ask where a file version is: services/ingest against the running pipeline. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { BrokenWorldError } from '@tastetrend/aws';
import { identityOf } from '@tastetrend/contracts';
import { progressOf, reportKeysOf, uploadFile } from '@tastetrend/ingest';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { canRunPipeline, eventually, type RunningPipeline, startPipeline } from '../pipeline/index.ts';
import { reviewFile } from './review-files.ts';

vi.setConfig({ testTimeout: 60_000 });
const SUITE = 'end to end: ingest';

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  let p: RunningPipeline;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'tastetrend-ingest-'));
    p = await startPipeline({ timeFactor: 120 });
  }, 300_000);
  afterAll(async () => {
    await p?.stop();
    await rm(folder, { recursive: true });
  });

  async function file(name: string, bytes: Uint8Array | string): Promise<string> {
    await writeFile(path.join(folder, name), bytes);
    return path.join(folder, name);
  }
  const at = () => ({
    s3: p.s3,
    dynamoDb: p.dynamoDb,
    processedBucket: p.resources.buckets.processed,
    tableName: p.resources.table,
  });

  it('uploadFile names the version that S3 made, and its identity leads to the reports', async () => {
    const { bytes, counts } = reviewFile(95, 100);
    const source = await file('a file.csv', bytes);
    const { raw } = p.resources.buckets;
    const uploaded = await uploadFile(p.s3, raw, 'deep/a file.csv', source);
    expect(uploaded.bytes).toBe(bytes.length);
    expect(uploaded.identity).toBe(identityOf(uploaded.version));
    expect(uploaded.version).toMatchObject({ bucket: raw, key: 'deep/a file.csv' });

    const manifest = await p.waitFor(uploaded.identity, 'reported');
    expect(manifest).toMatchObject({ counts, source: { version_id: uploaded.version.versionId } });
    for (const key of reportKeysOf(manifest)) expect((await p.readProcessed(key)).bytes.length).toBeGreaterThan(0);
    const again = await uploadFile(p.s3, raw, 'deep/a file.csv', source);
    expect(again.identity).not.toBe(uploaded.identity);
    await p.waitFor(again.identity, 'reported');
    await p.idle();
  });

  it('progressOf tells waiting, failing, dead, transformed and reported apart', async () => {
    await p.pauseUploads();
    const { raw } = p.resources.buckets;
    const { identity } = await uploadFile(p.s3, raw, 'states.csv', await file('states.csv', reviewFile(96, 50).bytes));
    expect(await progressOf(identity, at())).toEqual({ state: 'waiting' });
    await eventually('its event has passed', () => p.uploadMessages('states.csv').length === 1 || undefined);
    await p.resumeUploads();

    const noTable = await p.inject({ request: '^PUT .*/table\\.parquet', action: 'refuse' });
    const other = await uploadFile(p.s3, raw, 'failing.csv', await file('failing.csv', reviewFile(97, 50).bytes));
    const failing = await eventually('it fails', async () => {
      const progress = await progressOf(other.identity, at());
      return progress.state === 'failing' ? progress : undefined;
    });
    expect(failing.failure).toMatchObject({ subject: other.identity, service: 'transform' });
    const dead = await eventually('it is dead', async () => {
      const progress = await progressOf(other.identity, at());
      return progress.state === 'failing' && progress.isDead ? progress : undefined;
    });
    expect(dead.failure.receiveCount).toBe(dead.failure.receiveCountMax);
    await noTable.remove();

    const noReport = await p.inject({ request: '^PUT .*/validation_', action: 'refuse' });
    const [letter] = await p.takeDeadLetters('transform-dlq');
    await p.send('transform', letter?.body);
    expect(await p.waitFor(other.identity, 'transformed')).toMatchObject({ outcome: 'processed' });
    await eventually('the report fails', async () => {
      const progress = await progressOf(other.identity, at());
      return progress.state === 'failing' && progress.failure.service === 'report' ? true : undefined;
    });
    await noReport.remove();
    await p.waitFor(other.identity, 'reported');
    expect((await progressOf(other.identity, at())).state).toBe('reported');
  });

  it('a file that is not there and a bucket that is not there are told apart', async () => {
    const nowhere = path.join(folder, 'nowhere.csv');
    await expect(uploadFile(p.s3, p.resources.buckets.raw, 'k', nowhere)).rejects.toThrow(/ENOENT.*nowhere\.csv/);
    const source = await file('b.csv', 'x');
    const upload = uploadFile(p.s3, 'no-such-bucket-of-ours', 'k.csv', source);
    await expect(upload).rejects.toThrow(BrokenWorldError);
    await expect(upload).rejects.toThrow(/cannot upload .*b\.csv to s3:\/\/no-such-bucket-of-ours\/k\.csv/);
  });

  it('asking in a bucket that is not there is a broken world, and not "waiting"', async () => {
    const elsewhere = { ...at(), processedBucket: 'no-such-bucket-of-ours' };
    await expect(progressOf('0'.repeat(64), elsewhere)).rejects.toThrow(BrokenWorldError);
  });
});
