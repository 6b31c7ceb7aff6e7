/**
 * The event that Lambda makes of received messages.
 * Source: AWS Lambda developer guide, "Using Lambda with Amazon SQS", "Example Amazon SQS message event".
 */
import type { Message } from '@aws-sdk/client-sqs';

interface SqsMessageAttribute {
  readonly stringValue?: string;
  readonly binaryValue?: string;
  readonly stringListValues: readonly string[];
  readonly binaryListValues: readonly string[];
  readonly dataType: string;
}

export interface SqsRecord {
  readonly messageId: string;
  readonly receiptHandle: string;
  readonly body: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly messageAttributes: Readonly<Record<string, SqsMessageAttribute>>;
  readonly md5OfMessageAttributes?: string;
  readonly md5OfBody: string;
  readonly eventSource: 'aws:sqs';
  readonly eventSourceARN: string;
  readonly awsRegion: string;
}

export interface SqsEvent {
  readonly Records: readonly SqsRecord[];
}

export function recordOf(message: Message, queueArn: string, region: string): SqsRecord {
  const attributes = Object.entries(message.MessageAttributes ?? {}).map(([name, value]) => {
    const { DataType: dataType = '', StringValue: stringValue, BinaryValue } = value;
    const binaryValue = BinaryValue === undefined ? undefined : Buffer.from(BinaryValue).toString('base64');
    const content = { ...(stringValue === undefined ? {} : { stringValue }), ...(binaryValue ? { binaryValue } : {}) };
    return [name, { ...content, stringListValues: [], binaryListValues: [], dataType }] as const;
  });
  const md5 = message.MD5OfMessageAttributes;
  return {
    messageId: message.MessageId ?? '',
    receiptHandle: message.ReceiptHandle ?? '',
    body: message.Body ?? '',
    attributes: { ...message.Attributes },
    messageAttributes: Object.fromEntries(attributes),
    ...(md5 === undefined ? {} : { md5OfMessageAttributes: md5 }),
    md5OfBody: message.MD5OfBody ?? '',
    eventSource: 'aws:sqs',
    eventSourceARN: queueArn,
    awsRegion: region,
  };
}

/**
 * Parts records into events that Lambda can carry, in their order.
 * @param bytesMax the payload's bound; a record that exceeds it alone makes an event of its own, whose invocation fails
 */
export function eventsOf(records: readonly SqsRecord[], bytesMax: number): SqsEvent[] {
  const frameBytes = JSON.stringify({ Records: [] }).length;
  const events: { Records: SqsRecord[] }[] = [];
  let bytes = Number.POSITIVE_INFINITY;
  for (const record of records) {
    const recordBytes = Buffer.byteLength(JSON.stringify(record)) + 1;
    if (bytes + recordBytes > bytesMax) {
      events.push({ Records: [] });
      bytes = frameBytes;
    }
    events.at(-1)?.Records.push(record);
    bytes += recordBytes;
  }
  return events;
}
