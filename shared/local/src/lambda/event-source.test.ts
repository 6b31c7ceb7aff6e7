import { rm } from 'node:fs/promises';
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
} from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { type AwsClients, createClients, LOCAL_CREDENTIALS } from '../clients.ts';
import { InvalidEventSourceError } from '../errors.ts';
import { eventually, miniStackPython, STEERED_FUNCTION, temporaryFolder } from '../fixtures.ts';
import { type MiniStack, startMiniStack } from '../ministack.ts';
import { type EventSourceSettings, startEventSource } from './event-source.ts';
import { LambdaFunction } from './function.ts';
import { PAYLOAD_BYTES_MAX } from './invocation.ts';
import type { SqsEvent } from './sqs-event.ts';

// Others may use this machine at the same time.
vi.setConfig({ testTimeout: 60_000 });

const region = 'us-east-1';
let stateDir: string;
let miniStack: MiniStack;
let clients: AwsClients;
const ends: (() => Promise<unknown>)[] = [];

beforeAll(async () => {
  stateDir = await temporaryFolder();
  miniStack = await startMiniStack({ python: await miniStackPython(), stateDir, region });
  clients = createClients({ endpoint: miniStack.endpoint, region, credentials: LOCAL_CREDENTIALS });
}, 300_000);
afterAll(async () => {
  await Promise.all(ends.map((end) => end()));
  clients.destroy();
  await miniStack.stop();
  await rm(stateDir, { recursive: true });
});

interface TestQueue {
  readonly url: string;
  readonly arn: string;
  readonly dlqUrl: string;
  send(...bodies: (string | object)[]): Promise<string[]>;
  /** Messages that are visible and those that are not. */
  counts(): Promise<[visible: number, invisible: number]>;
}

let queues = 0;

async function makeQueue(visibility_s: number, maxReceiveCount = 100): Promise<TestQueue> {
  const name = `q${++queues}`;
  const dlqUrl = await create(`${name}-dlq`, {});
  const policy = { deadLetterTargetArn: await attribute(dlqUrl, 'QueueArn'), maxReceiveCount };
  const attributes = { VisibilityTimeout: String(visibility_s), RedrivePolicy: JSON.stringify(policy) };
  const url = await create(name, attributes);
  return {
    url,
    dlqUrl,
    arn: await attribute(url, 'QueueArn'),
    async send(...bodies) {
      const texts = bodies.map((body) => (typeof body === 'string' ? body : JSON.stringify(body)));
      const ids: string[] = [];
      for (let from = 0; from < texts.length; from += 10) {
        const Entries = texts.slice(from, from + 10).map((MessageBody, at) => ({ Id: String(at), MessageBody }));
        const answer = await clients.sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
        ids.push(...(answer.Successful ?? []).map((entry) => entry.MessageId ?? ''));
      }
      return ids;
    },
    async counts() {
      const visible = await attribute(url, 'ApproximateNumberOfMessages');
      return [Number(visible), Number(await attribute(url, 'ApproximateNumberOfMessagesNotVisible'))];
    },
  };
}

async function create(name: string, Attributes: Record<string, string>): Promise<string> {
  const { QueueUrl } = await clients.sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  return QueueUrl ?? '';
}

async function attribute(
  url: string,
  name: 'QueueArn' | 'ApproximateNumberOfMessages' | 'ApproximateNumberOfMessagesNotVisible',
): Promise<string> {
  const command = new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: [name] });
  return (await clients.sqs.send(command)).Attributes?.[name] ?? '';
}

async function receiveOne(url: string): Promise<Message | undefined> {
  const MessageSystemAttributeNames = ['All' as const];
  const command = new ReceiveMessageCommand({ QueueUrl: url, MessageSystemAttributeNames, VisibilityTimeout: 0 });
  return (await clients.sqs.send(command)).Messages?.[0];
}

interface Invoked {
  readonly event: SqsEvent;
  readonly began_ms: number;
  ended_ms?: number;
}

