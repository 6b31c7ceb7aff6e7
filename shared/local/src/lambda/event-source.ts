/**
 * An SQS queue as the event source of a function, by the rules that AWS documents, strictly.
 * Sources: AWS Lambda developer guide, "Using Lambda with Amazon SQS" (batching, visibility, concurrency) and "Handling
 * errors for an SQS event source in Lambda"; API reference, "CreateEventSourceMapping".
 */
import { setTimeout as sleep } from 'node:timers/promises';
import {
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { InvalidEventSourceError } from '../errors.ts';
import { judgeBatchResponse } from './batch-response.ts';
import { type InvocationOutcome, PAYLOAD_BYTES_MAX } from './invocation.ts';
import { eventsOf, recordOf, type SqsEvent, type SqsRecord } from './sqs-event.ts';

/** SQS gives at most this many messages for one request, and takes as many in a batch. */
const SQS_BATCH_MAX = 10;
/**
 * AWS's pollers wait 20 s. A request that is cut off at a stop may still take a message, in SQS as in MiniStack, and hide
 * it for its visibility timeout; and MiniStack answers open requests before it ends. So both are kept short.
 */
const LONG_POLL_MAX_S = 1;
const RECEIVE_BACKOFF_MS = [200, 500, 1_000, 2_000, 5_000];
const DELETE_ATTEMPTS_MAX = 3;

export interface EventSourceSettings {
  readonly client: SQSClient;
  readonly region: string;
  readonly queueUrl: string;
  readonly queueArn: string;
  /** The function's timeout: the queue's visibility timeout must not be shorter. */
  readonly functionTimeout_s: number;
  readonly batchSize: number;
  /** How long to gather a batch, from its first message on; 0 invokes with whatever one request gave. */
  readonly batchingWindow_s: number;
  /** Invocations at the same time. */
  readonly maximumConcurrency: number;
  /** Invokes the function and waits for the outcome. */
  readonly invoke: (event: SqsEvent) => Promise<InvocationOutcome>;
  readonly log: (line: string) => void;
}

export interface EventSource {
  /**
   * Receives no more and waits for running invocations. A request that is open now is cut off: what it would have taken
   * within a second from now comes again after the visibility timeout.
   * @param grace_ms how long to wait for them at most
   * @returns whether all had ended in that time
   */
  stop(grace_ms: number): Promise<boolean>;
}

/**
 * Checks the settings as AWS does when a mapping is created, then polls until it is stopped.
 * @throws InvalidEventSourceError for settings that AWS refuses
 */
export async function startEventSource(settings: EventSourceSettings): Promise<EventSource> {
  refuseInvalidSettings(settings);
  await refuseShortVisibility(settings);
  const stopping = new AbortController();
  const pollers = Array.from({ length: settings.maximumConcurrency }, () => poll(settings, stopping.signal));
  const all = Promise.all(pollers).then(() => true);
  return {
    stop: async (grace_ms) => {
      stopping.abort();
      const waiting = new AbortController();
      const outOfTime = sleep(grace_ms, false, { signal: waiting.signal }).catch(() => false);
      return await Promise.race([all, outOfTime]).finally(() => waiting.abort());
    },
  };
}

function refuseInvalidSettings({ batchSize, batchingWindow_s, maximumConcurrency }: EventSourceSettings): void {
  if (!(Number.isInteger(batchSize) && batchSize >= 1 && batchSize <= 10_000)) {
    throw new InvalidEventSourceError(`BatchSize must be from 1 to 10,000, and is ${batchSize}.`);
  }
  if (!(Number.isInteger(batchingWindow_s) && batchingWindow_s >= 0 && batchingWindow_s <= 300)) {
    throw new InvalidEventSourceError(
      `MaximumBatchingWindowInSeconds must be from 0 to 300, and is ${batchingWindow_s}.`,
    );
  }
  if (batchSize > SQS_BATCH_MAX && batchingWindow_s < 1) {
    throw new InvalidEventSourceError(
      'MaximumBatchingWindowInSeconds must be greater than 0 if maximum batch size is greater than 10.',
    );
  }
  if (!(Number.isInteger(maximumConcurrency) && maximumConcurrency >= 2 && maximumConcurrency <= 1_000)) {
    throw new InvalidEventSourceError(`MaximumConcurrency must be from 2 to 1,000, and is ${maximumConcurrency}.`);
  }
}

async function refuseShortVisibility(settings: EventSourceSettings): Promise<void> {
  const { client, queueUrl, functionTimeout_s } = settings;
  const asked = await client.send(
    new GetQueueAttributesCommand({ QueueUrl: queueUrl, AttributeNames: ['VisibilityTimeout'] }),
  );
  const visibility_s = Number(asked.Attributes?.VisibilityTimeout);
  if (visibility_s >= functionTimeout_s) return;
  throw new InvalidEventSourceError(
    `Queue visibility timeout: ${visibility_s} seconds is less than Function timeout: ${functionTimeout_s} seconds`,
  );
}

/** One of the concurrent pollers: it receives only when it can invoke with what it gets. */
async function poll(settings: EventSourceSettings, stopping: AbortSignal): Promise<void> {
  let failures = 0;
  while (!stopping.aborted) {
    try {
      const records = await gather(settings, stopping);
      for (const event of eventsOf(records, PAYLOAD_BYTES_MAX)) await handle(settings, event);
      failures = 0;
    } catch (error) {
      if (stopping.aborted) return;
      settings.log(`event source of ${settings.queueArn}: ${String(error)}`);
      const backoff_ms = RECEIVE_BACKOFF_MS[Math.min(failures, RECEIVE_BACKOFF_MS.length - 1)];
      failures += 1;
      await sleep(backoff_ms, undefined, { signal: stopping }).catch(() => {});
    }
  }
}

/** Waits for a first message, then until the batch is full, its payload is large enough, or the window has passed. */
async function gather(settings: EventSourceSettings, stopping: AbortSignal): Promise<SqsRecord[]> {
  const { batchSize, batchingWindow_s } = settings;
  const records = await receive(settings, batchSize, LONG_POLL_MAX_S, stopping);
  if (batchingWindow_s === 0 || records.length === 0) return records;
  const windowEnds_ms = performance.now() + batchingWindow_s * 1000;
  while (records.length < batchSize && payloadBytes(records) < PAYLOAD_BYTES_MAX && !stopping.aborted) {
    const left_ms = windowEnds_ms - performance.now();
    if (left_ms <= 0) break;
    // SQS waits whole seconds. The rest of the window is slept, so that no request is cut off that may have taken messages.
    const wait_s = Math.min(LONG_POLL_MAX_S, Math.floor(left_ms / 1000));
    if (wait_s === 0) await sleep(left_ms, undefined, { signal: stopping }).catch(() => {});
    // When stopping, what was gathered is still invoked; nothing more is received for it.
    if (stopping.aborted) break;
    records.push(...(await receive(settings, batchSize - records.length, wait_s, stopping).catch(() => [])));
  }
  return records;
}

async function receive(
  { client, queueUrl, queueArn, region }: EventSourceSettings,
  atMost: number,
  wait_s: number,
  stopping: AbortSignal,
): Promise<SqsRecord[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: queueUrl,
    MaxNumberOfMessages: Math.min(SQS_BATCH_MAX, atMost),
    WaitTimeSeconds: wait_s,
    MessageSystemAttributeNames: ['All'],
    MessageAttributeNames: ['All'],
  });
  const { Messages = [] } = await client.send(command, { abortSignal: stopping });
  return Messages.map((message) => recordOf(message, queueArn, region));
}

