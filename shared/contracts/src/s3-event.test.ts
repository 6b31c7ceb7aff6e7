import { expect, test } from 'vitest';
import { objectCreatedEventSchema, objectEventSchema } from './s3-event.ts';

/** The example of the S3 user guide's event structure, with made-up names. */
const event = {
  version: '0',
  id: '17793124-05d4-b198-2fde-7ededc63b103',
  'detail-type': 'Object Created',
  source: 'aws.s3',
  account: '111122223333',
  time: '2026-11-12T00:00:00Z',
  region: 'ca-central-1',
  resources: ['arn:aws:s3:::amzn-s3-demo-bucket1'],
  detail: {
    version: '0',
    bucket: { name: 'amzn-s3-demo-bucket1' },
    object: {
      key: 'my reviews+1 100%.csv',
      size: 5,
      etag: 'b1946ac92492d2347c6235b4d2611184',
      'version-id': 'IYV3p45BT0ac8hjHg1houSdS1a.Mro8e',
      sequencer: '00617F08299329D189',
    },
    'request-id': 'N4N7GDK58NMKJ12R',
    requester: '123456789012',
    'source-ip-address': '2001:db8::1',
    reason: 'PutObject',
  },
};

test('an event as S3 sends it is read, its key taken as it stands', () => {
  expect(objectCreatedEventSchema.parse(event).detail.object.key).toBe('my reviews+1 100%.csv');
});

test('without a version id, as from a bucket that keeps no versions', () => {
  const { 'version-id': _, ...object } = event.detail.object;
  expect(objectCreatedEventSchema.safeParse({ ...event, detail: { ...event.detail, object } }).success).toBe(true);
});

test.each([
  ['another source', { ...event, source: 'aws.ec2' }],
  ['another kind', { ...event, 'detail-type': 'Object Deleted' }],
  ['no key', { ...event, detail: { ...event.detail, object: {} } }],
  ['no detail', { ...event, detail: undefined }],
  ['no event at all', 'hello'],
])('%s is not ours', (_name, foreign) => {
  expect(objectCreatedEventSchema.safeParse(foreign).success).toBe(false);
});

test.each([
  ['a delete marker that came', 'DeleteObject', 'Delete Marker Created'],
  ['a version that expired', 'Lifecycle Expiration', 'Permanently Deleted'],
])('%s is an event about an object, too', (_name, reason, type) => {
  const { 'version-id': _, ...object } = event.detail.object;
  const deletion = {
    ...event,
    'detail-type': 'Object Deleted',
    detail: { ...event.detail, reason, 'deletion-type': type },
  };
  expect(objectEventSchema.parse(deletion).detail).toMatchObject({ reason, 'deletion-type': type });
  // As the local AWS has it.
  expect(objectEventSchema.safeParse({ ...deletion, detail: { ...deletion.detail, object } }).success).toBe(true);
  expect(objectEventSchema.safeParse(event).success).toBe(true);
});
