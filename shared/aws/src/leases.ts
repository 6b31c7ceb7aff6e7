/**
 * Leases as an operator sees them. Powertools idempotency writes them (services/transform/src/lease.ts); they save
 * double work, expire, and are never the truth about what is done.
 */
import { createHash } from 'node:crypto';
import { type DynamoDBClient, GetItemCommand } from '@aws-sdk/client-dynamodb';
import { pipeline } from '@tastetrend/contracts';
import { BrokenWorldError } from './errors.ts';

/** What stands before the hash in the id of a lease's record. */
export const LEASE_PREFIX = 'lease';

export interface LeaseState {
  /** held: a worker is at it, or died with it and its time has not passed. expired: a worker died with it. */
  readonly state: 'held' | 'expired' | 'completed';
  /** Until when a worker may hold it, ISO 8601 in UTC; undefined when it is completed. */
  readonly heldUntil: string | undefined;
}

/** The record's id as Powertools names it: the hash, in base64, of the key's JSON. */
export function leaseId(identity: string): string {
  return `${LEASE_PREFIX}#${createHash('sha256').update(JSON.stringify(identity)).digest('base64')}`;
}

/** The lease on an identity, if there is one. @throws BrokenWorldError */
export async function readLease(
  dynamoDb: DynamoDBClient,
  tableName: string,
  identity: string,
): Promise<LeaseState | undefined> {
  try {
    const { Item } = await dynamoDb.send(
      new GetItemCommand({
        TableName: tableName,
        Key: { [pipeline.table.partition_key]: { S: leaseId(identity) } },
        ConsistentRead: true,
      }),
    );
    if (Item === undefined) return undefined;
    if (Item.status?.S !== 'INPROGRESS') return { state: 'completed', heldUntil: undefined };
    const untilMs = Number(Item.in_progress_expiration?.N ?? 0);
    return { state: untilMs > Date.now() ? 'held' : 'expired', heldUntil: new Date(untilMs).toISOString() };
  } catch (error) {
    throw new BrokenWorldError(`cannot read leases from table ${tableName}`, error);
  }
}
