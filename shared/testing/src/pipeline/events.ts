/** Events as AWS's EventBridge delivers them: the examples of the S3 user guide, with our own object, and the clock's. */
import { randomUUID } from 'node:crypto';

export interface EventObject {
  readonly bucket: string;
  readonly key: string;
  readonly etag?: string;
  readonly size?: number;
  /** Left out in a bucket without versions, and by MiniStack. */
  readonly versionId?: string;
}

/** Source: S3 user guide, "EventBridge event message structure". The key is not URL-encoded there. */
export function objectCreatedEvent({ bucket, key, etag, size, versionId }: EventObject): Record<string, unknown> {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Object Created',
    source: 'aws.s3',
    account: '111122223333',
    time: '2026-11-12T00:00:00Z',
    region: 'ca-central-1',
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: {
        key,
        size: size ?? 5,
        ...(etag === undefined ? {} : { etag: etag.replaceAll('"', '') }),
        ...(versionId === undefined ? {} : { 'version-id': versionId }),
        sequencer: '617f08299329d189',
      },
      'request-id': 'N4N7GDK58NMKJ12R',
      requester: '123456789012',
      'source-ip-address': '2001:db8::1',
      reason: 'PutObject',
    },
  };
}

export interface Deletion extends EventObject {
  readonly type: 'Permanently Deleted' | 'Delete Marker Created';
  readonly reason?: 'DeleteObject' | 'Lifecycle Expiration';
}

/** Source: as above. The version id is that of the version that is gone, or of the new delete marker. */
export function objectDeletedEvent({ type, reason = 'DeleteObject', ...object }: Deletion): Record<string, unknown> {
  const created = objectCreatedEvent(object);
  const detail = { ...(created.detail as object), reason, 'deletion-type': type };
  return { ...created, 'detail-type': 'Object Deleted', detail };
}

/** Source: EventBridge user guide, "Creating a rule that runs on a schedule". */
export function scheduledEvent(): Record<string, unknown> {
  return {
    version: '0',
    id: randomUUID(),
    'detail-type': 'Scheduled Event',
    source: 'aws.events',
    account: '111122223333',
    time: '2026-11-12T00:00:00Z',
    region: 'us-east-1',
    resources: ['arn:aws:events:us-east-1:111122223333:rule/tastetrend-dev-sweep-due'],
    detail: {},
  };
}
