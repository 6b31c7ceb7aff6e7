import { rm } from 'node:fs/promises';
import { DescribeTableCommand, DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { DescribeRuleCommand, ListTargetsByRuleCommand, PutEventsCommand } from '@aws-sdk/client-eventbridge';
import { GetBucketVersioningCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand, ReceiveMessageCommand } from '@aws-sdk/client-sqs';
import { objectCreatedEventSchema, pipeline } from '@tastetrend/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { type AwsClients, createClients, LOCAL_CREDENTIALS } from './clients.ts';
import { ResourceCreationError } from './errors.ts';
import { miniStackPython, temporaryFolder } from './fixtures.ts';
import { type MiniStack, startMiniStack } from './ministack.ts';
import { createPipeline, fillPattern, type PipelineResources } from './resources.ts';
import { scaleSeconds } from './scaled-timings.ts';

// Others may use this machine at the same time.
vi.setConfig({ testTimeout: 60_000 });

const region = 'us-east-1';
let stateDir: string;
let miniStack: MiniStack;
let clients: AwsClients;
let resources: PipelineResources;

beforeAll(async () => {
  stateDir = await temporaryFolder();
  miniStack = await startMiniStack({ python: await miniStackPython(), stateDir, region });
  clients = createClients({ endpoint: miniStack.endpoint, region, credentials: LOCAL_CREDENTIALS });
  resources = await createPipeline({ endpoint: miniStack.endpoint, region, timeFactor: 60 });
}, 300_000);
afterAll(async () => {
  clients.destroy();
  await miniStack.stop();
  await rm(stateDir, { recursive: true });
});

async function receiveBody(url: string): Promise<unknown> {
  const { Messages } = await clients.sqs.send(new ReceiveMessageCommand({ QueueUrl: url, WaitTimeSeconds: 5 }));
  return JSON.parse(Messages?.[0]?.Body ?? 'null');
}

describe('createPipeline', () => {
  it('creates the queues with their scaled timings and their way to the dead-letter queue', async () => {
    for (const [name, queue] of Object.entries(resources.queues)) {
      const described = pipeline.queues[name as keyof typeof pipeline.queues];
      const { Attributes } = await clients.sqs.send(
        new GetQueueAttributesCommand({ QueueUrl: queue.url, AttributeNames: ['All'] }),
      );
      expect(Attributes).toMatchObject({
        VisibilityTimeout: String(scaleSeconds(described.visibility_timeout_s, 60)),
        MessageRetentionPeriod: String(described.retention_s),
      });
      expect(JSON.parse(Attributes?.RedrivePolicy ?? '')).toEqual({
        deadLetterTargetArn: resources.deadLetterQueues[described.dlq]?.arn,
        maxReceiveCount: described.max_receive_count,
      });
    }
  });

  it('keeps the versions of the buckets that say so', async () => {
    for (const [purpose, Bucket] of Object.entries(resources.buckets)) {
      const { Status } = await clients.s3.send(new GetBucketVersioningCommand({ Bucket }));
      const { versioned } = pipeline.buckets[purpose as keyof typeof pipeline.buckets];
      expect([purpose, Status === 'Enabled']).toEqual([purpose, versioned]);
    }
  });

  it('creates the rules with target, dead-letter queue and retries, those of the clock disabled', async () => {
    for (const [name, { name: Rule, busName: EventBusName }] of Object.entries(resources.rules)) {
      const schedule = pipeline.schedules[name];
      const described = pipeline.rules[name] ?? schedule;
      const rule = await clients.eventBridge.send(new DescribeRuleCommand({ Name: Rule, EventBusName }));
      expect(rule.ScheduleExpression || undefined).toBe(schedule?.expression);
      expect(rule.State).toBe(schedule === undefined ? 'ENABLED' : 'DISABLED');
      const pattern = pipeline.rules[name]?.pattern;
      if (pattern !== undefined) expect(rule.EventPattern).toBe(fillPattern(pattern, resources.buckets));
      const { Targets } = await clients.eventBridge.send(new ListTargetsByRuleCommand({ Rule, EventBusName }));
      expect(Targets).toEqual([
        {
          Id: described?.queue,
          Arn: resources.queues[described?.queue ?? 'report'].arn,
          DeadLetterConfig: { Arn: resources.deadLetterQueues[described?.dlq ?? '']?.arn },
          RetryPolicy: {
            MaximumRetryAttempts: described?.retry.max_attempts,
            MaximumEventAgeInSeconds: described?.retry.max_age_s,
          },
        },
      ]);
    }
  });

  it('creates the table on demand, with expiry', async () => {
    const TableName = resources.table;
    const { Table } = await clients.dynamoDb.send(new DescribeTableCommand({ TableName }));
    expect(Table?.BillingModeSummary?.BillingMode).toBe('PAY_PER_REQUEST');
    expect(Table?.KeySchema).toEqual([{ AttributeName: 'id', KeyType: 'HASH' }]);
    const { TimeToLiveDescription } = await clients.dynamoDb.send(new DescribeTimeToLiveCommand({ TableName }));
    expect(TimeToLiveDescription).toMatchObject({ TimeToLiveStatus: 'ENABLED', AttributeName: 'expiration' });
  });

  it('an upload reaches the transform queue, and one into another bucket does not', async () => {
    const key = 'a dir/ü+%20.csv';
    const Body = 'review_id\n1\n';
    await clients.s3.send(new PutObjectCommand({ Bucket: resources.buckets.processed, Key: 'other.csv', Body }));
    await clients.s3.send(new PutObjectCommand({ Bucket: resources.buckets.raw, Key: key, Body }));
    const event = objectCreatedEventSchema.parse(await receiveBody(resources.queues.transform.url));
    expect(event.detail).toMatchObject({ bucket: { name: resources.buckets.raw }, object: { key } });
    const QueueUrl = resources.queues.transform.url;
    expect((await clients.sqs.send(new ReceiveMessageCommand({ QueueUrl }))).Messages ?? []).toEqual([]);
  });

  it('a completion event reaches the report queue', async () => {
    const entry = {
      EventBusName: resources.bus.name,
      Source: 'tastetrend.transform',
      DetailType: 'File Version Completed',
      Detail: '{"completion_id":"x"}',
    };
    await clients.eventBridge.send(new PutEventsCommand({ Entries: [{ ...entry, DetailType: 'Other' }, entry] }));
    expect(await receiveBody(resources.queues.report.url)).toMatchObject({ detail: { completion_id: 'x' } });
  });

  it('describes the functions as they run', () => {
    expect(resources.functions.transform).toMatchObject({
      name: 'tastetrend-local-transform',
      queue: 'transform',
      timeout_s: scaleSeconds(pipeline.functions.transform.timeout_s, 60),
      retryBackoff_s: pipeline.functions.transform.retry_backoff_s.map((seconds) => scaleSeconds(seconds, 60)),
      environment: {
        AWS_ENDPOINT_URL: miniStack.endpoint,
        RAW_BUCKET: 'tastetrend-local-raw-000000000000',
        EVENT_BUS_NAME: 'tastetrend-local-completions',
        TABLE_NAME: 'tastetrend-local-pipeline',
        QUEUE_URL: resources.queues.transform.url,
        TIME_FACTOR: '60',
        NODE_OPTIONS: '--max-semi-space-size=4 --max-old-space-size=921',
        ENVIRONMENT: 'local',
        POWERTOOLS_SERVICE_NAME: 'transform',
        POWERTOOLS_METRICS_NAMESPACE: 'TasteTrend',
      },
    });
    expect(resources.functions.report.environment.QUEUE_URL).toBe(resources.queues.report.url);
  });

  it('takes what is there already, and keeps environments apart', async () => {
    const { endpoint } = miniStack;
    expect(await createPipeline({ endpoint, region, timeFactor: 60 })).toEqual(resources);
    const other = await createPipeline({ endpoint, region, env: 'other', timeFactor: 60 });
    expect(other.queues.transform.arn).not.toBe(resources.queues.transform.arn);
  });

  it('names what it could not create', async () => {
    const failure = createPipeline({ endpoint: 'http://127.0.0.1:9', region });
    await expect(failure).rejects.toThrow(ResourceCreationError);
  });
});

describe('fillPattern', () => {
  it('puts the buckets names in, wherever they stand', () => {
    const pattern = { a: ['{bucket:raw}'], b: { c: ['x{bucket:processed}y'] } };
    expect(fillPattern(pattern, { raw: 'r', processed: 'p' })).toBe('{"a":["r"],"b":{"c":["xpy"]}}');
  });

  it('refuses a bucket that there is not', () => {
    expect(() => fillPattern(['{bucket:rav}'], { raw: 'r' })).toThrow('rav');
  });
});
