/** Dead-letter queues against the running pipeline: looking changes nothing, and replaying loses and repeats nothing. */
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { markResent, subjectOfBody, writeFailure } from '@tastetrend/aws';
import { pipeline as description } from '@tastetrend/contracts';
import {
  type DeadLetterQueue,
  deadLetterQueues,
  depthsOfDeadLetters,
  findVersion,
  type OperatorAccess,
  peekDeadLetters,
  processVersion,
  progressOf,
  replayDeadLetters,
} from '@tastetrend/ingest';
import { LOCAL_CREDENTIALS } from '@tastetrend/local';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  canRunPipeline,
  eventually,
  objectCreatedEvent,
  type RunningPipeline,
  startPipeline,
  type UploadedVersion,
} from '../pipeline/index.ts';
import { expectStateOfQuietRun } from './quiet-run.ts';
import { tinyFile } from './review-files.ts';

vi.setConfig({ testTimeout: 90_000 });
const SUITE = 'promise 8, replay is safe: dead letters';

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  let p: RunningPipeline;
  let access: OperatorAccess;
  beforeAll(async () => {
    p = await startPipeline({ timeFactor: 120 });
    const { buckets, table, queues, deadLetterQueues: dead } = p.resources;
    access = {
      s3: p.s3,
      sqs: p.sqs,
      dynamoDb: p.dynamoDb,
      rawBucket: buckets.raw,
      processedBucket: buckets.processed,
      tableName: table,
      queueNames: Object.fromEntries(Object.entries({ ...queues, ...dead }).map(([name, queue]) => [name, queue.name])),
    };
  }, 300_000);
  afterAll(async () => {
    await p?.stop();
  });

  const signal = new AbortController().signal;
  const queueNamed = (name: string) => deadLetterQueues().find((queue) => queue.name === name) as DeadLetterQueue;
  const replay = (name: string, options: Partial<Parameters<typeof replayDeadLetters>[1]> = {}) =>
    replayDeadLetters(queueNamed(name), { isDryRun: false, signal, ...options }, access);
  const peek = (name: string, max = 100) => peekDeadLetters(queueNamed(name), { max, signal }, access);
  const isDead = (count: number, queue = 'transform-dlq') =>
    eventually(`${count} messages are dead`, async () => (await p.depth(queue)).visible === count || undefined);

  /** Uploads files that cannot be written for now, and waits until their messages are dead. */
  async function die(...keys: string[]) {
    const fault = await p.inject({ request: '^PUT .*/table\\.parquet', action: 'refuse' });
    const versions: UploadedVersion[] = [];
    for (const key of keys) versions.push(await p.upload(key, tinyFile(key)));
    await isDead(keys.length);
    return { versions, fault };
  }

  it('every queue and every rule target has its own, and every one of the description is known', () => {
    const known = deadLetterQueues();
    expect(known.map(({ name }) => name).sort()).toEqual(Object.keys(description.dead_letter_queues).sort());
    for (const { of, source, target } of known)
      expect(of === 'queue' ? source : { ...description.rules, ...description.schedules }[source]?.queue).toBe(target);
  });

  describe('three files that died, and a message that is none of ours', () => {
    const keys = ['only/x/a.csv', 'only/y/a.csv', 'only/y/b.txt'];
    let versions: UploadedVersion[];

    it('looking says which key, which cause and how often, and changes nothing', async () => {
      const died = await die(...keys);
      versions = died.versions;
      const first = await peek('transform-dlq');
      const second = await peek('transform-dlq');
      expect(first.map(({ key }) => key).sort()).toEqual(keys);
      expect(second.map(({ messageId }) => messageId).sort()).toEqual(first.map(({ messageId }) => messageId).sort());
      for (const { key, versionIds, failures, delivery } of first) {
        const version = versions.find((uploaded) => uploaded.key === key);
        expect(versionIds).toEqual([version?.versionId]);
        expect(failures).toHaveLength(1);
        expect(failures[0]).toMatchObject({
          subject: version?.identity,
          receiveCount: 5,
          failures: 5,
          isResent: false,
        });
        expect(failures[0]?.cause).toMatch(/BrokenWorldError: cannot write .*table\.parquet/);
        expect(failures[0]?.earlier.map(({ receiveCount }) => receiveCount)).toEqual([1, 2, 3, 4]);
        expect(delivery).toEqual({});
      }
      expect(await peek('transform-dlq', 1)).toHaveLength(1);
      expect(await p.depth('transform-dlq')).toEqual({ visible: 3, inFlight: 0 });
      const depths = await depthsOfDeadLetters(access, deadLetterQueues());
      expect(depths.map(({ name, waiting }) => [name, waiting])).toContainEqual(['transform-dlq', 3]);

      const dry = await replay('transform-dlq', { isDryRun: true });
      expect(dry).toMatchObject({ found: 3, replayed: 3, passed_over: 0, left: 3, end: 'dry_run', by: 'replayer' });
      expect(await p.depth('transform-dlq')).toEqual({ visible: 3, inFlight: 0 });
      await died.fault.remove();
    });

    it('a replay takes only what the pattern names, and leaves the rest as it was', async () => {
      await p.send('transform', 'no event of ours');
      await isDead(4);
      const only = 'only/y/*.csv';
      const dry = await replay('transform-dlq', { only, isDryRun: true });
      expect(dry).toMatchObject({ replayed: 1, passed_over: 3, left: 4 });
      const done = await replay('transform-dlq', { only });
      expect(done).toMatchObject({ by: 'replayer', found: 4, replayed: 1, passed_over: 3, failed_again: 0, left: 3 });
      await p.waitFor(versions[1]?.identity ?? '', 'reported');

      const left = await peek('transform-dlq');
      expect(left.map(({ key }) => key).sort()).toEqual(['only/x/a.csv', 'only/y/b.txt', undefined]);
      const foreign = left.find(({ key }) => key === undefined);
      expect(foreign).toMatchObject({ subjects: [subjectOfBody('no event of ours')], bodyBytes: 16, versionIds: [] });
      expect(foreign?.failures[0]?.cause).toMatch(/ForeignMessageError: the message body is no JSON/);
      expect(await replay('transform-dlq', { only: 'only/**' })).toMatchObject({
        replayed: 2,
        passed_over: 1,
        left: 1,
      });
      expect(await replay('transform-dlq', { only: 'only/**' })).toMatchObject({
        replayed: 0,
        passed_over: 1,
        left: 1,
      });
      for (const { identity } of versions) await p.waitFor(identity, 'reported');
      await p.idle();
      await p.takeDeadLetters('transform-dlq');
      for (const version of versions) await expectStateOfQuietRun(p, version);
    });
  });

  it('what fails again returns to the DLQ, its history kept; sent again it is not called dead by the receives before', async () => {
    const { versions, fault } = await die('again/a.csv');
    const identity = versions[0]?.identity ?? '';
    const before = await peek('transform-dlq');
    expect(await replay('transform-dlq')).toMatchObject({ replayed: 1 });
    await isDead(1);
    const [letter] = await peek('transform-dlq');
    expect(letter?.messageId).not.toBe(before[0]?.messageId);
    expect(letter?.failures[0]).toMatchObject({ receiveCount: 5, failures: 10, isResent: false });
    expect(letter?.failures[0]?.earlier.map(({ receiveCount }) => receiveCount)).toEqual([1, 2, 3, 4, 5, 1, 2, 3, 4]);
    expect(await progressOf(identity, access)).toMatchObject({ state: 'failing', isDead: true });
    await fault.remove();

    // It is received, and has not come to its manifest: what is known of the message before says nothing about it.
    const late = await p.inject({ request: '^PUT .*/table\\.parquet', action: 'delay', delay_ms: 1_500 });
    await replay('transform-dlq');
    await eventually('it is worked on', () => late.isUsed() || undefined);
    expect(await progressOf(identity, access)).toEqual({ state: 'waiting' });
    await p.waitFor(identity, 'reported');
    await p.idle();
  });

  it('a history does not grow without end: the newest failures stay, and the number of all', async () => {
    const subject = subjectOfBody('history');
    for (let at = 1; at <= 23; at++) {
      await writeFailure(p.dynamoDb, p.resources.table, {
        subject,
        service: 'transform',
        messageId: `m${at}`,
        cause: `cause ${at} ${'x'.repeat(5_000)}`,
        receiveCount: at,
        receiveCountMax: 5,
        failedAt: new Date(at * 1000).toISOString(),
        retryAfterS: 1,
      });
    }
    const kept = await p.failure('transform', subject);
    expect(kept).toMatchObject({ messageId: 'm23', failures: 23, isResent: false });
    expect(kept?.cause.length).toBe(2_000);
    expect(kept?.earlier.map(({ messageId }) => messageId)).toEqual(
      Array.from({ length: 19 }, (_, at) => `m${at + 4}`),
    );
    if (kept === undefined) expect.fail('there is no record');
    await markResent(p.dynamoDb, p.resources.table, { ...kept, failedAt: 'another failure' });
    expect((await p.failure('transform', subject))?.isResent).toBe(false);
    await markResent(p.dynamoDb, p.resources.table, kept);
    expect((await p.failure('transform', subject))?.isResent).toBe(true);
    await markResent(p.dynamoDb, p.resources.table, { ...kept, subject: 'expired' });
    expect(await p.failure('transform', 'expired')).toBeUndefined();
  });

  it('a message that comes back while its replay goes on is counted, and not sent for ever', async () => {
    // Nobody works on it: it is the test that puts it back, as the queue would after its last receive.
    const rule = queueNamed('raw-object-created-dlq');
    const body = JSON.stringify(objectCreatedEvent({ bucket: 'somebody-elses-bucket', key: 'never.csv' }));
    const dlq = p.resources.deadLetterQueues[rule.name]?.url ?? '';
    for (let at = 0; at < 3; at++) await p.sqs.send(new SendMessageCommand({ QueueUrl: dlq, MessageBody: body }));
    const toItself = { ...access, queueNames: { ...access.queueNames, transform: access.queueNames[rule.name] ?? '' } };
    const summary = await replayDeadLetters(rule, { isDryRun: false, signal }, toItself);
    expect(summary).toMatchObject({ replayed: 3, failed_again: 3, left: 3, end: 'done' });
    await p.takeDeadLetters(rule.name, 3);
  });

  it('what was passed over and is shown again in a long run neither ends it early nor keeps it going for ever', async () => {
    const rule = queueNamed('raw-object-created-dlq');
    const QueueUrl = p.resources.deadLetterQueues[rule.name]?.url;
    const about = (key: string) => JSON.stringify(objectCreatedEvent({ bucket: access.rawBucket, key }));
    for (const key of [...Array.from({ length: 12 }, (_, at) => `x/${at}/`), 'y/1/', 'y/2/', 'y/3/']) {
      await p.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: about(key) }));
    }
    const summary = await replay(rule.name, { only: 'y/**', maxPerSecond: 1, hide_s: 1 });
    expect(summary).toMatchObject({ replayed: 3, passed_over: 12, end: 'done' });
    await p.takeDeadLetters(rule.name, 12);
    await p.idle();
  });

  it.each([
    ['raw-object-created-dlq', 'an upload that could not be delivered'],
    ['transform-completed-dlq', 'a completion that could not be delivered'],
  ])('%s: %s goes on to where it was meant to', async (name) => {
    await p.pauseUploads();
    const version = await p.upload(`rule/${name}.csv`, tinyFile('a', name));
    await eventually('its event has passed', () => p.uploadMessages(version.key).length === 1 || undefined);
    await p.resumeUploads();
    let body = p.uploadMessages(version.key)[0] ?? '';
    if (name === 'transform-completed-dlq') {
      const fault = await p.inject({ request: '^PUT .*/validation_', action: 'refuse' });
      await p.send('transform', body);
      [body = ''] = (await p.takeDeadLetters('report-dlq')).map((letter) => letter.body);
      await fault.remove();
    }
    // The local AWS never sends here: these are the attributes that EventBridge's user guide lists.
    const said = { ERROR_CODE: 'NO_PERMISSIONS', ERROR_MESSAGE: 'denied\u001b[31m', RETRY_ATTEMPTS: '185' };
    const MessageAttributes = Object.fromEntries(
      Object.entries(said).map(([key, StringValue]) => [key, { DataType: 'String', StringValue }]),
    );
    const QueueUrl = p.resources.deadLetterQueues[name]?.url;
    await p.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: body, MessageAttributes }));
    const [letter] = await peek(name);
    expect(letter).toMatchObject({ key: version.key, delivery: said });
    expect(letter?.subjects).toContain(version.identity);

    expect(await replay(name)).toMatchObject({ by: 'replayer', replayed: 1, left: 0 });
    await p.waitFor(version.identity, 'reported');
    await p.idle();
    expect(await p.depth(name)).toEqual({ visible: 0, inFlight: 0 });
  });

  it('interrupted in the middle: what was not sent is there at once, and the next run sends it; nothing is lost', async () => {
    const keys = Array.from({ length: 12 }, (_, at) => `stop/${at}.csv`);
    const { versions, fault } = await die(...keys);
    await fault.remove();
    const interruption = new AbortController();
    const onProgress = (replayed: number) => {
      if (replayed >= 4) interruption.abort();
    };
    const first = await replay('transform-dlq', { maxPerSecond: 2, signal: interruption.signal, onProgress });
    expect(first).toMatchObject({ found: 12, replayed: 4, left: 8, end: 'interrupted' });
    expect(await p.depth('transform-dlq')).toEqual({ visible: 8, inFlight: 0 });
    expect(await replay('transform-dlq')).toMatchObject({ found: 8, replayed: 8, left: 0, end: 'done' });
    for (const { identity } of versions) await p.waitFor(identity, 'reported');
    await p.idle();
  });

  it('the pace holds: 9 messages at 4 a second take 2 s', async () => {
    const { name } = queueNamed('raw-object-created-dlq');
    const event = objectCreatedEvent({ bucket: access.rawBucket, key: 'pace/folder/' });
    const QueueUrl = p.resources.deadLetterQueues[name]?.url;
    for (let at = 0; at < 9; at++) {
      await p.sqs.send(new SendMessageCommand({ QueueUrl, MessageBody: JSON.stringify(event) }));
    }
    const began_ms = performance.now();
    expect(await replay(name, { maxPerSecond: 4 })).toMatchObject({ replayed: 9, left: 0 });
    expect(performance.now() - began_ms).toBeGreaterThan(1_900);
    await p.idle();
  });

  it('sent again by another tool it is not called dead as soon as a worker holds its lease', async () => {
    const { versions, fault } = await die('progress/b.csv');
    const identity = versions[0]?.identity ?? '';
    await fault.remove();
    const late = await p.inject({ request: '^PUT .*/table\\.parquet', action: 'delay', delay_ms: 1_500 });
    const [letter] = await p.takeDeadLetters('transform-dlq');
    await p.send('transform', letter?.body);
    await eventually('it is worked on', () => late.isUsed() || undefined);
    expect(await progressOf(identity, access)).toEqual({ state: 'waiting' });
    await p.waitFor(identity, 'reported', 60_000);
    await p.idle();
  });

  it('process sends the very version again, twice if one likes: the state is that of a quiet run', async () => {
    const { version } = await p.run('process/a.csv', tinyFile('old'));
    await p.run('process/a.csv', tinyFile('new'));
    const found = await findVersion('process/a.csv', version.versionId, access);
    expect(found).toMatchObject({ identity: version.identity, outcomeBefore: 'processed' });
    await p.idle();
    const before = await p.listProcessed();
    await processVersion(found, access);
    await processVersion(found, access);
    await eventually('it is published again', () => p.completions(version.identity).length === 3 || undefined);
    await p.idle();
    expect(await p.listProcessed()).toEqual(before);
    expect(new Set(p.completions(version.identity).map(({ detail }) => detail.completion_id)).size).toBe(1);
    await expect(findVersion('process/none.csv', undefined, access)).rejects.toThrow(
      /no current version of process\/none/,
    );
  });

  describe('with SQS’s own redrive, whose calls a stub answers: the local AWS has none', () => {
    it('gives the same summary, and the messages go back', async () => {
      const { versions, fault } = await die('move/a.csv', 'move/b.csv', 'move/c.csv');
      await fault.remove();
      const stub = await startMoveTaskStub(p);
      const sqs = stub.client;
      try {
        const dry = await replayDeadLetters(
          queueNamed('transform-dlq'),
          { isDryRun: true, signal },
          { ...access, sqs },
        );
        expect([dry.replayed, stub.started()]).toEqual([3, []]);
        const options = { isDryRun: false, signal, maxPerSecond: 1_000 };
        const summary = await replayDeadLetters(queueNamed('transform-dlq'), options, { ...access, sqs });
        expect(summary).toEqual({
          dlq: 'transform-dlq',
          target: 'transform',
          by: 'sqs_redrive',
          found: 3,
          replayed: 3,
          passed_over: 0,
          failed_again: 0,
          left: 0,
          end: 'done',
        });
        const SourceArn = p.resources.deadLetterQueues['transform-dlq']?.arn;
        expect(stub.started()).toEqual([{ SourceArn, MaxNumberOfMessagesPerSecond: 500 }]);
        for (const { identity } of versions) await p.waitFor(identity, 'reported');
        await p.idle();
        // No filter there, and none for a rule's DLQ: these go one by one.
        await replayDeadLetters(queueNamed('raw-object-created-dlq'), { isDryRun: false, signal }, { ...access, sqs });
        const only = { isDryRun: false, signal, only: '*' };
        await replayDeadLetters(queueNamed('transform-dlq'), only, { ...access, sqs });
        expect(stub.started()).toHaveLength(1);
      } finally {
        await stub.stop();
      }
    });

    it('follows a task that runs already instead of starting one, and cancels it when interrupted', async () => {
      const stub = await startMoveTaskStub(p, { isRunning: true });
      try {
        const interruption = new AbortController();
        const onProgress = () => interruption.abort();
        const summary = await replayDeadLetters(
          queueNamed('report-dlq'),
          { isDryRun: false, signal: interruption.signal, onProgress },
          { ...access, sqs: stub.client },
        );
        expect(summary).toMatchObject({ by: 'sqs_redrive', end: 'interrupted' });
        expect([stub.started(), stub.cancelled()]).toEqual([[], ['a-running-task']]);
      } finally {
        await stub.stop();
      }
    });
  });
});

