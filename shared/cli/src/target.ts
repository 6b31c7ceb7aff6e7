/** Which pipeline the verbs talk to: a kept local stack, another endpoint, or a deployed environment. It is always said. */
import { CloudWatchClient } from '@aws-sdk/client-cloudwatch';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { GetCallerIdentityCommand, STSClient } from '@aws-sdk/client-sts';
import {
  BrokenWorldError,
  type ClientSettings,
  dynamoDbClient,
  readEndpoint,
  s3Client,
  sqsClient,
} from '@tastetrend/aws';
import { bucketName, pipeline, resourceName } from '@tastetrend/contracts';
import { findKeptStack, LOCAL_CREDENTIALS, type PipelineNames, type StackSettings } from '@tastetrend/local';
import { UsageError } from './errors.ts';

export interface Target {
  readonly description: string;
  readonly env: string;
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly dynamoDb: DynamoDBClient;
  readonly cloudWatch: CloudWatchClient;
  readonly rawBucket: string;
  readonly processedBucket: string;
  readonly tableName: string;
  /** Queue names by their name in the description, DLQs among them. */
  readonly queueNames: Readonly<Record<string, string>>;
}

/** Access to a stack that runs on this machine. */
export interface LocalAccess {
  readonly endpoint: string;
  readonly region: string;
  readonly credentials?: StackSettings['credentials'];
  readonly resources: Pick<PipelineNames, 'env' | 'buckets' | 'table' | 'queues' | 'deadLetterQueues'>;
}

export function localTarget({ endpoint, region, credentials = LOCAL_CREDENTIALS, resources }: LocalAccess): Target {
  const { env, buckets, table, queues, deadLetterQueues } = resources;
  const all = { ...queues, ...deadLetterQueues };
  return {
    ...clients({ endpoint, region, credentials }),
    description: `the local stack at ${endpoint}`,
    env,
    rawBucket: buckets.raw,
    processedBucket: buckets.processed,
    tableName: table,
    queueNames: Object.fromEntries(Object.entries(all).map(([name, queue]) => [name, queue.name])),
  };
}

/**
 * @param env a deployed environment's name, as given by --env
 * @throws UsageError when there is nothing to talk to, saying what to start or set
 */
export async function findTarget(root: string, env: string | undefined): Promise<Target> {
  const endpoint = readEndpoint();
  if (endpoint !== undefined || env !== undefined) return await namedTarget(env ?? 'local', endpoint);
  const kept = await findKeptStack(root);
  if (kept !== undefined) return localTarget(kept);
  throw new UsageError(
    'No stack is running. Start one that stays with `npm start -- --keep`, or name a deployed environment with ' +
      '`--env dev` (and AWS credentials), or set AWS_ENDPOINT_URL.',
  );
}

/** Names follow from the environment and the account; the account is asked of whoever the credentials belong to. */
async function namedTarget(env: string, endpoint: string | undefined): Promise<Target> {
  const settings: ClientSettings = { endpoint };
  const account = await callerAccount(endpoint);
  const queues = [...Object.keys(pipeline.queues), ...Object.keys(pipeline.dead_letter_queues)];
  return {
    ...clients(settings),
    description:
      endpoint === undefined ? `environment ${env} in AWS account ${account}` : `${endpoint} (AWS_ENDPOINT_URL)`,
    env,
    rawBucket: bucketName('raw', env, account),
    processedBucket: bucketName('processed', env, account),
    tableName: resourceName(pipeline.table.name, env),
    queueNames: Object.fromEntries(queues.map((name) => [name, resourceName(name, env)])),
  };
}

function clients(settings: ClientSettings): Pick<Target, 's3' | 'sqs' | 'dynamoDb' | 'cloudWatch'> {
  const { endpoint, region, credentials } = settings;
  const plain = {
    ...(endpoint === undefined ? {} : { endpoint }),
    ...(region === undefined ? {} : { region }),
    ...(credentials === undefined ? {} : { credentials }),
  };
  return {
    s3: s3Client(settings),
    sqs: sqsClient(settings),
    dynamoDb: dynamoDbClient(settings),
    cloudWatch: new CloudWatchClient(plain),
  };
}

export async function callerAccount(endpoint: string | undefined): Promise<string> {
  const sts = new STSClient(endpoint === undefined ? {} : { endpoint });
  try {
    const { Account } = await sts.send(new GetCallerIdentityCommand({}));
    if (Account === undefined) throw new Error('the answer names no account');
    return Account;
  } catch (error) {
    throw new BrokenWorldError(
      'cannot ask AWS who we are; set AWS_PROFILE or AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and AWS_REGION',
      error,
    );
  } finally {
    sts.destroy();
  }
}
