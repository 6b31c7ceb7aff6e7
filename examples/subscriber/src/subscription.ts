/**
 * Rule, queue and DLQ of a consumer, on the pipeline's bus; and taking messages out of the queue. Nothing in here knows what
 * an event says. What is there already under its name is taken as it is.
 */
import { type EventBridgeClient, PutRuleCommand, PutTargetsCommand } from '@aws-sdk/client-eventbridge';
import {
  CreateQueueCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SetQueueAttributesCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';

const DAYS_14_S = 14 * 86_400;
const RECEIVES_MAX = 5;

export interface Clients {
  readonly sqs: SQSClient;
  readonly eventBridge: EventBridgeClient;
}

export interface Wanted {
  /** Of the queue and the rule; the DLQ has `-dlq` behind it. */
  readonly name: string;
  /** The pipeline's bus. */
  readonly busName: string;
  readonly source: string;
  readonly detailTypes: readonly string[];
  /** Seconds until a message comes again that was neither done nor given back. */
  readonly visibilityS: number;
}

export interface Subscription {
  readonly queueUrl: string;
  readonly dlqUrl: string;
}

export async function subscribe({ sqs, eventBridge }: Clients, wanted: Wanted): Promise<Subscription> {
  const { name, busName, source, detailTypes, visibilityS } = wanted;
  const dlq = await createQueue(sqs, `${name}-dlq`, { MessageRetentionPeriod: String(DAYS_14_S) });
  const queue = await createQueue(sqs, name, {
    MessageRetentionPeriod: String(DAYS_14_S),
    VisibilityTimeout: String(visibilityS),
    RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dlq.arn, maxReceiveCount: RECEIVES_MAX }),
  });
  const EventPattern = JSON.stringify({ source: [source], 'detail-type': detailTypes });
  const rule = await eventBridge.send(new PutRuleCommand({ Name: name, EventBusName: busName, EventPattern }));
  await Promise.all([queue, dlq].map((one) => allowRule(sqs, one, rule.RuleArn ?? '')));
  // What EventBridge cannot deliver goes to the DLQ too, with the reason in the message's attributes.
  const target = { Id: 'queue', Arn: queue.arn, DeadLetterConfig: { Arn: dlq.arn } };
  await eventBridge.send(new PutTargetsCommand({ Rule: name, EventBusName: busName, Targets: [target] }));
  return { queueUrl: queue.url, dlqUrl: dlq.url };
}

/**
 * Receives what is there, and deletes a message when it was taken. One that fails stays, comes again after its visibility
 * timeout, and lies in the DLQ after five times.
 * @param waitS seconds to wait for a message
 * @param take given the event, as JSON has it; throws to have it again
 * @returns how many were taken, and what failed
 */
export async function receive(
  sqs: SQSClient,
  queueUrl: string,
  waitS: number,
  take: (event: unknown) => Promise<void>,
): Promise<{ readonly taken: number; readonly failures: readonly unknown[] }> {
  const received = await sqs.send(
    new ReceiveMessageCommand({ QueueUrl: queueUrl, MaxNumberOfMessages: 10, WaitTimeSeconds: waitS }),
  );
  const failures: unknown[] = [];
  let taken = 0;
  for (const { Body = '', ReceiptHandle } of received.Messages ?? []) {
    try {
      await take(JSON.parse(Body));
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