/**
 * An endpoint that answers the three calls of a message move as SQS's API reference has them (StartMessageMoveTask,
 * ListMessageMoveTasks, CancelMessageMoveTask), moves the messages itself, and hands everything else to the local AWS.
 */
async function startMoveTaskStub(p: RunningPipeline, { isRunning = false } = {}) {
  const started: unknown[] = [];
  const cancelled: unknown[] = [];
  let task: Record<string, unknown> | undefined = isRunning
    ? { Status: 'RUNNING', TaskHandle: 'a-running-task', ApproximateNumberOfMessagesMoved: 1 }
    : undefined;
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks);
    const action = String(request.headers['x-amz-target']).replace('AmazonSQS.', '');
    const answer = async (): Promise<unknown> => {
      const asked = JSON.parse(body.toString() || '{}') as Record<string, unknown>;
      if (action === 'ListMessageMoveTasks') return { Results: task === undefined ? [] : [task] };
      if (action === 'CancelMessageMoveTask') {
        cancelled.push(asked.TaskHandle);
        task = { ...task, Status: 'CANCELLED' };
        return { ApproximateNumberOfMessagesMoved: 1 };
      }
      if (action !== 'StartMessageMoveTask') return undefined;
      started.push(asked);
      const [queue = '', resource] =
        Object.entries(p.resources.deadLetterQueues).find(([, { arn }]) => arn === asked.SourceArn) ?? [];
      const letters = await p.takeDeadLetters(queue, 0);
      await p.send('transform', ...letters.map((letter) => letter.body));
      // A task that is over has no handle; both numbers are SQS's estimates.
      task = {
        Status: 'COMPLETED',
        SourceArn: resource?.arn,
        ApproximateNumberOfMessagesMoved: letters.length,
        ApproximateNumberOfMessagesToMove: letters.length,
        StartedTimestamp: 1_763_769_600_000,
      };
      return { TaskHandle: 'a-task' };
    };
    const ours = await answer();
    if (ours !== undefined) {
      response.writeHead(200, { 'content-type': 'application/x-amz-json-1.0' });
      response.end(JSON.stringify(ours));
      return;
    }
    const { method, url, headers } = request;
    const passed = httpRequest(new URL(url ?? '/', p.stack.endpoint), { method, headers }, (answered) => {
      response.writeHead(answered.statusCode ?? 500, answered.headers);
      answered.pipe(response);
    });
    passed.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new SQSClient({
    endpoint: `http://127.0.0.1:${port}`,
    region: p.stack.region,
    credentials: LOCAL_CREDENTIALS,
    useQueueUrlAsEndpoint: false,
  });
  return {
    client,
    started: () => started,
    cancelled: () => cancelled,
    stop: async () => {
      client.destroy();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
