/** The pipeline's resources, created in a local AWS from the one description in shared/contracts/pipeline.json. */
import { CreateTableCommand, UpdateTimeToLiveCommand, waitUntilTableExists } from '@aws-sdk/client-dynamodb';
import {
  CreateEventBusCommand,
  DescribeEventBusCommand,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  type BucketLocationConstraint,
  CreateBucketCommand,
  PutBucketNotificationConfigurationCommand,
  PutBucketVersioningCommand,
} from '@aws-sdk/client-s3';
import { CreateQueueCommand, GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import {
  type BucketPurpose,
  bucketName,
  type FunctionName,
  heapOptionsOf,
  type Pipeline,
  pipeline,
  type QueueName,
  resourceName,
} from '@tastetrend/contracts';
import { type AwsAccess, type AwsClients, createClients, LOCAL_CREDENTIALS } from './clients.ts';
import { ResourceCreationError } from './errors.ts';
import { scaleSeconds } from './scaled-timings.ts';

export interface QueueResource {
  readonly name: string;
  readonly url: string;
  readonly arn: string;
}

export interface SourceQueueResource extends QueueResource {
  readonly visibilityTimeout_s: number;
  readonly maxReceiveCount: number;
  /** Name of its dead-letter queue in `deadLetterQueues`. */
  readonly dlq: string;
}

/** A function's settings after scaling, and the variables that it sees. */
export interface FunctionResource {
  readonly name: string;
  readonly queue: QueueName;
  readonly memory_mb: number;
  readonly timeout_s: number;
  readonly batchSize: number;
  readonly batchingWindow_s: number;
  readonly maximumConcurrency: number;
  readonly retryBackoff_s: readonly number[];
  readonly environment: Readonly<Record<string, string>>;
}

/** Everything that was created, by the names of the description. */
export interface PipelineResources {
  readonly region: string;
  readonly env: string;
  readonly timeFactor: number;
  readonly buckets: Readonly<Record<BucketPurpose, string>>;
  readonly queues: Readonly<Record<QueueName, SourceQueueResource>>;
  readonly deadLetterQueues: Readonly<Record<string, QueueResource>>;
  readonly bus: { readonly name: string; readonly arn: string };
  readonly rules: Readonly<Record<string, { readonly name: string; readonly arn: string; readonly busName: string }>>;
  readonly table: string;
  readonly functions: Readonly<Record<FunctionName, FunctionResource>>;
}

export interface CreatePipelineOptions {
  readonly endpoint: string;
  readonly region: string;
  /** Part of every name; `local` if not given. */
  readonly env?: string;
  /** Part of the buckets' names. */
  readonly accountId?: string;
  /** Divides visibility timeouts, batching windows, backoffs and function timeouts. */
  readonly timeFactor?: number;
  readonly credentials?: AwsAccess['credentials'];
}

/** MiniStack's account, when the access key is none of 12 digits. */
export const LOCAL_ACCOUNT_ID = '000000000000';

/**
 * Creates the whole pipeline. What is there already under its name is taken as it is, so that a second call does not
 * fail.
 * @throws ResourceCreationError that names the resource
 */
export async function createPipeline(options: CreatePipelineOptions): Promise<PipelineResources> {
  const { endpoint, region, env = 'local', accountId = LOCAL_ACCOUNT_ID, timeFactor = 1 } = options;
  const access: AwsAccess = { endpoint, region, credentials: options.credentials ?? LOCAL_CREDENTIALS };
  const clients = createClients(access);
  try {
    const [buckets, deadLetterQueues, bus, table] = await Promise.all([
      createBuckets(clients, region, (purpose) => bucketName(purpose, env, accountId)),
      createDeadLetterQueues(clients, env),
      createBus(clients, resourceName(pipeline.bus, env)),
      createTable(clients, resourceName(pipeline.table.name, env)),
    ]);
    const queues = await createSourceQueues(clients, env, timeFactor, deadLetterQueues);
    const surroundings = { buckets, queues, deadLetterQueues, busName: bus.name };
    const rules = {
      ...(await createRules(clients, env, surroundings)),
      ...(await createSchedules(clients, env, surroundings)),
    };
    const shared = { access, timeFactor, env, buckets, busName: bus.name, table };
    const functions = mapRecord(pipeline.functions, (settings, name) =>
      describeFunction(name, settings, queues, shared),
    );
    return { region, env, timeFactor, buckets, queues, deadLetterQueues, bus, rules, table, functions };
  } finally {
    clients.destroy();
  }
}

async function createBuckets(
  { s3 }: AwsClients,
  region: string,
  nameOf: (purpose: BucketPurpose) => string,
): Promise<Record<BucketPurpose, string>> {
  return await mapRecordAsync(pipeline.buckets, async ({ versioned, event_bridge }, purpose) => {
    const Bucket = nameOf(purpose);
    await creating(`bucket ${Bucket}`, async () => {
      // S3 refuses us-east-1 as a location constraint: there it must be left out.
      const place = { CreateBucketConfiguration: { LocationConstraint: region as BucketLocationConstraint } };
      await unlessExists('BucketAlreadyOwnedByYou', () =>
        s3.send(new CreateBucketCommand({ Bucket, ...(region === 'us-east-1' ? {} : place) })),
      );
      if (versioned) {
        const VersioningConfiguration = { Status: 'Enabled' } as const;
        await s3.send(new PutBucketVersioningCommand({ Bucket, VersioningConfiguration }));
      }
      if (event_bridge) {
        const NotificationConfiguration = { EventBridgeConfiguration: {} };
        await s3.send(new PutBucketNotificationConfigurationCommand({ Bucket, NotificationConfiguration }));
      }
    });
    return Bucket;
  });
}

async function createDeadLetterQueues(clients: AwsClients, env: string): Promise<Record<string, QueueResource>> {
  return await mapRecordAsync(pipeline.dead_letter_queues, ({ retention_s }, name) =>
    createQueue(clients, resourceName(name, env), { MessageRetentionPeriod: String(retention_s) }),
  );
}

async function createSourceQueues(
  clients: AwsClients,
  env: string,
  timeFactor: number,
  deadLetterQueues: Record<string, QueueResource>,
): Promise<Record<QueueName, SourceQueueResource>> {
  return await mapRecordAsync(pipeline.queues, async (settings, name) => {
    const visibilityTimeout_s = scaleSeconds(settings.visibility_timeout_s, timeFactor);
    const maxReceiveCount = settings.max_receive_count;
    const deadLetterTargetArn = named(deadLetterQueues, settings.dlq).arn;
    const queue = await createQueue(clients, resourceName(name, env), {
      VisibilityTimeout: String(visibilityTimeout_s),
      MessageRetentionPeriod: String(settings.retention_s),
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn, maxReceiveCount }),
    });
    return { ...queue, visibilityTimeout_s, maxReceiveCount, dlq: settings.dlq };
  });
}

