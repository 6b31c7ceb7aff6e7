/** Queues of the pipeline as an operator uses them: asked by name, sent to in batches whose answers are read. */
import {
  ChangeMessageVisibilityBatchCommand,
  DeleteMessageBatchCommand,
  GetQueueAttributesCommand,
  GetQueueUrlCommand,
  type Message,
  type MessageAttributeValue,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { BrokenWorldError } from '@tastetrend/aws';

/** SQS takes and gives at most this many messages for one request. */
const SQS_BATCH_MAX = 10;
/** Bytes of one request that carries messages: the smallest limit that SQS has had. */
const BATCH_BYTES_MAX = 262_144;

export interface OutgoingMessage {
  readonly body: string;
  readonly attributes?: Readonly<Record<string, MessageAttributeValue>> | undefined;
}

/** One broken call, named by what was asked. @throws BrokenWorldError */
export async function asking<T>(what: string, ask: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    throw new BrokenWorldError(`cannot ${what}`, error);
  }
}

/** @throws BrokenWorldError */
export async function queueUrl(sqs: SQSClient, name: string): Promise<string> {
  const { QueueUrl } = await asking(`find queue ${name}`, () => sqs.send(new GetQueueUrlCommand({ QueueName: name })));
  if (QueueUrl === undefined) throw new BrokenWorldError(`SQS names no URL for queue ${name}`);
  return QueueUrl;
}

export interface QueueFacts {
  readonly arn: string;
  readonly waiting: number;
  readonly inFlight: number;
}

/** How many messages a queue holds, by SQS's own estimate. @throws BrokenWorldError */
export async function queueFacts(sqs: SQSClient, url: string): Promise<QueueFacts> {
  const command = new GetQueueAttributesCommand({
    QueueUrl: url,
    AttributeNames: ['QueueArn', 'ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
  });
  const { Attributes = {} } = await asking(`look at queue ${url}`, () => sqs.send(command));
  return {
    arn: Attributes.QueueArn ?? '',
    waiting: Number(Attributes.ApproximateNumberOfMessages ?? 0),
    inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
  };
}

/** Up to ten messages, hidden from others for that long. @throws BrokenWorldError */
export async function receive(sqs: SQSClient, url: string, hide_s: number, signal?: AbortSignal): Promise<Message[]> {
  const command = new ReceiveMessageCommand({
    QueueUrl: url,
    MaxNumberOfMessages: SQS_BATCH_MAX,
    VisibilityTimeout: hide_s,
    // A wait makes SQS ask all of its hosts, so that an empty answer means an empty queue.
    WaitTimeSeconds: 1,
    MessageSystemAttributeNames: ['All'],
    MessageAttributeNames: ['All'],
  });
  if (signal?.aborted === true) return [];
  const { Messages = [] } = await asking(`receive from queue ${url}`, () => sqs.send(command));
  return Messages;
}

/**
 * Sends messages, in as few requests as there can be.
 * @returns the message ids that SQS gave, in the order of the messages
 * @throws BrokenWorldError when one was not taken; those before it may have gone
 */
export async function sendMessages(
  sqs: SQSClient,
  url: string,
  messages: readonly OutgoingMessage[],
): Promise<string[]> {
  const ids: string[] = [];
  for (const batch of batchesOf(messages)) {
    const Entries = batch.map(({ body, attributes }, at) => ({
      Id: String(at),
      MessageBody: body,
      ...(attributes === undefined ? {} : { MessageAttributes: { ...attributes } }),
    }));
    const { Successful = [], Failed = [] } = await asking(`send to queue ${url}`, () =>
      sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries })),
    );
    const [refused] = Failed;
    if (refused !== undefined || Successful.length !== batch.length) {
      throw new BrokenWorldError(`queue ${url} did not take a message: ${refused?.Code} ${refused?.Message ?? ''}`);
    }
    const byId = new Map(Successful.map(({ Id, MessageId }) => [Id, MessageId ?? '']));
    ids.push(...batch.map((_, at) => byId.get(String(at)) ?? ''));
  }
  return ids;
}

function* batchesOf(messages: readonly OutgoingMessage[]): Generator<OutgoingMessage[]> {
  let batch: OutgoingMessage[] = [];
  let bytes = 0;
  for (const message of messages) {
    const size = Buffer.byteLength(message.body) + Buffer.byteLength(JSON.stringify(message.attributes ?? {}));
    if (batch.length === SQS_BATCH_MAX || (batch.length > 0 && bytes + size > BATCH_BYTES_MAX)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(message);
    bytes += size;
  }
  if (batch.length > 0) yield batch;
}

/** Deletes received messages; one that cannot be deleted comes back, which does no harm. @throws BrokenWorldError */
export async function deleteMessages(sqs: SQSClient, url: string, receipts: readonly string[]): Promise<void> {
  for (let from = 0; from < receipts.length; from += SQS_BATCH_MAX) {
    const Entries = receipts
      .slice(from, from + SQS_BATCH_MAX)
      .map((ReceiptHandle, at) => ({ Id: String(at), ReceiptHandle }));
    const command = new DeleteMessageBatchCommand({ QueueUrl: url, Entries });
    await asking(`delete from queue ${url}`, () => sqs.send(command));
  }
}

/** Shows received messages to others again, at once. @throws BrokenWorldError */
export async function releaseMessages(sqs: SQSClient, url: string, receipts: readonly string[]): Promise<void> {
  for (let from = 0; from < receipts.length; from += SQS_BATCH_MAX) {
    const Entries = receipts
      .slice(from, from + SQS_BATCH_MAX)
      .map((ReceiptHandle, at) => ({ Id: String(at), ReceiptHandle, VisibilityTimeout: 0 }));
    const command = new ChangeMessageVisibilityBatchCommand({ QueueUrl: url, Entries });
    await asking(`release messages of queue ${url}`, () => sqs.send(command));
  }
}
