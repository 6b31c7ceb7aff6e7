/** What the metadata of `processed/<dir>/processed_<filename>.parquet` says about it: whose table it is, or whose removal. */
import { removalIdOf, TRANSFORM_VERSION } from './identity.ts';
import type { Manifest } from './manifest.ts';
import { type Removal, removalIdentityOf, removalVersionIdOf } from './removal-event.ts';
import type { CheckStatus } from './validation.ts';

export interface CurrentTableFacts {
  /** Of the file version whose table it is, or of the removal that made it empty. */
  readonly identity: string;
  /** Of the raw object, or of its delete marker. */
  readonly versionId: string;
  readonly transformVersion: number;
  /** Undefined in a table that was promoted before this was written. */
  readonly kind: 'reviews' | 'restaurant_info' | undefined;
  /** Set in the empty table of a removal, and only there. */
  readonly removalId: string | undefined;
  /** The status of the version's validation summary; undefined in a removal, and in tables of before it was written. */
  readonly validation: CheckStatus | undefined;
}

type Metadata = Readonly<Record<string, string>>;

/** @param metadata the object's, as S3 gives it */
export function currentTableFactsOf(metadata: Metadata): CurrentTableFacts {
  const { kind, validation } = metadata;
  return {
    identity: metadata.identity ?? '',
    versionId: metadata['version-id'] ?? '',
    transformVersion: Number(metadata['transform-version'] ?? 0),
    kind: kind === 'reviews' || kind === 'restaurant_info' ? kind : undefined,
    removalId: metadata['removal-id'],
    validation: validation === 'pass' || validation === 'warn' || validation === 'fail' ? validation : undefined,
  };
}

/** The metadata of a version's table. @param validation what its validation summary says */
export function tableMetadataOf(manifest: Manifest, validation: CheckStatus): Metadata {
  return {
    identity: manifest.identity,
    'version-id': manifest.source.version_id,
    'transform-version': String(manifest.transform_version),
    kind: manifest.kind ?? 'reviews',
    validation,
  };
}

/** The metadata of the empty table of a removal. */
export function removalMetadataOf(removal: Removal): Metadata {
  const identity = removalIdentityOf(removal);
  return {
    identity,
    'version-id': removalVersionIdOf(removal),
    'transform-version': String(TRANSFORM_VERSION),
    kind: removal.kind,
    'removal-id': removalIdOf(identity),
  };
}
