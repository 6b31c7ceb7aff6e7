/** Where a file version is on its way: asked of what the services left behind, never of the services. */
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import type { S3Client } from '@aws-sdk/client-s3';
import { type FailureRecord, headObject, readFailure, readText } from '@tastetrend/aws';
import { type Manifest, manifestKey, manifestSchema, reportKey } from '@tastetrend/contracts';

export type Progress =
  | { readonly state: 'waiting' }
  | { readonly state: 'transformed'; readonly manifest: Manifest }
  /** Both summaries are there. */
  | { readonly state: 'reported'; readonly manifest: Manifest }
  /** The last delivery failed. `isDead`: it was the last one, and the message is in its DLQ. */
  | { readonly state: 'failing'; readonly failure: FailureRecord; readonly isDead: boolean };

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
  if (failure === undefined) return undefined;
  return { state: 'failing', failure, isDead: failure.receiveCount >= failure.receiveCountMax };
}

/** Where the summaries of a file version lie; none for what is no file. */
export function reportKeysOf({ outcome, identity, source }: Manifest): string[] {
  if (outcome === 'ignored') return [];
  return (['validation', 'bias'] as const).map((kind) => reportKey(kind, source.uploaded_at, identity));
}
