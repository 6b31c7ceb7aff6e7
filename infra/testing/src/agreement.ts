/**
 * The pipeline as Terraform plans it and as the local stack created it, in one form, to be held against one another. What
 * Terraform sets and the local stack has no use for is listed in NOT_LOCAL, with the reason.
 */
import { DescribeTableCommand, DescribeTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { DescribeRuleCommand, ListTargetsByRuleCommand } from '@aws-sdk/client-eventbridge';
import { GetBucketNotificationConfigurationCommand, GetBucketVersioningCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { type FunctionName, pipeline } from '@tastetrend/contracts';
import type { AwsClients, PipelineResources } from '@tastetrend/local';
import { block, type Plan, type PlannedResource, text } from './plan.ts';

/** ARNs by their last part: account, region and partition are the world's, and not the pipeline's. */
export interface Shape {
  readonly buckets: Readonly<Record<string, { versioned: boolean; eventBridge: boolean }>>;
  readonly queues: Readonly<
    Record<string, { visibility_s: number; retention_s: number; dlq: string | null; maxReceiveCount: number | null }>
  >;
  readonly rules: Readonly<
    Record<
      string,
      {
        bus: string;
        pattern: unknown;
        schedule: string | null;
        targets: { id: string; queue: string; dlq: string; attempts: number; maxAge_s: number }[];
      }
    >
  >;
  readonly table: { name: string; billing: string; key: string; keyType: string; expiry: string | null };
  readonly functions: Readonly<
    Record<
      string,
      {
        memory_mb: number;
        timeout_s: number;
        queue: string;
        batchSize: number;
        batchingWindow_s: number;
        maximumConcurrency: number;
        environment: Record<string, string>;
      }
    >
  >;
}

/** Attributes of the types compared that only Terraform sets. A new attribute in the plan must be compared or be here. */
const NOT_LOCAL: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  aws_s3_bucket: { force_destroy: 'the local AWS is thrown away whole' },
  aws_sqs_queue: {
    sqs_managed_sse_enabled: 'the local AWS encrypts nothing',
    delay_seconds: 'AWS’s default, 0, in both',
    max_message_size: 'AWS’s default in both',
    receive_wait_time_seconds: 'Lambda polls by itself; the local poller waits by its own setting',
    fifo_queue: 'a standard queue in both',
    content_based_deduplication: 'only for FIFO queues',
  },
  aws_cloudwatch_event_rule: {
    description: 'for people',
    force_destroy: 'the provider’s own',
    state: 'ENABLED, AWS’s default; locally schedules are made, and disabled',
  },
  aws_cloudwatch_event_target: { force_destroy: 'the provider’s own' },
  aws_dynamodb_table: {
    deletion_protection_enabled: 'the local AWS is thrown away whole',
    point_in_time_recovery: 'the local AWS keeps no history',
    server_side_encryption: 'the local AWS encrypts nothing',
    table_class: 'AWS’s default in both',
    attribute: 'the key’s name and type, which are compared as key and keyType',
  },
  aws_lambda_function: {
    architectures: 'the local functions run on this machine’s processor',
    runtime: 'the local functions run on the project’s Node 24',
    handler: 'the local bootstrap calls the bundle’s `handler` as well',
    role: 'the local AWS asks for no permissions',
    description: 'for people',
    s3_bucket: 'the local stack runs the bundle that is in the zip',
    s3_key: 'the local stack runs the bundle that is in the zip',
    publish: 'the local stack knows one version',
    ephemeral_storage: 'the local functions have this machine’s disk',
    logging_config: 'the local stack writes log files',
    tracing_config: 'no X-Ray locally',
    package_type: 'Zip, AWS’s default',
    reserved_concurrent_executions: 'none reserved, AWS’s default',
    skip_destroy: 'the provider’s own',
  },
  aws_lambda_event_source_mapping: {
    enabled: 'AWS’s default',
    function_response_types: 'the local poller always takes partial batch responses',
  },
};

/** What is compared of each type, or names the resource; computed attributes of the provider are neither. */
const COMPARED: Readonly<Record<string, readonly string[]>> = {
  aws_s3_bucket: ['bucket'],
  aws_sqs_queue: ['name', 'visibility_timeout_seconds', 'message_retention_seconds', 'redrive_policy'],
  aws_cloudwatch_event_rule: ['name', 'event_bus_name', 'event_pattern', 'schedule_expression'],
  aws_cloudwatch_event_target: ['rule', 'event_bus_name', 'target_id', 'arn', 'dead_letter_config', 'retry_policy'],
  aws_dynamodb_table: ['name', 'billing_mode', 'hash_key', 'ttl'],
  aws_lambda_function: ['function_name', 'memory_size', 'timeout', 'environment'],
  aws_lambda_event_source_mapping: [
    'event_source_arn',
    'function_name',
    'batch_size',
    'maximum_batching_window_in_seconds',
    'scaling_config',
  ],
};

/** Given by the provider or by tagging, on any type. */
const OF_THE_PROVIDER = new Set(['id', 'arn', 'url', 'tags', 'tags_all', 'region', 'timeouts']);

/** Attributes in the plan that are neither compared nor listed, as `type.attribute`. */
export function unaccounted(plan: Plan, isComputed: (type: string, attribute: string) => boolean): string[] {
  const found = new Set<string>();
  for (const type of Object.keys(COMPARED)) {
    for (const { values } of plan.ofType(type)) {
      for (const [attribute, value] of Object.entries(values)) {
        const isSet = value !== null && !(Array.isArray(value) && value.length === 0) && value !== '';
        const isKnown = COMPARED[type]?.includes(attribute) || attribute in (NOT_LOCAL[type] ?? {});
        const isGiven =
          (OF_THE_PROVIDER.has(attribute) && !COMPARED[type]?.includes(attribute)) || isComputed(type, attribute);
        if (isSet && !isKnown && !isGiven) found.add(`${type}.${attribute}`);
      }
    }
  }
  return [...found].sort();
}

const lastPart = (arn: string): string => arn.split(/[:/]/).at(-1) ?? arn;

export function shapeOfPlan(plan: Plan): Shape {
  const versioned = new Map(
    plan
      .ofType('aws_s3_bucket_versioning')
      .map((resource) => [text(resource, 'bucket'), block(resource, 'versioning_configuration')?.status === 'Enabled']),
  );
  const notified = new Set(
    plan
      .ofType('aws_s3_bucket_notification')
      .filter(({ values }) => values.eventbridge === true)
      .map((resource) => text(resource, 'bucket')),
  );
  const byName = <T>(resources: PlannedResource[], attribute: string, shape: (resource: PlannedResource) => T) =>
    Object.fromEntries(resources.map((resource) => [text(resource, attribute), shape(resource)]));
  const table = plan.one('aws_dynamodb_table', 'billing_mode', 'PAY_PER_REQUEST');
  const tableKey = text(table, 'hash_key');
  const keyAttribute = (table.values.attribute as { name: string; type: string }[]).find(
    ({ name }) => name === tableKey,
  );
  return {
    buckets: byName(plan.ofType('aws_s3_bucket'), 'bucket', (resource) => ({
      versioned: versioned.get(text(resource, 'bucket')) === true,
      eventBridge: notified.has(text(resource, 'bucket')),
    })),
    queues: byName(plan.ofType('aws_sqs_queue'), 'name', ({ values }) => {
      const redrive = values.redrive_policy ? JSON.parse(String(values.redrive_policy)) : null;
      return {
        visibility_s: Number(values.visibility_timeout_seconds),
        retention_s: Number(values.message_retention_seconds),
        dlq: redrive === null ? null : lastPart(redrive.deadLetterTargetArn),
        maxReceiveCount: redrive === null ? null : redrive.maxReceiveCount,
      };
    }),
    rules: byName(plan.ofType('aws_cloudwatch_event_rule'), 'name', (rule) => ({
      bus: text(rule, 'event_bus_name'),
      pattern: JSON.parse(String(rule.values.event_pattern || 'null')),
      schedule: String(rule.values.schedule_expression || '') || null,
      targets: plan
        .ofType('aws_cloudwatch_event_target')
        .filter((target) => text(target, 'rule') === text(rule, 'name'))
        .map((target) => ({
          id: text(target, 'target_id'),
          queue: lastPart(text(target, 'arn')),
          dlq: lastPart(String(block(target, 'dead_letter_config')?.arn)),
          attempts: Number(block(target, 'retry_policy')?.maximum_retry_attempts),
          maxAge_s: Number(block(target, 'retry_policy')?.maximum_event_age_in_seconds),
        })),
    })),
    table: {
      name: text(table, 'name'),
      billing: text(table, 'billing_mode'),
      key: tableKey,
      keyType: keyAttribute?.type ?? '',
      expiry: block(table, 'ttl')?.enabled === true ? String(block(table, 'ttl')?.attribute_name) : null,
    },
    functions: byName(plan.ofType('aws_lambda_function'), 'function_name', (resource) => {
      const name = text(resource, 'function_name');
      const [source] = plan
        .ofType('aws_lambda_event_source_mapping')
        .filter((mapping) => text(mapping, 'function_name').includes(`:${name}:`));
      if (source === undefined) throw new Error(`no event source feeds ${name}`);
      return {
        memory_mb: Number(resource.values.memory_size),
        timeout_s: Number(resource.values.timeout),
        queue: lastPart(text(source, 'event_source_arn')),
        batchSize: Number(source.values.batch_size),
        batchingWindow_s: Number(source.values.maximum_batching_window_in_seconds),
        maximumConcurrency: Number(block(source, 'scaling_config')?.maximum_concurrency),
        environment: comparable(block(resource, 'environment')?.variables as Record<string, string>),
      };
    }),
  };
}

/** Without what says where AWS answers and with which keys; queues' URLs by their last part. */
function comparable(environment: Readonly<Record<string, string>>): Record<string, string> {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith('AWS_'));
  return Object.fromEntries(kept.map(([name, value]) => [name, name === 'QUEUE_URL' ? lastPart(value) : value]).sort());
}