async function createQueue(
  { sqs }: AwsClients,
  name: string,
  attributes: Record<string, string>,
): Promise<QueueResource> {
  return await creating(`queue ${name}`, async () => {
    const created = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes: attributes }));
    const url = present(created.QueueUrl, 'QueueUrl');
    const asked = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }));
    return { name, url, arn: present(asked.Attributes?.QueueArn, 'QueueArn') };
  });
}

async function createBus({ eventBridge }: AwsClients, name: string): Promise<PipelineResources['bus']> {
  return await creating(`event bus ${name}`, async () => {
    await unlessExists('ResourceAlreadyExistsException', () =>
      eventBridge.send(new CreateEventBusCommand({ Name: name })),
    );
    const bus = await eventBridge.send(new DescribeEventBusCommand({ Name: name }));
    return { name, arn: present(bus.Arn, 'Arn') };
  });
}

async function createTable({ dynamoDb }: AwsClients, name: string): Promise<string> {
  const { partition_key: key, ttl_attribute } = pipeline.table;
  const table = new CreateTableCommand({
    TableName: name,
    BillingMode: 'PAY_PER_REQUEST',
    KeySchema: [{ AttributeName: key, KeyType: 'HASH' }],
    AttributeDefinitions: [{ AttributeName: key, AttributeType: 'S' }],
  });
  const expiry = new UpdateTimeToLiveCommand({
    TableName: name,
    TimeToLiveSpecification: { AttributeName: ttl_attribute, Enabled: true },
  });
  await creating(`table ${name}`, async () => {
    await unlessExists('ResourceInUseException', async () => {
      await dynamoDb.send(table);
      await waitUntilTableExists({ client: dynamoDb, maxWaitTime: 30 }, { TableName: name });
      await dynamoDb.send(expiry);
    });
  });
  return name;
}

