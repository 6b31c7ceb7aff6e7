/** Where a file version is on its way: asked of what the services left behind, never of the services. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { headObject, type KeptFailure, readFailure, readLease, readText } from '@tastetrend/aws';
import { type Manifest, manifestKey, manifestSchema, reportKey } from '@tastetrend/contracts';

export type Progress =
  /** No delivery has failed since it was last sent, as far as is known. */
  | { readonly state: 'waiting' }
  | { readonly state: 'transformed'; readonly manifest: Manifest }
  /** Both summaries are there. */
  | { readonly state: 'reported'; readonly manifest: Manifest }
  /** The last delivery failed. `isDead`: it was the last one, and the message is in its DLQ. */
  | { readonly state: 'failing'; readonly failure: KeptFailure; readonly isDead: boolean };

export interface Whereabouts {
  readonly s3: S3Client;
  readonly dynamoDb: DynamoDBClient;
  readonly processedBucket: string;
  readonly tableName: string;
}

/** @throws BrokenWorldError */
export async function progressOf(identity: string, at: Whereabouts): Promise<Progress> {
  const text = await readText(at.s3, at.processedBucket, manifestKey(identity));
  if (text === undefined) return (await failureOf(identity, 'transform', at)) ?? { state: 'waiting' };
  const manifest = manifestSchema.parse(JSON.parse(text));
  const written = await Promise.all(reportKeysOf(manifest).map((key) => headObject(at.s3, at.processedBucket, key)));
  if (written.every((facts) => facts !== undefined)) return { state: 'reported', manifest };
  return (await failureOf(identity, 'report', at)) ?? { state: 'transformed', manifest };
}

async function failureOf(identity: string, service: string, at: Whereabouts): Promise<Progress | undefined> {
  const failure = await readFailure(at.dynamoDb, at.tableName, service, identity);
  // What was sent again since has a new message, with receives of its own: the old one says nothing about it.
  if (failure === undefined || failure.isResent) return undefined;
  const isLast = failure.receiveCount >= failure.receiveCountMax;
  // A failed worker gives its lease back: one that is held belongs to a delivery after the last failure.
  if (isLast && (await readLease(at.dynamoDb, at.tableName, identity))?.state === 'held') return undefined;
  return { state: 'failing', failure, isDead: isLast };
}

/** Where the summaries of a file version and their page lie; none for what is no file. */
export function reportKeysOf({ outcome, identity, source }: Manifest): string[] {
  if (outcome === 'ignored') return [];
  return (['validation', 'bias', 'report'] as const).map((kind) => reportKey(kind, source.uploaded_at, identity));
}
