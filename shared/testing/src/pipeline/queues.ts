/** Queues as a test looks at them. */
import {
  DeleteMessageBatchCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  type Message,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

/** SQS takes and gives at most this many messages for one request. */
const BATCH_MAX = 10;
const TAP_WAIT_S = 1;

export interface QueueDepth {
  readonly visible: number;
  readonly inFlight: number;
}

export async function depthOf(sqs: SQSClient, url: string): Promise<QueueDepth> {
  const command = new GetQueueAttributesCommand({
    QueueUrl: url,
    AttributeNames: ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'],
  });
  const { Attributes = {} } = await sqs.send(command);
  return {
    visible: Number(Attributes.ApproximateNumberOfMessages),
    inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible),
  };
}

/** Sends bodies; up to ten at a time arrive together. */
export async function sendAll(sqs: SQSClient, url: string, bodies: readonly string[]): Promise<void> {
  for (let from = 0; from < bodies.length; from += BATCH_MAX) {
    const Entries = bodies.slice(from, from + BATCH_MAX).map((MessageBody, at) => ({ Id: String(at), MessageBody }));
    const { Failed = [] } = await sqs.send(new SendMessageBatchCommand({ QueueUrl: url, Entries }));
    if (Failed.length > 0) throw new Error(`${Failed.length} messages were not taken: ${Failed[0]?.Message}`);
  }
}

/** Receives what is there now, and deletes it. */
export async function takeAll(sqs: SQSClient, url: string): Promise<Message[]> {
  const taken: Message[] = [];
  for (;;) {
    const command = new ReceiveMessageCommand({
      QueueUrl: url,
      MaxNumberOfMessages: BATCH_MAX,
      MessageSystemAttributeNames: ['All'],
    });
    const { Messages = [] } = await sqs.send(command);
    if (Messages.length === 0) return taken;
    for (const { ReceiptHandle } of Messages)
      await sqs.send(new DeleteMessageCommand({ QueueUrl: url, ReceiptHandle }));
    taken.push(...Messages);
  }
}

/** Collects the bodies that arrive in a queue, until it is stopped. */
export function collect(sqs: SQSClient, url: string): { readonly bodies: string[]; stop(): Promise<void> } {
  const bodies: string[] = [];
  const stopping = new AbortController();
  const { signal } = stopping;
  async function run(): Promise<void> {
    while (!signal.aborted) {
      const command = new ReceiveMessageCommand({
        QueueUrl: url,
        MaxNumberOfMessages: BATCH_MAX,
        WaitTimeSeconds: TAP_WAIT_S,
      });
      const { Messages = [] } = await sqs.send(command, { abortSignal: signal });
      for (const { Body } of Messages) bodies.push(Body ?? '');
      const Entries = Messages.map(({ ReceiptHandle }, at) => ({ Id: String(at), ReceiptHandle }));
      if (Entries.length > 0) await sqs.send(new DeleteMessageBatchCommand({ QueueUrl: url, Entries }));
    }
  }
  let failure: unknown;
  const running = run().catch((error) => {
    if (!signal.aborted) failure = error;
  });
  return {
    bodies,
    stop: async () => {
      stopping.abort();
      await running;
      if (failure !== undefined) throw failure;
    },
  };
}