interface RuleSurroundings {
  readonly buckets: Record<BucketPurpose, string>;
  readonly queues: Record<QueueName, SourceQueueResource>;
  readonly deadLetterQueues: Record<string, QueueResource>;
  readonly busName: string;
}

async function createRules(
  { eventBridge }: AwsClients,
  env: string,
  { buckets, queues, deadLetterQueues, busName }: RuleSurroundings,
): Promise<PipelineResources['rules']> {
  return await mapRecordAsync(pipeline.rules, async ({ bus, pattern, queue, dlq, retry }, ruleName) => {
    const name = resourceName(ruleName, env);
    const EventBusName = bus === pipeline.bus ? busName : bus;
    return await creating(`rule ${name}`, async () => {
      const EventPattern = fillPattern(pattern, buckets);
      const put = await eventBridge.send(new PutRuleCommand({ Name: name, EventBusName, EventPattern }));
      const target = targetOf(queue, queues[queue].arn, named(deadLetterQueues, dlq).arn, retry);
      const answer = await eventBridge.send(new PutTargetsCommand({ Rule: name, EventBusName, Targets: [target] }));
      if (answer.FailedEntryCount) throw new Error(JSON.stringify(answer.FailedEntries));
      return { name, arn: present(put.RuleArn, 'RuleArn'), busName: EventBusName };
    });
  });
}

/** Disabled: here time passes faster, runs are short, and an operator says when: `tastetrend reconcile`. */
async function createSchedules(
  { eventBridge }: AwsClients,
  env: string,
  { queues, deadLetterQueues }: RuleSurroundings,
): Promise<PipelineResources['rules']> {
  return await mapRecordAsync(pipeline.schedules, async ({ expression, queue, dlq, retry }, scheduleName) => {
    const name = resourceName(scheduleName, env);
    return await creating(`schedule ${name}`, async () => {
      const rule = { Name: name, ScheduleExpression: expression, State: 'DISABLED' } as const;
      const put = await eventBridge.send(new PutRuleCommand(rule));
      const target = targetOf(queue, queues[queue].arn, named(deadLetterQueues, dlq).arn, retry);
      const answer = await eventBridge.send(new PutTargetsCommand({ Rule: name, Targets: [target] }));
      if (answer.FailedEntryCount) throw new Error(JSON.stringify(answer.FailedEntries));
      return { name, arn: present(put.RuleArn, 'RuleArn'), busName: 'default' };
    });
  });
}

function targetOf(id: string, arn: string, dlqArn: string, retry: { max_attempts: number; max_age_s: number }) {
  return {
    Id: id,
    Arn: arn,
    DeadLetterConfig: { Arn: dlqArn },
    RetryPolicy: { MaximumRetryAttempts: retry.max_attempts, MaximumEventAgeInSeconds: retry.max_age_s },
  };
}