/** @param resources as createPipeline gave them; everything that AWS can be asked for is asked for */
export async function shapeOfLocal(clients: AwsClients, resources: PipelineResources): Promise<Shape> {
  const buckets: Record<string, Shape['buckets'][string]> = {};
  for (const Bucket of Object.values(resources.buckets)) {
    const versioning = await clients.s3.send(new GetBucketVersioningCommand({ Bucket }));
    const notification = await clients.s3.send(new GetBucketNotificationConfigurationCommand({ Bucket }));
    buckets[Bucket] = {
      versioned: versioning.Status === 'Enabled',
      eventBridge: notification.EventBridgeConfiguration !== undefined,
    };
  }
  const queues: Record<string, Shape['queues'][string]> = {};
  for (const { name, url } of [...Object.values(resources.queues), ...Object.values(resources.deadLetterQueues)]) {
    const { Attributes = {} } = await clients.sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['All'] }),
    );
    const redrive = Attributes.RedrivePolicy ? JSON.parse(Attributes.RedrivePolicy) : null;
    queues[name] = {
      visibility_s: Number(Attributes.VisibilityTimeout),
      retention_s: Number(Attributes.MessageRetentionPeriod),
      dlq: redrive === null ? null : lastPart(redrive.deadLetterTargetArn),
      maxReceiveCount: redrive === null ? null : Number(redrive.maxReceiveCount),
    };
  }
  const rules: Record<string, Shape['rules'][string]> = {};
  for (const { name, busName } of Object.values(resources.rules)) {
    const rule = await clients.eventBridge.send(new DescribeRuleCommand({ Name: name, EventBusName: busName }));
    const { Targets = [] } = await clients.eventBridge.send(
      new ListTargetsByRuleCommand({ Rule: name, EventBusName: busName }),
    );
    rules[name] = {
      bus: busName,
      pattern: JSON.parse(rule.EventPattern || 'null'),
      schedule: rule.ScheduleExpression || null,
      targets: Targets.map(({ Id = '', Arn = '', DeadLetterConfig, RetryPolicy }) => ({
        id: Id,
        queue: lastPart(Arn),
        dlq: lastPart(DeadLetterConfig?.Arn ?? ''),
        attempts: Number(RetryPolicy?.MaximumRetryAttempts),
        maxAge_s: Number(RetryPolicy?.MaximumEventAgeInSeconds),
      })),
    };
  }
  const { Table } = await clients.dynamoDb.send(new DescribeTableCommand({ TableName: resources.table }));
  const { TimeToLiveDescription: expiry } = await clients.dynamoDb.send(
    new DescribeTimeToLiveCommand({ TableName: resources.table }),
  );
  const key = Table?.KeySchema?.[0]?.AttributeName ?? '';
  return {
    buckets,
    queues,
    rules,
    table: {
      name: resources.table,
      billing: Table?.BillingModeSummary?.BillingMode ?? '',
      key,
      keyType: Table?.AttributeDefinitions?.find(({ AttributeName }) => AttributeName === key)?.AttributeType ?? '',
      expiry: expiry?.TimeToLiveStatus === 'ENABLED' ? (expiry.AttributeName ?? null) : null,
    },
    functions: Object.fromEntries(
      (Object.keys(pipeline.functions) as FunctionName[]).map((name) => {
        const made = resources.functions[name];
        return [
          made.name,
          {
            memory_mb: made.memory_mb,
            timeout_s: made.timeout_s,
            queue: resources.queues[made.queue].name,
            batchSize: made.batchSize,
            batchingWindow_s: made.batchingWindow_s,
            maximumConcurrency: made.maximumConcurrency,
            environment: comparable(made.environment),
          },
        ];
      }),
    ),
  };
}

/** The timings of a shape, divided as a local run with that factor divides them. */
export function scaled(shape: Shape, scale: (seconds: number) => number, factor: number): Shape {
  const mapValues = <V, W>(record: Readonly<Record<string, V>>, map: (value: V) => W) =>
    Object.fromEntries(Object.entries(record).map(([name, value]) => [name, map(value)]));
  return {
    ...shape,
    queues: mapValues(shape.queues, (queue) =>
      queue.dlq === null ? queue : { ...queue, visibility_s: scale(queue.visibility_s) },
    ),
    functions: mapValues(shape.functions, (made) => ({
      ...made,
      timeout_s: scale(made.timeout_s),
      batchingWindow_s: scale(made.batchingWindow_s),
      environment: { ...made.environment, TIME_FACTOR: String(factor) },
    })),
  };
}
