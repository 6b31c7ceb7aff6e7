/**
 * Dead-letter queues: what lies in them, why, and sending it back. There is one for each queue and one for each rule's
 * target; all are found in pipeline.json. Replaying is sending the very message to the queue that it was meant for.
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Message, SQSClient } from '@aws-sdk/client-sqs';
import { type KeptFailure, listFailures, markResent, readFailure, subjectOfBody, versionsOf } from '@tastetrend/aws';
import { completionEventSchema, identityOf, objectEventSchema, pipeline, type QueueName } from '@tastetrend/contracts';
import { keyGlob } from './key-glob.ts';
import { type MoveEnd, moveBySqs } from './message-move.ts';
import { paceOf } from './pace.ts';
import { deleteMessages, queueFacts, queueUrl, receive, releaseMessages, sendMessages } from './queues.ts';

export interface QueueAccess {
  readonly s3: S3Client;
  readonly sqs: SQSClient;
  readonly dynamoDb: DynamoDBClient;
  readonly tableName: string;
  /** Queue names by their name in the description, DLQs among them. */
  readonly queueNames: Readonly<Record<string, string>>;
}

export interface DeadLetterQueue {
  readonly name: string;
  /** What sends its dead letters here: a queue whose receives ran out, or a rule (of events, or of the clock) that could not deliver. */
  readonly of: 'queue' | 'rule';
  readonly source: string;
  /** Where its messages were meant to be worked on, and where a replay puts them. */
  readonly target: QueueName;
}

/** Every dead-letter queue of the description. */
export function deadLetterQueues(): DeadLetterQueue[] {
  const ofQueues = (Object.keys(pipeline.queues) as QueueName[]).map((source) => {
    return { name: pipeline.queues[source].dlq, of: 'queue', source, target: source } as const;
  });
  const ofRules = Object.entries({ ...pipeline.rules, ...pipeline.schedules }).map(([source, { dlq, queue }]) => {
    return { name: dlq, of: 'rule', source, target: queue } as const;
  });
  return [...ofQueues, ...ofRules];
}

/** How long what is looked at stays hidden from others if this process dies; else it is shown again at once. */
const HIDE_S = 120;
/** Receipts that are kept to show messages again at once; those beyond it come back after HIDE_S. */
const HELD_MAX = 5_000;

export interface DeadLetterDepth extends DeadLetterQueue {
  readonly waiting: number;
  readonly inFlight: number;
}

/** How much lies in each dead-letter queue. @throws BrokenWorldError */
export async function depthsOfDeadLetters(
  { sqs, queueNames }: QueueAccess,
  queues: readonly DeadLetterQueue[],
): Promise<DeadLetterDepth[]> {
  return await Promise.all(
    queues.map(async (queue) => {
      const { waiting, inFlight } = await queueFacts(sqs, await urlOf(sqs, queueNames, queue.name));
      return { ...queue, waiting, inFlight };
    }),
  );
}

function urlOf(sqs: SQSClient, queueNames: QueueAccess['queueNames'], name: string): Promise<string> {
  const queueName = queueNames[name];
  if (queueName === undefined) throw new TypeError(`pipeline.json has no queue ${name}`);
  return queueUrl(sqs, queueName);
}

export interface DeadLetter {
  readonly dlq: string;
  readonly messageId: string;
  /** When it was first put into a queue, ISO 8601 in UTC. */
  readonly sentAt: string;
  readonly receiveCount: number;
  /** The raw key it is about; undefined for what is no event of ours. */
  readonly key: string | undefined;
  /** Version ids, where the event or the bucket tells them. */
  readonly versionIds: readonly string[];
  /** Identities of the file versions, or `body:<sha256>`: what its failure records are found by. */
  readonly subjects: readonly string[];
  /** What the services wrote down about it; empty when it never reached one. */
  readonly failures: readonly KeptFailure[];
  /** What EventBridge said when it could not deliver: ERROR_CODE, ERROR_MESSAGE and the like. */
  readonly delivery: Readonly<Record<string, string>>;
  readonly bodyBytes: number;
  readonly body: string;
}

