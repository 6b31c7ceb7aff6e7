import { expect, it } from 'vitest';
import { eventsOf, recordOf } from './sqs-event.ts';

const ARN = 'arn:aws:sqs:us-east-1:000000000000:q';

it('makes the record that Lambda makes', () => {
  const message = {
    MessageId: 'id',
    ReceiptHandle: 'handle',
    Body: '{"a":1}',
    MD5OfBody: 'md5',
    MD5OfMessageAttributes: 'md5a',
    Attributes: { ApproximateReceiveCount: '2' },
    MessageAttributes: {
      text: { DataType: 'String', StringValue: 'é' },
      bytes: { DataType: 'Binary', BinaryValue: Uint8Array.of(1, 2, 255) },
    },
  };
  expect(recordOf(message, ARN, 'us-east-1')).toEqual({
    messageId: 'id',
    receiptHandle: 'handle',
    body: '{"a":1}',
    attributes: { ApproximateReceiveCount: '2' },
    messageAttributes: {
      text: { stringValue: 'é', stringListValues: [], binaryListValues: [], dataType: 'String' },
      bytes: { binaryValue: 'AQL/', stringListValues: [], binaryListValues: [], dataType: 'Binary' },
    },
    md5OfMessageAttributes: 'md5a',
    md5OfBody: 'md5',
    eventSource: 'aws:sqs',
    eventSourceARN: ARN,
    awsRegion: 'us-east-1',
  });
});

it('parts records so that no event exceeds the payload bound', () => {
  // A line break takes two bytes in JSON: what counts is the payload, not the body.
  const sizes = [10, 20, 400, 5, 90, 3_000, 1];
  const records = sizes.map((size, at) => recordOf({ MessageId: `m${at}`, Body: '\n'.repeat(size) }, ARN, 'r'));
  const bytesMax = Math.max(...records.slice(0, 5).map((record) => JSON.stringify(record).length)) + 300;
  const events = eventsOf(records, bytesMax);
  expect(events.flatMap((event) => event.Records)).toEqual(records);
  expect(events.length).toBeGreaterThan(3);
  for (const event of events) {
    if (event.Records.length > 1) expect(JSON.stringify(event).length).toBeLessThanOrEqual(bytesMax);
  }
  expect(events.find((event) => event.Records[0]?.messageId === 'm5')?.Records).toHaveLength(1);
  expect(eventsOf([], 100)).toEqual([]);
});
