/**
 * Failure records: SQS adds no cause to a dead message, so each failed receive leaves one here. They live in the
 * pipeline's table, expire by its TTL, and never hold a message's text. One subject has one record in a service: its
 * last failure, and the ones before it, which outlive a redrive. An attempt whose worker died stands there, too.
 */
import {
  type AttributeValue,
  type DynamoDBClient,
  GetItemCommand,
  ScanCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type FunctionName, pipeline, sha256Hex } from '@tastetrend/contracts';
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

/**
 * A message that came back is about to be worked on. What is begun and not ended has a worker that is still at it or
 * died, and a worker that died can leave nothing behind: so this is written before.
 */
export interface Attempt {
  readonly subject: string;
  readonly service: FunctionName;
  readonly messageId: string;
  readonly receiveCount: number;
  readonly receiveCountMax: number;
  /** ISO 8601 in UTC. */
  readonly beganAt: string;
  /** Seconds until the message is received again, should the worker die. */
  readonly retryAfterS: number;
}

/** Where attempts are noted. Each may reject: an attempt is worked on all the same. */
export interface AttemptLog {
  /** How many attempts at a subject began, and did not end. */
  unended(subject: string): Promise<number>;
  begin(attempt: Attempt): Promise<void>;
  /** Forgets the unended attempts at a subject: its worker lived to say so. */
  end(subject: string): Promise<void>;
  /** Forgets the one that began last, which came to nothing; what is known of those before it stands. */
  takeBack(subject: string): Promise<void>;
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

function parseRecord(item: Record<string, AttributeValue>): KeptFailure | undefined {
  const history = (item.history?.L ?? []).map((entry) => JSON.parse(entry.S ?? '{}') as EarlierFailure);
  const unended = Number(item.unended?.N ?? 0);
  const failures = Number(item.failures?.N ?? 0) + unended;
  if (item.attempt?.S !== undefined && unended > 0) {
    const { beganAt: failedAt, ...attempt } = JSON.parse(item.attempt.S) as Attempt;
    const cause = causeOfUnended(unended);
    return { ...attempt, failedAt, cause, earlier: history, failures, isResent: item.resent_of?.S === failedAt };
  }
  // What is left when every attempt ended well.
  if (item.record?.S === undefined) return undefined;
  const record = JSON.parse(item.record.S) as FailureRecord;
  // The last entry of the history is the record itself.
  return { ...record, earlier: history.slice(0, -1), failures, isResent: item.resent_of?.S === record.failedAt };
}

function causeOfUnended(times: number): string {
  const deaths = times > 1 ? `, as ${times - 1} before it did not either` : '';
  return `The attempt has not ended${deaths}: its worker is still at it, or was killed, or ran out of memory or time.`;
}

/** What stands for a message that has no identity. */
export function subjectOfBody(body: string): string {
  return `body:${sha256Hex(body)}`;
}

/** The last failure of a subject in a service takes the place of the one before, which goes to its history. */
export async function writeFailure(dynamoDb: DynamoDBClient, tableName: string, record: FailureRecord): Promise<void> {
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
        ':expiry': { N: String(expiresAt()) },
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
        ConditionExpression: 'attribute_exists(#record) OR attribute_exists(#attempt)',
        ExpressionAttributeNames: { '#resent': 'resent_of', '#record': 'record', '#attempt': 'attempt' },
        ExpressionAttributeValues: { ':failedAt': { S: failedAt } },
      }),
    );
  } catch (error) {
    if ((error as Error).name === 'ConditionalCheckFailedException') return;
    throw new BrokenWorldError(`cannot write failure records to table ${tableName}`, error);
  }
}

/** Attempts stand in the failure records of what they are attempts at. */
export function attemptsIn(dynamoDb: DynamoDBClient, tableName: string, service: FunctionName): AttemptLog {
  const at = (subject: string) => ({
    TableName: tableName,
    Key: { [pipeline.table.partition_key]: { S: recordId(service, subject) } },
  });
  return {
    async unended(subject) {
      const { Item } = await dynamoDb.send(
        new GetItemCommand({ ...at(subject), ProjectionExpression: 'unended', ConsistentRead: true }),
      );
      return Number(Item?.unended?.N ?? 0);
    },
    async begin(attempt) {
      await dynamoDb.send(
        new UpdateItemCommand({
          ...at(attempt.subject),
          UpdateExpression: 'SET #attempt = :attempt, #expiry = :expiry ADD #unended :one',
          ExpressionAttributeNames: {
            '#attempt': 'attempt',
            '#unended': 'unended',
            '#expiry': pipeline.table.ttl_attribute,
          },
          ExpressionAttributeValues: {
            ':attempt': { S: JSON.stringify(attempt) },
            ':expiry': { N: String(expiresAt()) },
            ':one': { N: '1' },
          },
        }),
      );
    },
    async end(subject) {
      await dynamoDb.send(
        new UpdateItemCommand({
          ...at(subject),
          UpdateExpression: 'REMOVE #attempt, #unended',
          ExpressionAttributeNames: { '#attempt': 'attempt', '#unended': 'unended' },
        }),
      );
    },
    async takeBack(subject) {
      await dynamoDb.send(
        new UpdateItemCommand({
          ...at(subject),
          UpdateExpression: 'ADD #unended :one',
          ExpressionAttributeNames: { '#unended': 'unended' },
          ExpressionAttributeValues: { ':one': { N: '-1' } },
        }),
      );
    },
  };
}

function expiresAt(): number {
  return Math.floor(Date.now() / 1000) + pipeline.lease.failure_record_expires_after_s;
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
    yield (page.Items ?? []).map(parseRecord).filter((record) => record !== undefined);
    start = page.LastEvaluatedKey;
  } while (start !== undefined);
}

/** Every failure record there is: what an operator reads first. @throws BrokenWorldError */
export async function scanFailures(dynamoDb: DynamoDBClient, tableName: string): Promise<KeptFailure[]> {
  const found: KeptFailure[] = [];
  for await (const page of listFailures(dynamoDb, tableName)) found.push(...page);
  return found;
}