/** Starts the event source of a queue with the steered function behind it. */
async function attach(queue: TestQueue, settings: Partial<EventSourceSettings> & { timeout_s?: number } = {}) {
  const lines: string[] = [];
  const invoked: Invoked[] = [];
  const { timeout_s = 2, maximumConcurrency = 2 } = settings;
  const lambda = new LambdaFunction({
    functionName: 'steered',
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:steered',
    bundle: STEERED_FUNCTION,
    memory_mb: 128,
    timeout_s,
    environment: {},
    tmpRoot: stateDir,
    concurrency: maximumConcurrency,
    log: () => {},
  });
  const source = await startEventSource({
    client: clients.sqs,
    region,
    queueUrl: queue.url,
    queueArn: queue.arn,
    functionTimeout_s: timeout_s,
    batchSize: 10,
    batchingWindow_s: 0,
    maximumConcurrency,
    invoke: async (event) => {
      const invocation: Invoked = { event, began_ms: performance.now() };
      invoked.push(invocation);
      const outcome = await lambda.invoke(event);
      invocation.ended_ms = performance.now();
      return outcome;
    },
    log: (line) => lines.push(line),
    ...settings,
  });
  const end = async () => {
    await source.stop(0);
    await lambda.stop();
  };
  ends.push(end);
  return { source, lines, invoked, end };
}

