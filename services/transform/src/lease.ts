/** The lease on an identity: Powertools idempotency over DynamoDB. */

import {
  IdempotencyAlreadyInProgressError,
  IdempotencyConfig,
  makeIdempotent,
} from '@aws-lambda-powertools/idempotency';
import { DynamoDBPersistenceLayer } from '@aws-lambda-powertools/idempotency/dynamodb';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { LEASE_PREFIX } from '@tastetrend/aws';
import { pipeline } from '@tastetrend/contracts';
import type { Context } from 'aws-lambda';
import type { Lease } from './ports.ts';

/** @param context gives the time that a holder has left, after which its lease is free again */
export function leaseIn(dynamoDb: DynamoDBClient, tableName: string, context: Context, timeFactor: number): Lease {
  const persistenceStore = new DynamoDBPersistenceLayer({
    tableName,
    keyAttr: pipeline.table.partition_key,
    expiryAttr: pipeline.table.ttl_attribute,
    awsSdkV3Client: dynamoDb,
  });
  const config = new IdempotencyConfig({
    expiresAfterSeconds: pipeline.lease.completed_expires_after_s,
    hashFunction: 'sha256',
    lambdaContext: context,
  });
  return {
    async hold<T>(identity: string, work: () => Promise<T>) {
      let done: { kind: 'done'; value: T } | undefined;
      const leased = makeIdempotent(
        async (_identity: string) => {
          done = { kind: 'done', value: await work() };
          return null;
        },
        { persistenceStore, config, keyPrefix: LEASE_PREFIX },
      );
      try {
        await leased(identity);
        return done ?? { kind: 'done_before' };
      } catch (error) {
        if (!(error instanceof IdempotencyAlreadyInProgressError)) throw error;
        return { kind: 'busy', retryAfterS: await holderLeavesInS(identity) };
      }
    },
  };

  /** Seconds until the holder is done or dead: with such a visibility, one holder costs a message one receive. */
  async function holderLeavesInS(identity: string): Promise<number> {
    const backoffS = Math.ceil(pipeline.lease.busy_backoff_s / timeFactor);
    try {
      const record = await persistenceStore.getRecord(identity as never);
      const leftMs = (record.inProgressExpiryTimestamp ?? 0) - Date.now();
      return Math.max(1, Math.ceil(leftMs / 1000));
    } catch {
      // The holder finished in the meantime, or the record cannot be read: look again after the usual while.
      return backoffS;
    }
  }
}
