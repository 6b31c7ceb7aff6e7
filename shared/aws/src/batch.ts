/**
 * A batch of SQS messages, worked on a few at a time, each for itself: one that fails is reported alone, with the cause
 * in a failure record and its visibility set to a backoff. Powertools' BatchProcessor runs all at once, without a cap.
 */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { ChangeMessageVisibilityCommand, DeleteMessageCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { FunctionName } from '@tastetrend/contracts';
import { pipeline } from '@tastetrend/contracts';
import { describeError, ForeignMessageError } from './errors.ts';
import { type AttemptLog, attemptsIn, type FailureRecord, subjectOfBody, writeFailure } from './failure-log.ts';
import { observerOf } from './observability.ts';

/** The part of Lambda's SQS event that is read here. */
export interface SqsEvent {
  readonly Records: readonly SqsMessage[];
}
export interface SqsMessage {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: { readonly ApproximateReceiveCount: string };
}
export interface BatchResponse {
  batchItemFailures: { itemIdentifier: string }[];
}

/** What became of a message: done, or held by another worker, so that it comes back after that many seconds. */
export type MessageOutcome = { readonly kind: 'done' } | { readonly kind: 'busy'; readonly retryAfterS: number };

type Ending = MessageOutcome['kind'] | 'failed';

/** Thrown by the work to say which file version a failure is about. */
export class MessageFailure extends Error {
  override readonly name = 'MessageFailure';
  /** Identity of the file version, as the failure record is to be found by. */
  readonly subject: string;
  constructor(subject: string, cause: unknown) {
    super(describeError(cause), { cause });
    this.subject = subject;
  }
}

/** What a batch does with its queue, with the pipeline's table, and with its log. */
export interface BatchAccess {
  setVisibility(message: SqsMessage, seconds: number): Promise<void>;
  deleteMessage(message: SqsMessage): Promise<void>;
  recordFailure(record: FailureRecord): Promise<void>;
  readonly attempts: AttemptLog;
  /** Told once of each message that failed. */
  onFailure(message: SqsMessage, cause: string, retryAfterS: number): void;
  /** Told of what could not be noted, deleted or set: it fails no message, and costs time at most. */
  onTrouble(message: SqsMessage, cause: string): void;
}

export interface BatchSettings extends BatchAccess {
  readonly functionName: FunctionName;
  readonly timeFactor: number;
  /** Milliseconds left of this invocation. */
  remainingTimeMs(): number;
  /** @param body the message's body, parsed as JSON */
  work(body: unknown, message: SqsMessage): Promise<MessageOutcome>;
  /** Identity of the file version that a message is about; undefined, or a throw, where it cannot be told. */
  subjectOf(body: unknown): string | undefined;
}

/** Seconds before a message that was received `receiveCount` times is tried again. */
export function retryAfterS(functionName: FunctionName, receiveCount: number, timeFactor: number): number {
  const backoff = pipeline.functions[functionName].retry_backoff_s;
  const seconds = backoff[Math.min(Math.max(receiveCount, 1), backoff.length) - 1] as number;
  return Math.ceil(seconds / timeFactor);
}

/**
 * Works through a batch with a cap on what is in flight, and answers with the messages to be delivered again.
 * Messages that were received most often go first; what there is no time left for goes back to the queue at once.
 *
 * A worker that dies takes its whole batch back to the queue, and costs each message a receive. So in a batch that holds
 * what came back, each message that is done is deleted at once, and what came back is noted before it is worked on. What
 * was at work when a worker died is worked on alone, and after the others that have as few receives left.
 */
export async function handleBatch(event: SqsEvent, settings: BatchSettings): Promise<BatchResponse> {
  const { messages_in_flight_max, timeout_s } = pipeline.functions[settings.functionName];
  const timeLeftMinMs = (timeout_s * 1000) / settings.timeFactor / 2;
  const hasReturned = event.Records.some((message) => receiveCountOf(message) > 1);
  const waiting = await inOrder(event.Records, settings);
  const failed: string[] = [];
  let started = 0;

  async function workOn(message: SqsMessage): Promise<void> {
    // The largest allowed file ends within half the timeout: with less left, a fresh invocation does it.
    if (started >= messages_in_flight_max && settings.remainingTimeMs() < timeLeftMinMs) {
      failed.push(message.messageId);
      await setVisibilitySafely(settings, message, 0);
      return;
    }
    started += 1;
    if ((await attempt(message, settings)) !== 'done') failed.push(message.messageId);
    else if (hasReturned) await deleteSafely(settings, message);
  }

  /** Up to the next suspect. */
  async function workThrough(): Promise<void> {
    for (let next = waiting[0]; next !== undefined && next.deaths === 0; next = waiting[0]) {
      waiting.shift();
      await workOn(next.message);
    }
  }

  while (waiting.length > 0) {
    await Promise.all(Array.from({ length: messages_in_flight_max }, workThrough));
    const suspect = waiting.shift();
    if (suspect !== undefined) await workOn(suspect.message);
  }
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

function receiveCountOf(message: SqsMessage): number {
  return Number(message.attributes.ApproximateReceiveCount) || 1;
}

/** A batch in the order in which it is worked on: with most receives first, and of these with fewest deaths. */
async function inOrder(messages: readonly SqsMessage[], settings: BatchSettings) {
  const looked = await Promise.all(
    messages.map(async (message) => ({ message, deaths: await deathsOf(message, settings) })),
  );
  return looked.sort((a, b) => receiveCountOf(b.message) - receiveCountOf(a.message) || a.deaths - b.deaths);
}

/** How often a worker died while it worked on a message that came back. What is new is not asked about. */
async function deathsOf(message: SqsMessage, settings: BatchSettings): Promise<number> {
  if (receiveCountOf(message) < 2) return 0;
  try {
    return await settings.attempts.unended(subjectOf(message, settings));
  } catch (error) {
    tellTrouble(settings, message, `cannot read earlier attempts: ${describeError(error)}`);
    return 0;
  }
}

function subjectOf(message: SqsMessage, settings: BatchSettings): string {
  try {
    return settings.subjectOf(parseBody(message.body)) ?? subjectOfBody(message.body);
  } catch {
    return subjectOfBody(message.body);
  }
}

/** Works on a message, and notes that it does where the message came back. */
async function attempt(message: SqsMessage, settings: BatchSettings): Promise<Ending> {
  const { functionName, attempts, timeFactor } = settings;
  const receiveCount = receiveCountOf(message);
  if (receiveCount < 2) return await handleMessage(message, receiveCount, settings);
  const { visibility_timeout_s, max_receive_count } = pipeline.queues[functionName];
  const subject = subjectOf(message, settings);
  await noteSafely(settings, message, () =>
    attempts.begin({
      subject,
      service: functionName,
      messageId: message.messageId,
      receiveCount,
      receiveCountMax: max_receive_count,
      beganAt: new Date().toISOString(),
      retryAfterS: Math.ceil(visibility_timeout_s / timeFactor),
    }),
  );
  const ending = await handleMessage(message, receiveCount, settings);
  // Busy says nothing of the work: it may be held by the very worker that died of it.
  await noteSafely(settings, message, () => (ending === 'busy' ? attempts.takeBack(subject) : attempts.end(subject)));
  return ending;
}

async function handleMessage(message: SqsMessage, receiveCount: number, settings: BatchSettings): Promise<Ending> {
  try {
    const outcome = await settings.work(parseBody(message.body), message);
    if (outcome.kind === 'busy') await setVisibilitySafely(settings, message, outcome.retryAfterS);
    return outcome.kind;
  } catch (error) {
    const isAboutAFile = error instanceof MessageFailure;
    const cause = isAboutAFile ? error.message : describeError(error);
    const seconds = retryAfterS(settings.functionName, receiveCount, settings.timeFactor);
    toldSafely(() => settings.onFailure(message, cause, seconds));
    const record: FailureRecord = {
      subject: isAboutAFile ? error.subject : subjectOfBody(message.body),
      service: settings.functionName,
      messageId: message.messageId,
      cause,
      receiveCount,
      receiveCountMax: pipeline.queues[settings.functionName].max_receive_count,
      failedAt: new Date().toISOString(),
      retryAfterS: seconds,
    };
    // The failure stands whether or not it could be written down: the message must come back in any case.
    try {
      await settings.recordFailure(record);
    } catch (failure) {
      tellTrouble(settings, message, `cannot write down the failure: ${describeError(failure)}`);
    }
    await setVisibilitySafely(settings, message, seconds);
    return 'failed';
  }
}

function parseBody(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    // The parser's own message quotes the body, which has no place in a log.
    throw new ForeignMessageError(`the message body is no JSON (${Buffer.byteLength(body)} bytes)`);
  }
}

/** What cannot be noted makes the next death dearer, and no more. */
async function noteSafely(settings: BatchSettings, message: SqsMessage, note: () => Promise<void>): Promise<void> {
  try {
    await note();
  } catch (error) {
    tellTrouble(settings, message, `cannot note the attempt: ${describeError(error)}`);
  }
}

/** What is done and cannot be deleted now is deleted after the batch, or comes back and is found done. */
async function deleteSafely(settings: BatchSettings, message: SqsMessage): Promise<void> {
  try {
    await settings.deleteMessage(message);
  } catch (error) {
    tellTrouble(settings, message, `cannot delete the message, which is done: ${describeError(error)}`);
  }
}

async function setVisibilitySafely(settings: BatchSettings, message: SqsMessage, seconds: number): Promise<void> {
  try {
    await settings.setVisibility(message, seconds);
  } catch (error) {
    // Then the queue's own visibility timeout brings it back: later, but surely.
    tellTrouble(settings, message, `cannot set the visibility: ${describeError(error)}`);
  }
}

function tellTrouble(settings: BatchSettings, message: SqsMessage, cause: string): void {
  toldSafely(() => settings.onTrouble(message, cause));
}

/** A log that cannot be written must not cost the batch its answer. */
function toldSafely(tell: () => void): void {
  try {
    tell();
  } catch {
    // There is nowhere left to say it; the message still comes back.
  }
}

/** A batch's access to its queue and to the pipeline's table; its failures are counted as `<Function>Failures`. */
export function batchAccess(
  functionName: FunctionName,
  { sqs, dynamoDb }: { readonly sqs: SQSClient; readonly dynamoDb: DynamoDBClient },
  configuration: { readonly queueUrl: string; readonly tableName: string; readonly environment: string },
): BatchAccess {
  const { queueUrl, tableName, environment } = configuration;
  const observerFor = ({ messageId }: SqsMessage) => observerOf(functionName, environment, { message_id: messageId });
  const failuresMetric = `${functionName.charAt(0).toUpperCase()}${functionName.slice(1)}Failures`;
  return {
    async setVisibility({ receiptHandle }, seconds) {
      await sqs.send(
        new ChangeMessageVisibilityCommand({
          QueueUrl: queueUrl,
          ReceiptHandle: receiptHandle,
          VisibilityTimeout: seconds,
        }),
      );
    },
    async deleteMessage({ receiptHandle }) {
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle: receiptHandle }));
    },
    recordFailure: (record) => writeFailure(dynamoDb, tableName, record),
    attempts: attemptsIn(dynamoDb, tableName, functionName),
    onFailure(message, cause, retryAfterS) {
      const observer = observerFor(message);
      observer.logger.error('message failed', { cause, retry_after_s: retryAfterS });
      observer.count(failuresMetric, 'Count', 1);
      observer.flush();
    },
    onTrouble(message, cause) {
      observerFor(message).logger.warn('message handled with trouble', { cause });
    },
  };
}