describe.concurrent('the event source', () => {
  it('deletes what succeeded and leaves what failed to its visibility timeout', async () => {
    const queue = await makeQueue(3);
    const ids = await queue.send({ do: 'batch' }, { do: 'batch', fail: true }, { do: 'batch' });
    const { invoked, end } = await attach(queue);
    await eventually('the failed one is left', async () => (await queue.counts()).join() === '0,1');
    expect(invoked).toHaveLength(1);
    expect(invoked[0]?.event.Records[0]).toMatchObject({
      messageId: ids[0],
      eventSource: 'aws:sqs',
      eventSourceARN: queue.arn,
      awsRegion: region,
      attributes: { ApproximateReceiveCount: '1', SentTimestamp: expect.stringMatching(/^\d{13}$/) },
    });
    await eventually('it comes again', () => invoked.length === 2, 6_000);
    const [first, second] = invoked as [Invoked, Invoked];
    expect(second.began_ms - first.began_ms).toBeGreaterThan(2_900);
    expect(second.event.Records.map((record) => record.messageId)).toEqual([ids[1]]);
    expect(second.event.Records[0]?.attributes.ApproximateReceiveCount).toBe('2');
    await end();
  });

  it.each([
    ['null', null],
    ['an empty object', {}],
    ['an empty list', { batchItemFailures: [] }],
  ])('deletes the whole batch after %s', async (_, response) => {
    const queue = await makeQueue(30);
    await queue.send({ do: 'return', response }, { do: 'return' });
    const { end } = await attach(queue);
    await eventually('the queue is empty', async () => (await queue.counts()).join() === '0,0');
    await end();
  });

  it.each([
    ['a string', { do: 'return', response: 'done' }],
    ['an unknown itemIdentifier', { do: 'return', response: { batchItemFailures: [{ itemIdentifier: 'x' }] } }],
    ['an empty itemIdentifier', { do: 'return', response: { batchItemFailures: [{ itemIdentifier: '' }] } }],
    ['a wrong key', { do: 'return', response: { batchItemFailures: [{ id: 'x' }] } }],
    ['a throw', { do: 'throw' }],
    ['a crash', { do: 'exit' }],
    ['a timeout', { do: 'hang' }],
  ])('keeps the whole batch after %s', async (_, steering) => {
    const queue = await makeQueue(30);
    await queue.send(steering, { do: 'return' });
    const { lines, end } = await attach(queue, { timeout_s: 1 });
    await eventually('the failure is told', () => lines.length === 1);
    expect(await queue.counts()).toEqual([0, 2]);
    await end();
  });

  it('lets a message go to the dead-letter queue after its last receive', async () => {
    const queue = await makeQueue(1, 2);
    const [id] = await queue.send({ do: 'throw' });
    const { invoked, end } = await attach(queue, { timeout_s: 1 });
    const dead = await eventually('the message is dead', () => receiveOne(queue.dlqUrl));
    await end();
    expect(dead.MessageId).toBe(id);
    expect(invoked.map(({ event }) => event.Records[0]?.attributes.ApproximateReceiveCount)).toEqual(['1', '2']);
  });

  it('receives no more than it invokes, and invokes no more than its concurrency', async () => {
    const queue = await makeQueue(30);
    await queue.send(...Array.from({ length: 8 }, () => ({ do: 'sleep', ms: 300 })));
    const { invoked, end } = await attach(queue, { batchSize: 2, maximumConcurrency: 2 });
    await eventually('two run', () => invoked.length === 2);
    const [visible, invisible] = await queue.counts();
    expect([visible, invisible]).toEqual([4, 4]);
    await eventually('the queue is empty', async () => (await queue.counts()).join() === '0,0');
    await end();
    expect(invoked.map(({ event }) => event.Records.length)).toEqual([2, 2, 2, 2]);
    for (const { began_ms } of invoked) {
      const same = invoked.filter((other) => other.began_ms <= began_ms && (other.ended_ms ?? 0) > began_ms);
      expect(same.length).toBeLessThanOrEqual(2);
    }
  });

  it('gathers over the window, and no longer', async () => {
    const queue = await makeQueue(30);
    const { invoked, end } = await attach(queue, { batchSize: 100, batchingWindow_s: 2 });
    const began_ms = performance.now();
    for (let round = 0; round < 4; round++) {
      await queue.send({ do: 'batch' });
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    await eventually('the queue is empty', async () => (await queue.counts()).join() === '0,0');
    await end();
    expect(invoked.flatMap(({ event }) => event.Records)).toHaveLength(4);
    // Each of the two pollers may have started a batch of its own.
    expect(invoked.length).toBeLessThanOrEqual(2);
    for (const invocation of invoked) {
      expect(invocation.began_ms - began_ms).toBeGreaterThan(1_900);
      expect(invocation.began_ms - began_ms).toBeLessThan(3_900);
    }
  });

  it('invokes at once when the batch is full, window or not', async () => {
    const queue = await makeQueue(300);
    await queue.send(...Array.from({ length: 24 }, () => ({ do: 'batch' })));
    const began_ms = performance.now();
    const { invoked, end } = await attach(queue, { batchSize: 12, batchingWindow_s: 100 });
    await eventually('the queue is empty', async () => (await queue.counts()).join() === '0,0');
    await end();
    expect(invoked.map(({ event }) => event.Records.length)).toEqual([12, 12]);
    expect(performance.now() - began_ms).toBeLessThan(5_000);
  });

  it('keeps every event within 6 MB', async () => {
    const queue = await makeQueue(30);
    const body = { do: 'batch', text: '\n'.repeat(240 * 1024) };
    for (let sent = 0; sent < 10; sent++) await queue.send(body);
    const { invoked, end } = await attach(queue, { batchSize: 10 });
    await eventually('the queue is empty', async () => (await queue.counts()).join() === '0,0');
    await end();
    const sizes = invoked.map(({ event }) => Buffer.byteLength(JSON.stringify(event)));
    expect(invoked.flatMap(({ event }) => event.Records)).toHaveLength(10);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(PAYLOAD_BYTES_MAX);
    expect(sizes.length).toBeGreaterThan(1);
  });

  it('waits at its stop for what runs, up to a bound, and receives no more', async () => {
    const queue = await makeQueue(30);
    await queue.send({ do: 'sleep', ms: 400 });
    const { source, invoked, end } = await attach(queue);
    await eventually('it runs', () => invoked.length === 1);
    expect(await source.stop(20)).toBe(false);
    expect(await source.stop(5_000)).toBe(true);
    expect(await queue.counts()).toEqual([0, 0]);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    await queue.send({ do: 'batch' });
    await new Promise((resolve) => setTimeout(resolve, 300));
    expect(invoked).toHaveLength(1);
    await end();
  });

  it('goes on when the queue does not answer for a while', async () => {
    const queue = await makeQueue(30);
    let broken = true;
    const client = new Proxy(clients.sqs, {
      get: (target, name) =>
        name !== 'send'
          ? Reflect.get(target, name)
          : (...args: Parameters<typeof target.send>) => {
              if (broken && args[0] instanceof ReceiveMessageCommand) return Promise.reject(new Error('out of order'));
              return target.send(...args);
            },
    });
    const { lines, end } = await attach(queue, { client });
    await eventually('the failure is told', () => lines.some((line) => line.includes('out of order')));
    broken = false;
    await queue.send({ do: 'batch' });
    await eventually('the queue is empty', async () => (await queue.counts()).join() === '0,0');
    await end();
  });

  it.each([
    ['a batch over 10 without a window', { batchSize: 11 }, 'MaximumBatchingWindowInSeconds must be greater than 0'],
    ['an empty batch', { batchSize: 0 }, 'BatchSize'],
    ['a window over 300 s', { batchingWindow_s: 301 }, 'MaximumBatchingWindowInSeconds'],
    ['a concurrency of 1', { maximumConcurrency: 1 }, 'MaximumConcurrency'],
    ['a visibility timeout shorter than the function', { functionTimeout_s: 31 }, 'Queue visibility timeout: 30'],
  ])('refuses %s, as AWS does', async (_, settings, message) => {
    const queue = await makeQueue(30);
    const failure = attach(queue, settings);
    await expect(failure).rejects.toThrow(InvalidEventSourceError);
    await expect(failure).rejects.toThrow(message);
  });
});