/** The pattern as JSON, with each `{bucket:<purpose>}` replaced by that bucket's name. */
export function fillPattern(pattern: unknown, buckets: Readonly<Record<string, string>>): string {
  return JSON.stringify(pattern).replaceAll(/\{bucket:(\w+)\}/g, (_, purpose: string) => named(buckets, purpose));
}

interface FunctionSurroundings {
  readonly access: AwsAccess;
  readonly timeFactor: number;
  readonly env: string;
  readonly buckets: Record<BucketPurpose, string>;
  readonly busName: string;
  readonly table: string;
}

function describeFunction(
  functionName: FunctionName,
  settings: Pipeline['functions'][FunctionName],
  queues: Record<QueueName, SourceQueueResource>,
  { access, timeFactor, env, buckets, busName, table }: FunctionSurroundings,
): FunctionResource {
  const queueNames = Object.keys(queues) as QueueName[];
  const queue = queueNames.find((name) => pipeline.queues[name].function === functionName);
  if (queue === undefined) throw new TypeError(`no queue of pipeline.json feeds the function ${functionName}`);
  const name = resourceName(functionName, env);
  return {
    name,
    queue,
    memory_mb: settings.memory_mb,
    timeout_s: scaleSeconds(settings.timeout_s, timeFactor),
    batchSize: settings.batch_size,
    batchingWindow_s: scaleSeconds(settings.batching_window_s, timeFactor),
    maximumConcurrency: settings.maximum_concurrency,
    retryBackoff_s: settings.retry_backoff_s.map((seconds) => scaleSeconds(seconds, timeFactor)),
    environment: {
      AWS_REGION: access.region,
      AWS_ACCESS_KEY_ID: access.credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: access.credentials.secretAccessKey,
      AWS_ENDPOINT_URL: access.endpoint,
      ENVIRONMENT: env,
      RAW_BUCKET: buckets.raw,
      PROCESSED_BUCKET: buckets.processed,
      EVENT_BUS_NAME: busName,
      TABLE_NAME: table,
      QUEUE_URL: queues[queue].url,
      TIME_FACTOR: String(timeFactor),
      NODE_OPTIONS: heapOptionsOf(settings.memory_mb).join(' '),
      POWERTOOLS_SERVICE_NAME: functionName,
      POWERTOOLS_METRICS_NAMESPACE: pipeline.emf_namespace,
    },
  };
}

async function creating<T>(what: string, create: () => Promise<T>): Promise<T> {
  try {
    return await create();
  } catch (cause) {
    throw new ResourceCreationError(`${what} could not be created: ${String(cause)}`, { cause });
  }
}

/** @param existsName name of the error which says that it is there already */
async function unlessExists(existsName: string, create: () => Promise<unknown>): Promise<void> {
  try {
    await create();
  } catch (error) {
    if (!(error instanceof Error && error.name === existsName)) throw error;
  }
}

function present(value: string | undefined, what: string): string {
  if (value === undefined) throw new Error(`the answer has no ${what}`);
  return value;
}

/** A name that pipeline.json uses and does not define is our own mistake. */
function named<T>(record: Readonly<Record<string, T>>, name: string): T {
  const value = record[name];
  if (value === undefined) throw new TypeError(`pipeline.json names ${name}, which it does not define`);
  return value;
}

function mapRecord<K extends string, V, W>(record: Record<K, V>, map: (value: V, key: K) => W): Record<K, W> {
  const entries = (Object.entries(record) as [K, V][]).map(([key, value]) => [key, map(value, key)]);
  return Object.fromEntries(entries) as Record<K, W>;
}

async function mapRecordAsync<K extends string, V, W>(
  record: Record<K, V>,
  map: (value: V, key: K) => Promise<W>,
): Promise<Record<K, W>> {
  const keys = Object.keys(record) as K[];
  const values = await Promise.all(keys.map((key) => map(record[key], key)));
  return Object.fromEntries(keys.map((key, at) => [key, values[at]])) as Record<K, W>;
}