const DELIVERY_ATTRIBUTES = ['ERROR_CODE', 'ERROR_MESSAGE', 'EXHAUSTED_RETRY_CONDITION', 'RETRY_ATTEMPTS'] as const;

/**
 * Looks at up to `max` messages of a dead-letter queue, and leaves them there.
 * @throws BrokenWorldError
 */
export async function peekDeadLetters(
  queue: DeadLetterQueue,
  { max, signal }: { max: number; signal: AbortSignal },
  access: QueueAccess,
): Promise<DeadLetter[]> {
  const url = await urlOf(access.sqs, access.queueNames, queue.name);
  const found: DeadLetter[] = [];
  const seen = new Set<string>();
  const held: string[] = [];
  try {
    while (found.length < max && !signal.aborted) {
      const messages = await receive(access.sqs, url, HIDE_S, signal);
      held.push(...receiptsOf(messages));
      const fresh = messages.filter(({ MessageId = '' }) => !seen.has(MessageId));
      if (fresh.length === 0) break;
      for (const { MessageId = '' } of fresh) seen.add(MessageId);
      found.push(...(await Promise.all(fresh.map((message) => readDeadLetter(queue, message, access)))));
    }
  } finally {
    await releaseMessages(access.sqs, url, held);
  }
  return found.slice(0, max);
}

const receiptsOf = (messages: readonly Message[]) => messages.map(({ ReceiptHandle = '' }) => ReceiptHandle);

async function readDeadLetter(queue: DeadLetterQueue, message: Message, access: QueueAccess): Promise<DeadLetter> {
  const { Body = '', MessageId = '', Attributes = {}, MessageAttributes = {} } = message;
  const about = await subjectOf(queue, Body, access);
  const subjects = [...about.identities, subjectOfBody(Body)];
  const records = await Promise.all(
    subjects.map((subject) => readFailure(access.dynamoDb, access.tableName, queue.target, subject)),
  );
  const failures = records.filter((record) => record !== undefined);
  const delivery: Record<string, string> = {};
  for (const name of DELIVERY_ATTRIBUTES) {
    const said = MessageAttributes[name]?.StringValue;
    if (said !== undefined) delivery[name] = said;
  }
  return {
    dlq: queue.name,
    messageId: MessageId,
    sentAt: new Date(Number(Attributes.SentTimestamp ?? 0)).toISOString(),
    receiveCount: Number(Attributes.ApproximateReceiveCount ?? 0),
    key: about.key,
    versionIds: about.versionIds,
    subjects,
    failures,
    delivery,
    bodyBytes: Buffer.byteLength(Body),
    body: Body,
  };
}

interface Subject {
  readonly key: string | undefined;
  readonly versionIds: readonly string[];
  readonly identities: readonly string[];
}

const NO_SUBJECT: Subject = { key: undefined, versionIds: [], identities: [] };

/** The raw key that a message is about; undefined for what is no event of ours. */
function keyOf({ target }: DeadLetterQueue, body: string): string | undefined {
  const json = parseJson(body);
  if (target === 'report') return completionEventSchema.safeParse(json).data?.detail.source.key;
  return objectEventSchema.safeParse(json).data?.detail.object.key;
}

