/** Sending file versions again, the way of an upload: S3's event into the transform queue. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { SQSClient } from '@aws-sdk/client-sqs';
import { type ListedVersion, markResent, namedVersion, readFailure } from '@tastetrend/aws';
import { type FileVersion, identityOf } from '@tastetrend/contracts';
import { objectCreatedEventOf, type VersionFacts } from './file-version-event.ts';
import { queueUrl, sendMessages } from './queues.ts';

export interface Resendable {
  readonly version: FileVersion;
  readonly facts: VersionFacts;
}

/** A version as a listing has it. */
export function resendableOf(bucket: string, key: string, listed: ListedVersion): Resendable {
  const { versionId, etag, bytes, lastModified } = listed;
  return {
    version: { bucket, key, versionId: namedVersion(versionId, etag) },
    facts: { etag, bytes, uploadedAt: lastModified },
  };
}

export interface ResendAccess {
  readonly sqs: SQSClient;
  readonly dynamoDb: DynamoDBClient;
  readonly tableName: string;
  readonly queueNames: Readonly<Record<string, string>>;
}

/**
 * Puts file versions into the transform queue. What is done already stays as it is: its worker settles the current table
 * and publishes the completion event again, with the same id.
 * @throws BrokenWorldError when not all were taken
 */
export async function resendVersions(versions: readonly Resendable[], access: ResendAccess): Promise<void> {
  if (versions.length === 0) return;
  const { sqs, dynamoDb, tableName, queueNames } = access;
  const url = await queueUrl(sqs, queueNames.transform ?? '');
  // Read before sending: a failure that comes after it is a new one, and stands.
  const failures = await inTurns(versions, FAILURES_AT_ONCE, ({ version }) =>
    readFailure(dynamoDb, tableName, 'transform', identityOf(version)),
  );
  const bodies = versions.map(({ version, facts }) => JSON.stringify(objectCreatedEventOf(version, facts)));
  await sendMessages(
    sqs,
    url,
    bodies.map((body) => ({ body })),
  );
  await inTurns(failures, FAILURES_AT_ONCE, async (failure) => {
    if (failure !== undefined) await markResent(dynamoDb, tableName, failure);
  });
}

const FAILURES_AT_ONCE = 16;

/** Maps with a cap on what runs at the same time; results in the order of the items. */
export async function inTurns<T, R>(
  items: readonly T[],
  atOnce: number,
  map: (item: T, at: number) => Promise<R>,
): Promise<R[]> {
  const results: R[] = new Array(items.length);
  const waiting = items.entries();
  const work = async () => {
    for (const [at, item] of waiting) results[at] = await map(item, at);
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, work));
  return results;
}
