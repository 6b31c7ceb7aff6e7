/** Rule, queue and DLQ of this consumer, on the pipeline's bus. What is there already under its name is taken as it is. */
import { type EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import {
  CHUNKS_READY_DETAIL_TYPE,
  type ChunksReadyDetail,
  chunksReadyEventSchema,
  REPORT_SOURCE,
} from '@tastetrend/contracts';

const DAYS_14_S = 14 * 86_400;
/** Taking a hand-over of a million chunks with a small model takes hours: a consumer for those needs a longer one. */
const VISIBILITY_S = 900;
const RECEIVES_MAX = 5;

export interface Subscription {
  readonly queueUrl: string;
  readonly dlqUrl: string;
}

/** @param name of the queue and the rule; the DLQ has `-dlq` behind it. @param busName the pipeline's */
export async function subscribe(
  { sqs, eventBridge }: { readonly sqs: SQSClient; readonly eventBridge: EventBridgeClient },
  busName: string,
  name: string,
): Promise<Subscription> {
  const dlq = await createQueue(sqs, `${name}-dlq`, { MessageRetentionPeriod: String(DAYS_14_S) });
  const queue = await createQueue(sqs, name, {
    MessageRetentionPeriod: String(DAYS_14_S),
    VisibilityTimeout: String(VISIBILITY_S),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dlq.arn, maxReceiveCount: RECEIVES_MAX }),
  });
  const { RuleArn: ruleArn } = await eventBridge.send(
    new PutRuleCommand({
      Name: name,
      EventBusName: busName,
      EventPattern: JSON.stringify({ source: [REPORT_SOURCE], 'detail-type': [CHUNKS_READY_DETAIL_TYPE] }),
    }),
  );
  await Promise.all([queue, dlq].map((one) => allowRule(sqs, one, ruleArn ?? '')));
  const target = { Id: 'queue', Arn: queue.arn, DeadLetterConfig: { Arn: dlq.arn } };
  await eventBridge.send(new PutTargetsCommand({ Rule: name, EventBusName: busName, Targets: [target] }));
  return { queueUrl: queue.url, dlqUrl: dlq.url };
}

/**
 * Receives what is there, and deletes a message when it was taken. One that fails stays, comes again after its visibility
 * timeout, and lies in the DLQ after five times.
 * @param waitS seconds to wait for a message
 * @returns how many were taken, and what failed
 */
export async function receiveHandOvers(
  sqs: SQSClient,
  queueUrl: string,
  waitS: number,
  take: (detail: ChunksReadyDetail) => Promise<void>,
): Promise<{ readonly taken: number; readonly failures: readonly unknown[] }> {
  const received = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: waitS }),
  );
  const failures: unknown[] = [];
  let taken = 0;
  for (const { Body = '', ReceiptHandle } of received.Messages ?? []) {
    try {
      await take(chunksReadyEventSchema.parse(JSON.parse(Body)).detail);
      await sqs.send(new DeleteMessageCommand({ QueueUrl: queueUrl, ReceiptHandle }));
      taken += 1;
    } catch (error) {
      failures.push(error);
    }
  }
  return { taken, failures };
}

async function createQueue(sqs: SQSClient, name: string, Attributes: Record<string, string>) {
  const { QueueUrl: url = '' } = await sqs.send(new CreateQueueCommand({ QueueName: name, Attributes }));
  const asked = await sqs.send(new GetQueueAttributesCommand({ QueueUrl: url, AttributeNames: ['QueueArn'] }));
  return { url, arn: asked.Attributes?.QueueArn ?? '' };
}

async function allowRule(sqs: SQSClient, queue: { url: string; arn: string }, ruleArn: string): Promise<void> {
  const Policy = JSON.stringify({
    Version: '2012-10-17',
    Statement: [
      {
        Sid: 'TakeFromRule',
        Effect: 'Allow',
        Principal: { Service: 'events.amazonaws.com' },
        Action: 'sqs:SendMessage',
        Resource: queue.arn,
        Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
      },
    ],
  });
  await sqs.send(new SetQueueAttributesCommand({ QueueUrl: queue.url, Attributes: { Policy } }));
}
