/** How many file versions are where, by what lies in the buckets: one look at each listing, and none at single objects. */
import { listFailures, listKeys, listObjects, namedVersion } from '@tastetrend/aws';
import { identityOf, MANIFESTS_PREFIX, REPORTS_PREFIX, shortIdentity, TRANSFORM_VERSION } from '@tastetrend/contracts';
import type { OperatorAccess } from './operator-access.ts';

/** What is held is a short name for each manifest and report: for more, the numbers come from the metrics. */
const VERSIONS_MAX = 50_000;

export interface FileStates {
  /** `transformed`: its reports are still to come. `failing`, `dead`: without a manifest, and why is in a failure record. */
  readonly counts: Readonly<Record<'waiting' | 'failing' | 'dead' | 'transformed' | 'reported', number>>;
  /** The version that has been without a manifest for longest. */
  readonly oldest_unfinished: {
    readonly key: string;
    readonly version_id: string;
    readonly uploaded_at: string;
  } | null;
  /** There are more versions than were looked at. */
  readonly is_cut: boolean;
}

/** @throws BrokenWorldError */
export async function fileStates(access: OperatorAccess): Promise<FileStates> {
  const { s3, rawBucket, processedBucket, dynamoDb, tableName } = access;
  const manifests = await namesBelow(access, MANIFESTS_PREFIX, /([0-9a-f]{64})\.json$/);
  const reports = await namesBelow(access, REPORTS_PREFIX, /\/bias_(?:[^/]*_)?([0-9a-f]{12})[0-9a-f]*\.json$/);
  const failing = new Map<string, boolean>();
  for await (const page of listFailures(dynamoDb, tableName)) {
    for (const { subject, receiveCount, receiveCountMax, isResent } of page) {
      failing.set(subject, receiveCount >= receiveCountMax && !isResent);
    }
  }
  const counts = { waiting: 0, failing: 0, dead: 0, transformed: 0, reported: 0 };
  let oldest: FileStates['oldest_unfinished'] = null;
  let looked = 0;
  for await (const page of listKeys(s3, rawBucket)) {
    for (const { key, versions } of page) {
      for (const { versionId, etag, isDeleteMarker, lastModified, bytes } of versions) {
        if (isDeleteMarker) continue;
        if (looked === VERSIONS_MAX) return { counts, oldest_unfinished: oldest, is_cut: true };
        looked += 1;
        const version = { bucket: rawBucket, key, versionId: namedVersion(versionId, etag) };
        const identity = identityOfAny(version, manifests);
        if (identity !== undefined) {
          // A folder marker has no report.
          const isReported = reports.has(shortIdentity(identity)) || (key.endsWith('/') && bytes === 0);
          counts[isReported ? 'reported' : 'transformed'] += 1;
          continue;
        }
        const isDead = failing.get(identityOf(version));
        counts[isDead === undefined ? 'waiting' : isDead ? 'dead' : 'failing'] += 1;
        if (oldest === null || lastModified < oldest.uploaded_at) {
          oldest = { key, version_id: version.versionId, uploaded_at: lastModified };
        }
      }
    }
  }
  return { counts, oldest_unfinished: oldest, is_cut: false };

  async function namesBelow({ s3: from }: OperatorAccess, prefix: string, pattern: RegExp): Promise<Set<string>> {
    const names = new Set<string>();
    for await (const page of listObjects(from, processedBucket, prefix)) {
      for (const { key } of page) {
        const name = pattern.exec(key)?.[1];
        if (name !== undefined) names.add(name);
      }
      if (names.size >= VERSIONS_MAX) break;
    }
    return names;
  }
}

/** By the rules of today or of earlier. */
function identityOfAny(version: Parameters<typeof identityOf>[0], manifests: ReadonlySet<string>): string | undefined {
  for (let by = TRANSFORM_VERSION; by >= 1; by--) {
    const identity = identityOf(version, by);
    if (manifests.has(identity)) return identity;
  }
  return undefined;
}
