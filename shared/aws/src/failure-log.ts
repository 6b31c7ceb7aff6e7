/**
 * Failure records: SQS adds no cause to a dead message, so each failed receive leaves one here. They live in the
 * pipeline's table, expire by its TTL, and never hold a message's text. One subject has one record in a service: its
 * last failure, and the ones before it, which outlive a redrive.
 */
import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { pipeline, sha256Hex } from '@tastetrend/contracts';
import { BrokenWorldError } from './errors.ts';

export interface FailureRecord {
  /** The identity of the file version, or `body:<sha256 of the message body>` where none could be told. */
  readonly subject: string;
  readonly service: string;
  readonly messageId: string;
  readonly cause: string;
  readonly receiveCount: number;
  readonly receiveCountMax: number;
  /** ISO 8601 in UTC. */
  readonly failedAt: string;
  /** Seconds until the message is received again, as its visibility was set. */
  readonly retryAfterS: number;
}

/** One failed receive among those before the last. */
export interface EarlierFailure {
  readonly failedAt: string;
  readonly messageId: string;
  readonly receiveCount: number;
  /** Cut short. */
  readonly cause: string;
}

export interface KeptFailure extends FailureRecord {
  /** The failed receives before this one, oldest first; only the newest of them are kept. */
  readonly earlier: readonly EarlierFailure[];
  /** All failed receives, also those that are no longer kept one by one. */
  readonly failures: number;
  /** The message was sent again after this failure, and has not failed since. */
  readonly isResent: boolean;
}

const PREFIX = 'failure#';
const CAUSE_CHARS_MAX = 2_000;
/** With the length of their causes this bounds a record to about 10 KB, which one failed receive writes. */
const HISTORY_MAX = 20;
const HISTORY_CAUSE_CHARS_MAX = 300;

function recordId(service: string, subject: string): string {
  return `${PREFIX}${service}#${subject}`;
}

function parseRecord(item: Record<string, AttributeValue>): KeptFailure {
  const record = JSON.parse(item.record?.S ?? '{}') as FailureRecord;
  const history = (item.history?.L ?? []).map((entry) => JSON.parse(entry.S ?? '{}') as EarlierFailure);
  return {
    ...record,
    // The last entry of the history is the record itself.
    earlier: history.slice(0, -1),
    failures: Number(item.failures?.N ?? 1),
    isResent: item.resent_of?.S === record.failedAt,
  };
}

/** What stands for a message that has no identity. */
export function subjectOfBody(body: string): string {
  return `body:${sha256Hex(body)}`;
}

/** The last failure of a subject in a service takes the place of the one before, which goes to its history. */
export async function writeFailure(dynamoDb: DynamoDBClient, tableName: string, record: FailureRecord): Promise<void> {
  const expiresAt = Math.floor(Date.now() / 1000) + pipeline.lease.failure_record_expires_after_s;
  const { failedAt, messageId, receiveCount, cause } = record;
  const entry: EarlierFailure = { failedAt, messageId, receiveCount, cause: cause.slice(0, HISTORY_CAUSE_CHARS_MAX) };
  const Key = { [pipeline.table.partition_key]: { S: recordId(record.service, record.subject) } };
  const { Attributes } = await dynamoDb.send(
    new UpdateItemCommand({
      TableName: tableName,
      Key,
      UpdateExpression:
        'SET #record = :record, #expiry = :expiry, #history = list_append(if_not_exists(#history, :none), :entry) ' +
        'ADD #failures :one',
      ExpressionAttributeNames: {
        '#record': 'record',
        '#history': 'history',
        '#failures': 'failures',
        '#expiry': pipeline.table.ttl_attribute,
      },
      ExpressionAttributeValues: {
        ':record': { S: JSON.stringify({ ...record, cause: cause.slice(0, CAUSE_CHARS_MAX) }) },
        ':expiry': { N: String(expiresAt) },
        ':none': { L: [] },
        ':entry': { L: [{ S: JSON.stringify(entry) }] },
        ':one': { N: '1' },
      },
      ReturnValues: 'UPDATED_NEW',
    }),
  );
  const tooMany = (Attributes?.history?.L?.length ?? 0) - HISTORY_MAX;
  if (tooMany <= 0) return;
  const oldest = Array.from({ length: tooMany }, (_, at) => `#history[${at}]`).join(', ');
  await dynamoDb.send(
    new UpdateItemCommand({
      TableName: tableName,
      Key,
      UpdateExpression: `REMOVE ${oldest}`,
      ExpressionAttributeNames: { '#history': 'history' },
    }),
  );
}

/**
 * Notes that the message behind a failure was sent again: until it fails anew it is no longer dead. What is noted is the
 * failure that was read before sending, so that no clock is compared, and one that came since stands.
 * @throws BrokenWorldError
 */
export async function markResent(
  dynamoDb: DynamoDBClient,
  tableName: string,
  { service, subject, failedAt }: FailureRecord,
): Promise<void> {
  try {
    await dynamoDb.send(
      new UpdateItemCommand({
        TableName: tableName,
        Key: { [pipeline.table.partition_key]: { S: recordId(service, subject) } },
        UpdateExpression: 'SET #resent = :failedAt',
        // A record that expired meanwhile must not come back without its failure.
        ConditionExpression: 'attribute_exists(#record)',
        ExpressionAttributeNames: { '#resent': 'resent_of', '#record': 'record' },
        ExpressionAttributeValues: { ':failedAt': { S: failedAt } },
      }),
    );
  } catch (error) {
    if ((error as Error).name === 'ConditionalCheckFailedException') return;
    throw new BrokenWorldError(`cannot write failure records to table ${tableName}`, error);
  }
}

/** The last failure of a subject in a service, if there was one. @throws BrokenWorldError */
export async function readFailure(
  dynamoDb: DynamoDBClient,
  tableName: string,
  service: string,
  subject: string,
): Promise<KeptFailure | undefined> {
  try {
    const { Item } = await dynamoDb.send(
      new GetItemCommand({
        TableName: tableName,
        Key: { [pipeline.table.partition_key]: { S: recordId(service, subject) } },
        ConsistentRead: true,
      }),
    );
    return Item === undefined ? undefined : parseRecord(Item);
  } catch (error) {
    throw new BrokenWorldError(`cannot read failure records from table ${tableName}`, error);
  }
}

/** Every failure record there is, a page at a time, in no order. @throws BrokenWorldError */
export async function* listFailures(dynamoDb: DynamoDBClient, tableName: string): AsyncGenerator<KeptFailure[]> {
  let start: Record<string, AttributeValue> | undefined;
  do {
    const page = await dynamoDb
      .send(
        new ScanCommand({
          TableName: tableName,
          FilterExpression: 'begins_with(#id, :prefix)',
          ExpressionAttributeNames: { '#id': pipeline.table.partition_key },
          ExpressionAttributeValues: { ':prefix': { S: PREFIX } },
          ExclusiveStartKey: start,
        }),
      )
      .catch((error: unknown) => {
        throw new BrokenWorldError(`cannot read failure records from table ${tableName}`, error);
      });
    yield (page.Items ?? []).map(parseRecord);
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

/** Every failure record there is: what an operator reads first. @throws BrokenWorldError */
export async function scanFailures(dynamoDb: DynamoDBClient, tableName: string): Promise<KeptFailure[]> {
  const found: KeptFailure[] = [];
  for await (const page of listFailures(dynamoDb, tableName)) found.push(...page);
  return found;
}