async function subjectOf({ target }: DeadLetterQueue, body: string, { s3 }: QueueAccess): Promise<Subject> {
  const json = parseJson(body);
  if (target === 'report') {
    const { data } = completionEventSchema.safeParse(json);
    if (data === undefined) return NO_SUBJECT;
    const { identity, source } = data.detail;
    return { key: source.key, versionIds: [source.version_id], identities: [identity] };
  }
  const { data } = objectEventSchema.safeParse(json);
  if (data === undefined) return NO_SUBJECT;
  const { bucket, object } = data.detail;
  // A deletion is about its key: what failed is found by the message itself.
  if (data['detail-type'] === 'Object Deleted') return { ...NO_SUBJECT, key: object.key };
  const { key, etag, 'version-id': versionId } = data.detail.object;
  // Of a bucket that is not there the event's own words are all there is.
  const named = { bucket: bucket.name, key, versionId, etag };
  const versions = await versionsOf(s3, named).catch(() => []);
  return {
    key,
    versionIds: versions.map((version) => version.versionId),
    identities: versions.map((v) => identityOf(v)),
  };
}

function parseJson(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}

export interface ReplayOptions {
  /** Only messages about raw keys that match; see `keyGlob`. */
  readonly only?: string | undefined;
  readonly maxPerSecond?: number | undefined;
  /** Says what would be done, and does nothing. */
  readonly isDryRun: boolean;
  /** Seconds for which a message that was received is hidden from others; it must be enough for ten to be sent. */
  readonly hide_s?: number;
  readonly signal: AbortSignal;
  onProgress?(replayed: number, found: number): void;
}

/** The same from SQS's own redrive and from our replayer. */
export interface ReplaySummary {
  readonly dlq: string;
  readonly target: QueueName;
  readonly by: 'sqs_redrive' | 'replayer';
  /** Messages that were there, by SQS's estimate. */
  readonly found: number;
  /** Sent back; in a dry run those that would be. */
  readonly replayed: number;
  /** Looked at and left where they are: not of `only`. SQS's redrive leaves none. */
  readonly passed_over: number;
  /** Of the replayed: back in the dead-letter queue while the replay was still going on. */
  readonly failed_again: number;
  /** What lies in it now, by SQS's estimate. */
  readonly left: number;
  readonly end: 'done' | 'interrupted' | 'dry_run';
}

/**
 * Sends the messages of a dead-letter queue back to where they were to be worked on. A message leaves the DLQ only when
 * it is in its queue again: whoever dies in between leaves it in both, and the second delivery finds the work done.
 * @throws BrokenWorldError
 */
export async function replayDeadLetters(
  queue: DeadLetterQueue,
  options: ReplayOptions,
  access: QueueAccess,
): Promise<ReplaySummary> {
  const { sqs, queueNames } = access;
  const url = await urlOf(sqs, queueNames, queue.name);
  const facts = await queueFacts(sqs, url);
  const summaryOf = async (by: ReplaySummary['by'], moved: Moved): Promise<ReplaySummary> => {
    const after = await queueFacts(sqs, url);
    const { replayed, passedOver, failedAgain, end } = moved;
    return {
      dlq: queue.name,
      target: queue.target,
      by,
      found: facts.waiting + facts.inFlight,
      replayed,
      passed_over: passedOver,
      failed_again: failedAgain,
      left: after.waiting + after.inFlight,
      end,
    };
  };
  // SQS's redrive knows no filter, and only queues that are the DLQ of a queue.
  const isForSqs = queue.of === 'queue' && options.only === undefined;
  if (isForSqs && !options.isDryRun) {
    const dead = facts.waiting > 0 ? await deadRecords(queue.target, access) : [];
    const moved = await moveBySqs(sqs, facts.arn, options);
    if (moved !== undefined) {
      if (moved.end === 'done') for (const record of dead) await markResent(access.dynamoDb, access.tableName, record);
      return await summaryOf('sqs_redrive', { ...moved, passedOver: 0, failedAgain: 0 });
    }
  }
  return await summaryOf('replayer', await replayOneByOne(queue, url, facts.waiting, options, access));
}

interface Moved extends MoveEnd {
  readonly passedOver: number;
  readonly failedAgain: number;
}

