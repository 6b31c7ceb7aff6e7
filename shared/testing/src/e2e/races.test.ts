/** Workers that meet although the lease should keep them apart: the conditional writes alone must hold then. */
import { DeleteItemCommand, ScanCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import {
  chunkHeadKey,
  completionIdOf,
  currentTableKey,
  pipeline as description,
  manifestKey,
  sourceIdOf,
} from '@tastetrend/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  canRunPipeline,
  eventually,
  objectCreatedEvent,
  type RunningPipeline,
  startPipeline,
  type UploadedVersion,
} from '../pipeline/index.ts';
import { reviewFile, tinyFile } from './review-files.ts';

vi.setConfig({ testTimeout: 60_000 });
const SUITE = 'promise 2, commit in four steps: races';
/** Less than half of the transform's timeout here, which is 10 s. */
const DELAY_MS = 3_000;

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  let p: RunningPipeline;
  beforeAll(async () => {
    p = await startPipeline();
  }, 300_000);
  afterAll(async () => {
    await p?.stop();
  });

  const eventOf = (version: UploadedVersion) => objectCreatedEvent({ bucket: p.resources.buckets.raw, ...version });
  const currentOf = async (key: string) => (await p.readProcessed(currentTableKey(key))).metadata.identity;
  const stepsOf = async ({ identity }: UploadedVersion, step: string) =>
    (await p.logLines('transform')).filter((line) => line.identity === identity && line.message === step);

  /** What DynamoDB's TTL does a day later, and what is lost with a table. */
  async function forgetLeases(): Promise<void> {
    const TableName = p.resources.table;
    const key = description.table.partition_key;
    const { Items = [] } = await p.dynamoDb.send(new ScanCommand({ TableName }));
    for (const item of Items) {
      const id = item[key];
      if (id?.S?.startsWith('lease')) await p.dynamoDb.send(new DeleteItemCommand({ TableName, Key: { [key]: id } }));
    }
  }

  it('a delivery that finds the manifest does not do the work again, long after the lease has expired', async () => {
    const { version } = await p.run('expired.csv', reviewFile(51, 100).bytes);
    await p.idle();
    const before = await p.listProcessed();
    await forgetLeases();
    await p.send('transform', eventOf(version));
    await eventually('it was published again', () => p.completions(version.identity).length === 2 || undefined);
    await p.idle();

    expect(await stepsOf(version, 'transformed')).toHaveLength(1);
    expect(await stepsOf(version, 'repeated')).toHaveLength(1);
    expect(await p.listProcessed()).toEqual(before);
  });

  it('a completed lease is not believed: where its manifest is not there, the work is done', async () => {
    const { version } = await p.run('believed.csv', reviewFile(52, 100).bytes);
    await p.idle();
    const before = new Map((await p.listProcessed()).map(({ key, etag }) => [key, etag]));
    const Key = manifestKey(version.identity);
    await p.s3.send(new DeleteObjectCommand({ Bucket: p.resources.buckets.processed, Key }));
    await p.send('transform', eventOf(version));
    await p.waitFor(version.identity, 'reported');
    await p.idle();
    expect(new Map((await p.listProcessed()).map(({ key, etag }) => [key, etag]))).toEqual(before);
  });

  it('of two workers on one version the first manifest stands, and is not written again', async () => {
    const slow = await p.inject({ request: '^PUT .*/manifests/', action: 'delay', delay_ms: DELAY_MS });
    const version = await p.upload('twice.csv', reviewFile(53, 100).bytes);
    await eventually('the slow worker is about to write', () => slow.isUsed() || undefined);
    await forgetLeases();
    await p.send('transform', eventOf(version));
    await p.waitFor(version.identity, 'reported');
    expect(await stepsOf(version, 'published')).toHaveLength(1);
    const head = chunkHeadKey(sourceIdOf(p.resources.buckets.raw, version.key));
    await eventually('it is handed over', async () => (await p.listProcessed(head)).length === 1 || undefined);
    const before = await p.listProcessed();

    await eventually('the slow worker is done', async () => {
      return (await stepsOf(version, 'published')).length === 2 || undefined;
    });
    await p.idle();
    expect(await p.listProcessed()).toEqual(before);
    const ids = p.completions(version.identity).map(({ detail }) => detail.completion_id);
    expect(new Set(ids)).toEqual(new Set([completionIdOf(version.identity)]));
    expect(await p.depth('transform-dlq')).toEqual({ visible: 0, inFlight: 0 });
  });

  it.each([
    ['where there was no table yet', false],
    ['where there was one of before', true],
  ])('a slow worker does not put its older table over a newer one, %s', async (name, hasTableBefore) => {
    const key = `slow ${name}.csv`;
    if (hasTableBefore) await p.run(key, tinyFile('before'));
    const slow = await p.inject({ request: `^PUT .*/processed_slow`, action: 'delay', delay_ms: DELAY_MS });
    const older = await p.upload(key, tinyFile('older'));
    await eventually('the slow worker is about to write', () => slow.isUsed() || undefined);
    const newer = await p.upload(key, tinyFile('newer', 'with more'));
    await p.waitFor(newer.identity, 'reported');
    expect(await currentOf(key)).toBe(newer.identity);
    expect(await stepsOf(older, 'published')).toEqual([]);

    await p.waitFor(older.identity, 'reported');
    await p.idle();
    expect(await currentOf(key)).toBe(newer.identity);
    const table = (await p.readProcessed(currentTableKey(key))).bytes;
    const own = newer.identity;
    expect(table.equals((await p.readProcessed(`processed/versions/${own}/table.parquet`)).bytes)).toBe(true);
  });
});
