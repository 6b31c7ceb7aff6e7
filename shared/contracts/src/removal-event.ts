/**
 * The removal event: it says that raw holds no file under a key any more, and that an empty table took the place of its
 * current one. Published by the transform on the bus of the completion events.
 *
 * A removal is a state, and not an occurrence: what is named is what raw says. The same one may come again (a newer
 * version was deleted for good, and the old delete marker shows again), as the completion of an older version may when a
 * delete marker is taken away, and events come in any order. So whoever mirrors the current tables takes either event as
 * "look": what it should hold of the key is what `currentTableFactsOf` reads from the metadata of `current_table_key`.
 */
import * as z from 'zod';
import { COMPLETION_SOURCE } from './completion-event.ts';
import { identityOf, removalIdOf, TRANSFORM_VERSION } from './identity.ts';
import { currentTableKey } from './layout.ts';

export const REMOVAL_SOURCE = COMPLETION_SOURCE;
export const REMOVAL_DETAIL_TYPE = 'File Removed';

/** What stands for the delete marker's version id where raw holds nothing of a key, not even a marker. */
const NO_VERSION_ID = 'none';

/** Consumers accept unknown fields: within version 1, fields are added, never changed or removed. */
export const removalDetailSchema = z.looseObject({
  schema: z.literal('tastetrend.file-removed/1'),
  /** A function of the identity: repeats of one removal have the same. */
  removal_id: z.string().regex(/^[0-9a-f]{64}$/),
  /** As a file version's: SHA-256 over [bucket, key, version_id, transform_version]. There is no manifest of it. */
  identity: z.string().regex(/^[0-9a-f]{64}$/),
  transform_version: z.int().positive(),
  source: z.looseObject({
    bucket: z.string(),
    key: z.string(),
    /** The delete marker's; `none` where every version and marker is gone. */
    version_id: z.string(),
    /** S3's LastModified of the delete marker; null where there is none. */
    removed_at: z.iso.datetime().nullable(),
  }),
  reason: z.enum(['delete_marker', 'no_version']),
  processed_bucket: z.string(),
  current_table_key: z.string(),
});

export const removalEventSchema = z.looseObject({
  source: z.literal(REMOVAL_SOURCE),
  'detail-type': z.literal(REMOVAL_DETAIL_TYPE),
  detail: removalDetailSchema,
});

export type RemovalDetail = z.infer<typeof removalDetailSchema>;
export type RemovalEvent = z.infer<typeof removalEventSchema>;

/** That raw holds no file under a key. */
export interface Removal {
  readonly bucket: string;
  readonly key: string;
  /** The delete marker that is current; undefined where there is nothing at all. */
  readonly marker: { readonly versionId: string; readonly removedAt: string } | undefined;
  /** Whose columns the empty table has. */
  readonly kind: 'reviews' | 'restaurant_info';
}

/** What stands for a version id in its identity. */
export function removalVersionIdOf({ marker }: Pick<Removal, 'marker'>): string {
  return marker?.versionId ?? NO_VERSION_ID;
}

/** The identity of the empty table. A marker's version id is no object version's, so that it is no file version's. */
export function removalIdentityOf(removal: Omit<Removal, 'kind'>, transformVersion = TRANSFORM_VERSION): string {
  const { bucket, key } = removal;
  return identityOf({ bucket, key, versionId: removalVersionIdOf(removal) }, transformVersion);
}

/** The event's detail as a function of what raw says, so that every publish of one removal says the same. */
export function removalDetailOf(removal: Removal, processedBucket: string): RemovalDetail {
  const { bucket, key, marker } = removal;
  const identity = removalIdentityOf(removal);
  return {
    schema: 'tastetrend.file-removed/1',
    removal_id: removalIdOf(identity),
    identity,
    transform_version: TRANSFORM_VERSION,
    source: { bucket, key, version_id: removalVersionIdOf(removal), removed_at: marker?.removedAt ?? null },
    reason: marker === undefined ? 'no_version' : 'delete_marker',
    processed_bucket: processedBucket,
    current_table_key: currentTableKey(key),
  };
}
