/**
 * A batch of SQS messages, worked on a few at a time, each for itself: one that fails is reported alone, with the cause
 * in a failure record and its visibility set to a backoff. Powertools' BatchProcessor runs all at once, without a cap.
 */
import { ChangeMessageVisibilityCommand, type SQSClient } from '@aws-sdk/client-sqs';
import type { FunctionName } from '@tastetrend/contracts';
import { pipeline } from '@tastetrend/contracts';
import { describeError, ForeignMessageError } from './errors.ts';
import { type FailureRecord, subjectOfBody } from './failure-log.ts';

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

export interface BatchSettings {
  readonly functionName: FunctionName;
  readonly timeFactor: number;
  /** Milliseconds left of this invocation. */
  remainingTimeMs(): number;
  /** @param body the message's body, parsed as JSON */
  work(body: unknown, message: SqsMessage): Promise<MessageOutcome>;
  setVisibility(message: SqsMessage, seconds: number): Promise<void>;
  recordFailure(record: FailureRecord): Promise<void>;
  /** Told of what went wrong, for the log. */
  onFailure(message: SqsMessage, cause: string, retryAfterS: number): void;
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
 */
export async function handleBatch(event: SqsEvent, settings: BatchSettings): Promise<BatchResponse> {
  const { messages_in_flight_max, timeout_s } = pipeline.functions[settings.functionName];
  const timeLeftMinMs = (timeout_s * 1000) / settings.timeFactor / 2;
  const receiveCount = (message: SqsMessage) => Number(message.attributes.ApproximateReceiveCount) || 1;
  const waiting = [...event.Records].sort((a, b) => receiveCount(b) - receiveCount(a));
  const failed: string[] = [];
  let started = 0;

  async function workThrough(): Promise<void> {
    for (let message = waiting.shift(); message !== undefined; message = waiting.shift()) {
      // The largest allowed file ends within half the timeout: with less left, a fresh invocation does it.
      if (started >= messages_in_flight_max && settings.remainingTimeMs() < timeLeftMinMs) {
        failed.push(message.messageId);
        await setVisibilitySafely(settings, message, 0);
        continue;
      }
      started += 1;
      if (!(await handleMessage(message, receiveCount(message), settings))) failed.push(message.messageId);
    }
  }

  await Promise.all(Array.from({ length: messages_in_flight_max }, workThrough));
  return { batchItemFailures: failed.map((itemIdentifier) => ({ itemIdentifier })) };
}

/** @returns whether the message is done */
async function handleMessage(message: SqsMessage, receiveCount: number, settings: BatchSettings): Promise<boolean> {
  try {
    const outcome = await settings.work(parseBody(message.body), message);
    if (outcome.kind === 'done') return true;
    await setVisibilitySafely(settings, message, outcome.retryAfterS);
    return false;
  } catch (error) {
    const isAboutAFile = error instanceof MessageFailure;
    const cause = isAboutAFile ? error.message : describeError(error);
    const seconds = retryAfterS(settings.functionName, receiveCount, settings.timeFactor);
    tellSafely(settings, message, cause, seconds);
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
      tellSafely(settings, message, describeError(failure), seconds);
    }
    await setVisibilitySafely(settings, message, seconds);
    return false;
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

async function setVisibilitySafely(settings: BatchSettings, message: SqsMessage, seconds: number): Promise<void> {
  try {
    await settings.setVisibility(message, seconds);
  } catch (error) {
    // Then the queue's own visibility timeout brings it back: later, but surely.
    tellSafely(settings, message, `cannot set the visibility: ${describeError(error)}`, seconds);
  }
}

/** A log that cannot be written must not cost the batch its answer. */
function tellSafely(settings: BatchSettings, message: SqsMessage, cause: string, retryAfterS: number): void {
  try {
    settings.onFailure(message, cause, retryAfterS);
  } catch {
    // There is nowhere left to say it; the message still comes back.
  }
}

/** `setVisibility` over SQS. */
export function visibilitySetter(sqs: SQSClient, queueUrl: string): BatchSettings['setVisibility'] {
  return async (message, seconds) => {
    await sqs.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: queueUrl,
        ReceiptHandle: message.receiptHandle,
        VisibilityTimeout: seconds,
      }),
    );
  };
}
