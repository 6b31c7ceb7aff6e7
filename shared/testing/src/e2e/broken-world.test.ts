/** The world breaks: messages end in the DLQ with a cause, and redelivery after mending completes everything. */
import { CreateTableCommand, DeleteTableCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import { CreateBucketCommand, DeleteBucketCommand } from '@aws-sdk/client-s3';
import { pipeline as description, manifestKey } from '@tastetrend/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  canRunPipeline,
  eventually,
  type RunningPipeline,
  startPipeline,
  type UploadedVersion,
} from '../pipeline/index.ts';
import { expectStateOfQuietRun } from './quiet-run.ts';
import { reviewFile, tinyFile, UNREADABLE } from './review-files.ts';

vi.setConfig({ testTimeout: 90_000 });
const SUITE = 'promise 4, nothing lost: broken world';

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  let p: RunningPipeline;
  beforeAll(async () => {
    // All backoffs are 1 s.
    p = await startPipeline({ timeFactor: 120 });
  }, 300_000);
  afterAll(async () => {
    await p?.stop();
  });

  /** What an operator does with a dead-letter queue when the cause is mended. */
  async function redeliver(queue: 'transform' | 'report', count: number): Promise<void> {
    const letters = await p.takeDeadLetters(`${queue}-dlq`, count);
    expect(letters).toHaveLength(count);
    await p.send(queue, ...letters.map(({ body }) => body));
  }

  async function expectDead(queue: 'transform' | 'report', versions: readonly UploadedVersion[], cause: RegExp) {
    await eventually(`${versions.length} messages are dead`, async () => {
      return (await p.depth(`${queue}-dlq`)).visible === versions.length || undefined;
    });
    for (const { identity } of versions) {
      const failure = await p.failure(queue, identity);
      expect(failure).toMatchObject({
        subject: identity,
        service: queue,
        receiveCount: description.queues[queue].max_receive_count,
      });
      expect(failure?.cause).toMatch(cause);
    }
  }

  it('without the processed bucket: dead with the cause; after mending, redelivery leaves the state of a quiet run', async () => {
    const Bucket = p.resources.buckets.processed;
    await p.s3.send(new DeleteBucketCommand({ Bucket }));
    const versions = [
      await p.upload('bucket/a.csv', reviewFile(31, 200, { badRowRate: 0.02 }).bytes),
      await p.upload('bucket/b.csv', tinyFile('b')),
    ];
    const rejected = await p.upload('bucket/c.csv', UNREADABLE);
    await expectDead('transform', [...versions, rejected], new RegExp(`BrokenWorldError: .*${Bucket}.*NoSuchBucket`));

    await p.s3.send(new CreateBucketCommand({ Bucket }));
    await redeliver('transform', 3);
    for (const { identity } of [...versions, rejected]) await p.waitFor(identity, 'reported');
    await p.idle();
    for (const version of versions) await expectStateOfQuietRun(p, version);
  });

  it('without the table, where failures are written down: nothing is lost, and the log has the cause', async () => {
    const TableName = p.resources.table;
    await p.dynamoDb.send(new DeleteTableCommand({ TableName }));
    const version = await p.upload('table/a.csv', reviewFile(32, 200).bytes);
    await eventually('it is dead', async () => (await p.depth('transform-dlq')).visible === 1 || undefined);
    const failed = (await p.logLines('transform')).filter((line) => line.message === 'message failed');
    expect(failed.map(({ cause }) => cause).join('\n')).toMatch(/ResourceNotFoundException/);
    expect((await p.listProcessed()).map(({ key }) => key)).not.toContain(manifestKey(version.identity));

    const { partition_key } = description.table;
    await p.dynamoDb.send(
      new CreateTableCommand({
        TableName,
        BillingMode: 'PAY_PER_REQUEST',
        KeySchema: [{ AttributeName: partition_key, KeyType: 'HASH' }],
        AttributeDefinitions: [{ AttributeName: partition_key, AttributeType: 'S' }],
      }),
    );
    await waitUntilTableExists({ client: p.dynamoDb, maxWaitTime: 30 }, { TableName });
    await redeliver('transform', 1);
    await p.waitFor(version.identity, 'reported');
    await p.idle();
    await expectStateOfQuietRun(p, version);
  });

  it('a message is not acknowledged before its event is published: without the bus it dies, with its manifest there', async () => {
    const fault = await p.inject({ request: 'AWSEvents.PutEvents', action: 'refuse' });
    const version = await p.upload('bus/a.csv', reviewFile(33, 200).bytes);
    await p.waitFor(version.identity, 'transformed');
    await eventually('it is dead', async () => (await p.depth('transform-dlq')).visible === 1 || undefined);
    const failure = await p.failure('transform', version.identity);
    expect(failure?.cause).toMatch(/BrokenWorldError: cannot publish File Version Completed to bus /);
    expect(p.completions(version.identity)).toEqual([]);

    await fault.remove();
    await redeliver('transform', 1);
    await p.waitFor(version.identity, 'reported');
    await p.idle();
    await expectStateOfQuietRun(p, version);
  });

  it('a report that cannot be written dies in its own DLQ, and redelivery completes it', async () => {
    const fault = await p.inject({ request: '^PUT .*/bias_', action: 'refuse' });
    const version = await p.upload('report/a.csv', reviewFile(34, 200).bytes);
    await expectDead('report', [version], /BrokenWorldError: cannot write s3:.*bias_/);
    expect(await p.depth('transform-dlq')).toEqual({ visible: 0, inFlight: 0 });

    expect(await p.progress(version.identity)).toMatchObject({ state: 'failing', isDead: true });

    await fault.remove();
    await redeliver('report', 1);
    await p.waitFor(version.identity, 'reported');
    await p.idle();
    await expectStateOfQuietRun(p, version);
  });
});
