/**
 * The event by which a file version is sent again: what S3 tells EventBridge about an upload, so that it takes the same
 * way. EventBridge takes no event of source `aws.s3` from others, so it goes into the queue as the rule would put it.
 */
import { type FileVersion, identityOf, type ObjectCreatedEvent } from '@tastetrend/contracts';

export interface VersionFacts {
  readonly etag: string | undefined;
  readonly bytes: number;
  /** S3's LastModified, ISO 8601 in UTC. */
  readonly uploadedAt: string;
}

/**
 * Equal for equal file versions, so that its failures are found by one body hash.
 * Source of the shape: S3 user guide, "EventBridge event message structure".
 */
export function objectCreatedEventOf(version: FileVersion, { etag, bytes, uploadedAt }: VersionFacts) {
  const { bucket, key, versionId } = version;
  const isNamedByEtag = versionId.startsWith('etag:');
  const event: ObjectCreatedEvent = {
    version: '0',
    id: uuidOf(identityOf(version)),
    'detail-type': 'Object Created',
    source: 'aws.s3',
    time: uploadedAt,
    resources: [`arn:aws:s3:::${bucket}`],
    detail: {
      version: '0',
      bucket: { name: bucket },
      object: {
        key,
        size: bytes,
        ...(etag === undefined ? {} : { etag: etag.replaceAll('"', '') }),
        ...(isNamedByEtag ? {} : { 'version-id': versionId }),
      },
      requester: 'tastetrend',
      reason: 'PutObject',
    },
  };
  return event;
}

function uuidOf(hex: string): string {
  return [0, 8, 12, 16, 20].map((at, i, all) => hex.slice(at, all[i + 1] ?? 32)).join('-');
}
