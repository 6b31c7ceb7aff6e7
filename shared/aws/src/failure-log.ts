/**
 * Failure records: SQS adds no cause to a dead message, so each failed receive leaves one here. They live in the
 * pipeline's table, expire by its TTL, and never hold a message's text.
 */
import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  ScanCommand,
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

const PREFIX = 'failure#';
const CAUSE_CHARS_MAX = 2_000;

function recordId(service: string, subject: string): string {
  return `${PREFIX}${service}#${subject}`;
}

function parseRecord(item: Record<string, AttributeValue>): FailureRecord {
  return JSON.parse(item.record?.S ?? '{}') as FailureRecord;
}

/** What stands for a message that has no identity. */
export function subjectOfBody(body: string): string {
  return `body:${sha256Hex(body)}`;
}

/** The last failure of a subject in a service replaces the one before: the record says how often it was received. */
export async function writeFailure(dynamoDb: DynamoDBClient, tableName: string, record: FailureRecord): Promise<void> {
  const expiresAt = Math.floor(Date.now() / 1000) + pipeline.lease.failure_record_expires_after_s;
  await dynamoDb.send(
    new PutItemCommand({
      TableName: tableName,
      Item: {
        [pipeline.table.partition_key]: { S: recordId(record.service, record.subject) },
        [pipeline.table.ttl_attribute]: { N: String(expiresAt) },
        record: { S: JSON.stringify({ ...record, cause: record.cause.slice(0, CAUSE_CHARS_MAX) }) },
      },
    }),
  );
}

/** The last failure of a subject in a service, if there was one. @throws BrokenWorldError */
export async function readFailure(
  dynamoDb: DynamoDBClient,
  tableName: string,
  service: string,
  subject: string,
): Promise<FailureRecord | undefined> {
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

/** Every failure record there is: what an operator reads first. @throws BrokenWorldError */
export async function scanFailures(dynamoDb: DynamoDBClient, tableName: string): Promise<FailureRecord[]> {
  const found: FailureRecord[] = [];
  let start: Record<string, AttributeValue> | undefined;
  try {
    do {
      const page = await dynamoDb.send(
        new ScanCommand({
          TableName: tableName,
          FilterExpression: 'begins_with(#id, :prefix)',
          ExpressionAttributeNames: { '#id': pipeline.table.partition_key },
          ExpressionAttributeValues: { ':prefix': { S: PREFIX } },
          ExclusiveStartKey: start,
        }),
      );
      for (const item of page.Items ?? []) found.push(parseRecord(item));
      start = page.LastEvaluatedKey;
    } while (start !== undefined);
  } catch (error) {
    throw new BrokenWorldError(`cannot read failure records from table ${tableName}`, error);
  }
  return found;
}