/** Invokes once and deletes what succeeded. What failed becomes visible again when its visibility timeout ends. */
async function handle(settings: EventSourceSettings, event: SqsEvent): Promise<void> {
  const outcome = await settings.invoke(event);
  if (outcome.kind === 'failed') {
    settings.log(`invocation ${outcome.requestId} failed (${outcome.reason}): ${outcome.errorMessage}`);
    return;
  }
  const verdict = judgeBatchResponse(
    outcome.response,
    event.Records.map((record) => record.messageId),
  );
  if (verdict.kind === 'whole_batch_failed') {
    settings.log(`invocation ${outcome.requestId} failed its whole batch: ${verdict.because}`);
    return;
  }
  const succeeded = event.Records.filter((record) => !verdict.failed.has(record.messageId));
  for (let from = 0; from < succeeded.length; from += SQS_BATCH_MAX) {
    await deleteMessages(settings, succeeded.slice(from, from + SQS_BATCH_MAX));
  }
}

/** A message that cannot be deleted comes again; at-least-once delivery allows it. */
async function deleteMessages(settings: EventSourceSettings, records: readonly SqsRecord[]): Promise<void> {
  let left = records;
  let because = '';
  for (let attempt = 1; attempt <= DELETE_ATTEMPTS_MAX && left.length > 0; attempt++) {
    const Entries = left.map((record, at) => ({ Id: String(at), ReceiptHandle: record.receiptHandle }));
    const answer = await settings.client.send(new DeleteMessageBatchCommand({ QueueUrl: settings.queueUrl, Entries }));
    const failed = new Set(answer.Failed?.map((failure) => failure.Id));
    because = answer.Failed?.[0]?.Message ?? '';
    left = left.filter((_, at) => failed.has(String(at)));
  }
  for (const { messageId } of left) settings.log(`message ${messageId} was not deleted: ${because}`);
}

function payloadBytes(records: readonly SqsRecord[]): number {
  return records.reduce((sum, record) => sum + Buffer.byteLength(record.body), 0);
}
