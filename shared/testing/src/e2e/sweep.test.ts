/** The sweep: the built function, run by the local runtime, mends what nobody asked about, and counts again what is done. */
import { GetItemCommand, PutItemCommand } from '@aws-sdk/client-dynamodb';
import { DeleteObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import {
  currentTableFactsOf,
  currentTableKey,
  pipeline as description,
  outputKey,
  reportKey,
} from '@tastetrend/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  canRunPipeline,
  eventually,
  type LogLine,
  type RunningPipeline,
  scheduledEvent,
  startPipeline,
  type UploadedVersion,
} from '../pipeline/index.ts';
import { tinyFile, UNREADABLE } from './review-files.ts';

vi.setConfig({ testTimeout: 60_000 });
const SUITE = 'promise 8: the sweep';
/** What is older than an hour on AWS is older than this here. */
const TIME_FACTOR = 1_200;
const OLD_MS = (description.sweep.older_than_s.value / TIME_FACTOR) * 1_000 + 1_000;

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  let p: RunningPipeline;
  beforeAll(async () => {
    // Of the timings only the age is to pass so fast.
    p = await startPipeline({
      functions: ['transform', 'report', 'ingest'],
      environment: { TIME_FACTOR: String(TIME_FACTOR) },
    });
  }, 300_000);
  afterAll(async () => {
    await p?.stop();
  });

  const sweeps = async () => (await p.logLines('ingest')).filter(({ message }) => message === 'swept');

  /** Two at once, as a schedule that is late may have it: they do no harm. */
  async function sweepOnce(
    times = 1,
  ): Promise<{ reconciled: Record<string, unknown>; audited: Record<string, unknown> }> {
    const before = (await sweeps()).length;
    await p.send('ingest', ...Array.from({ length: times }, scheduledEvent));
    const after = await eventually('it swept', async () => {
      const now = await sweeps();
      return now.length >= before + times ? now : undefined;
    });
    await p.idle();
    const { reconciled, audited } = after[before] as LogLine;
    return { reconciled, audited } as Awaited<ReturnType<typeof sweepOnce>>;
  }

  async function cursor(name: string): Promise<string | undefined> {
    const Key = { [description.table.partition_key]: { S: `cursor#${name}` } };
    return (await p.dynamoDb.send(new GetItemCommand({ TableName: p.resources.table, Key }))).Item?.after?.S;
  }

  const wait = (ms: number) => new Promise((done) => setTimeout(done, ms));

  it('sends what was lost, has what is unreported reported, and settles a deletion of which no event came', async () => {
    const { processed, raw } = p.resources.buckets;
    await p.run('sweep/removed.csv', tinyFile('good'));
    const unreported = await p.run('sweep/unreported.csv', tinyFile('good'));
    await p.run('sweep/bad.csv', UNREADABLE);
    await p.idle();
    const summary = (kind: 'validation' | 'bias') =>
      reportKey(kind, unreported.manifest.source.uploaded_at, unreported.version.identity);
    for (const kind of ['validation', 'bias'] as const) {
      await p.s3.send(new DeleteObjectCommand({ Bucket: processed, Key: summary(kind) }));
    }
    await p.pauseUploads();
    const lost: UploadedVersion = await p.upload('sweep/lost.csv', tinyFile('lost'));
    const marker = await p.s3.send(new DeleteObjectCommand({ Bucket: raw, Key: 'sweep/removed.csv' }));
    await wait(OLD_MS);
    await p.resumeUploads();
    expect((await p.progress(lost.identity)).state).toBe('waiting');

    const { reconciled, audited } = await sweepOnce(2);
    expect(reconciled).toMatchObject({ found: { lost: 1, unreported: 1, stale_table: 1 }, sent: 3, next_after: null });
    expect(audited.difference_count, 'the reports that are not there').toBe(2);
    await p.waitFor(lost.identity, 'reported');
    await p.waitFor(unreported.version.identity, 'reported');
    await p.idle();
    const table = currentTableFactsOf((await p.readProcessed(currentTableKey('sweep/removed.csv'))).metadata);
    expect(table).toMatchObject({ versionId: marker.VersionId });
    expect(table.removalId).toBe(p.removals('sweep/removed.csv')[0]?.detail.removal_id);

    await wait(OLD_MS);
    const again = await sweepOnce();
    expect(again).toMatchObject({ reconciled: { sent: 0 }, audited: { difference_count: 0 } });
    expect(await p.depth('ingest-dlq')).toEqual({ visible: 0, inFlight: 0 });
  });

  it('counts again: an output that is not what its manifest says is told in log and metric', async () => {
    const { version } = await p.run('sweep/altered.csv', tinyFile('good', 'more'));
    await p.idle();
    const Key = outputKey(version.identity, 'duplicates');
    await p.s3.send(new PutObjectCommand({ Bucket: p.resources.buckets.processed, Key, Body: '{}\n' }));
    await wait(OLD_MS);
    await sweepOnce();
    const told = (await p.logLines('ingest')).filter(({ message }) => message === 'audit failed');
    expect(told.filter(({ identity }) => identity === version.identity).map(({ at }) => at)).toEqual(
      expect.arrayContaining(['duplicates sha256', 'duplicate rows', 'sum']),
    );
    const counted = (await p.logLines('ingest')).filter((line) => Number(line.AuditFailures) >= 3);
    expect(counted).toHaveLength(1);
    await p.s3.send(new PutObjectCommand({ Bucket: p.resources.buckets.processed, Key, Body: '' }));
  });

  it('goes on where the last one ended: with its cursor set, it looks only behind it', async () => {
    expect(await cursor('reconcile')).toBe('');
    const Item = { [description.table.partition_key]: { S: 'cursor#reconcile' }, after: { S: 'sweep/lost.csv' } };
    await p.dynamoDb.send(new PutItemCommand({ TableName: p.resources.table, Item }));
    const { reconciled } = await sweepOnce();
    expect(reconciled.looked_at, 'removed.csv and unreported.csv').toBe(2);
    expect(await cursor('reconcile')).toBe('');
    expect((await sweepOnce()).reconciled.looked_at).toBe(5);
  });
});