/** The records of messages that SQS moves without showing them. */
async function deadRecords(service: QueueName, { dynamoDb, tableName }: QueueAccess): Promise<KeptFailure[]> {
  const dead: KeptFailure[] = [];
  for await (const page of listFailures(dynamoDb, tableName)) {
    const isDead = (record: KeptFailure) =>
      record.service === service && record.receiveCount >= record.receiveCountMax && !record.isResent;
    dead.push(...page.filter(isDead));
  }
  return dead;
}

async function replayOneByOne(
  queue: DeadLetterQueue,
  url: string,
  found: number,
  { only, maxPerSecond, isDryRun, hide_s = HIDE_S, signal, onProgress }: ReplayOptions,
  access: QueueAccess,
): Promise<Moved> {
  const { sqs, queueNames, dynamoDb, tableName } = access;
  const targetUrl = await urlOf(sqs, queueNames, queue.target);
  const isWanted = only === undefined ? undefined : keyGlob(only);
  const pace = paceOf(maxPerSecond, signal);
  /** Messages keep their id on the way back to the DLQ: by it those that failed again are told, and not sent for ever. */
  const sent = new Set<string>();
  const passed = new Set<string>();
  const failed = new Set<string>();
  const held: string[] = [];
  let replayed = 0;
  let knownInARow = 0;
  try {
    while (!signal.aborted) {
      const messages = await receive(sqs, url, hide_s, signal);
      const isNew = ({ MessageId = '' }: Message) => !sent.has(MessageId) && !passed.has(MessageId);
      const fresh = messages.filter(isNew);
      const wanted = fresh.filter(({ Body = '' }) => isWanted === undefined || isWanted(keyOf(queue, Body) ?? ''));
      for (const message of messages) {
        const { MessageId = '' } = message;
        if (sent.has(MessageId)) failed.add(MessageId);
        else if (!wanted.includes(message)) passed.add(MessageId);
      }
      const staying = isDryRun ? messages : messages.filter((message) => !wanted.includes(message));
      held.push(...receiptsOf(staying).slice(0, Math.max(0, HELD_MAX - held.length)));
      if (messages.length === 0) break;
      // In a long run what was passed over is shown again before all has been seen: a whole round of it is the end.
      knownInARow = fresh.length > 0 ? 0 : knownInARow + messages.length;
      if (knownInARow > passed.size + failed.size) break;
      if (isDryRun) for (const { MessageId = '' } of wanted) passed.add(MessageId);
      // One request may carry ten: fewer where the pace allows fewer, so that no burst goes beyond it.
      const step = isDryRun ? wanted.length : Math.max(1, Math.min(wanted.length, Math.floor(maxPerSecond ?? 10)));
      for (let from = 0; from < wanted.length; from += step) {
        const part = wanted.slice(from, from + step);
        if (!isDryRun) {
          await pace.wait(part.length);
          if (signal.aborted) {
            held.push(...receiptsOf(wanted.slice(from)));
            break;
          }
          for (const id of await sendBack(part)) sent.add(id);
        }
        replayed += part.length;
        onProgress?.(replayed, found);
      }
    }
  } finally {
    await releaseMessages(sqs, url, held);
  }
  const passedOver = isDryRun ? passed.size - replayed : passed.size;
  const end = signal.aborted ? 'interrupted' : isDryRun ? 'dry_run' : 'done';
  return { replayed, passedOver, failedAgain: failed.size, end };

  async function sendBack(messages: readonly Message[]): Promise<string[]> {
    const letters = await Promise.all(messages.map((message) => readDeadLetter(queue, message, access)));
    const outgoing = messages.map(({ Body = '', MessageAttributes }) => ({
      body: Body,
      attributes: MessageAttributes,
    }));
    const ids = await sendMessages(sqs, targetUrl, outgoing);
    await deleteMessages(sqs, url, receiptsOf(messages));
    const failures = letters.flatMap((letter) => letter.failures);
    await Promise.all(failures.map((failure) => markResent(dynamoDb, tableName, failure)));
    return ids;
  }
}
