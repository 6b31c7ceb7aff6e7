/** The manual trigger: one file version, sent the way of an upload. */
import { BrokenWorldError, headObject, namedVersion } from '@tastetrend/aws';
import { type FileVersion, identityOf } from '@tastetrend/contracts';
import { newestManifest } from './manifests.ts';
import type { OperatorAccess } from './operator-access.ts';
import { type Resendable, resendVersions } from './resend.ts';

/** The file version is not in the raw bucket, or no longer. */
export class NoSuchVersionError extends BrokenWorldError {
  override readonly name = 'NoSuchVersionError';
}

export interface FoundVersion extends Resendable {
  readonly identity: string;
  /** What it became before, if it did: then sending it again settles its current table and publishes its event again. */
  readonly outcomeBefore: string | undefined;
}

/**
 * @param versionId the current one when left out
 * @throws NoSuchVersionError, BrokenWorldError
 */
export async function findVersion(
  key: string,
  versionId: string | undefined,
  { s3, rawBucket, processedBucket }: OperatorAccess,
): Promise<FoundVersion> {
  // `etag:…` names what is current in a bucket that keeps no versions.
  const asked = versionId?.startsWith('etag:') === true ? undefined : versionId;
  const facts = await headObject(s3, rawBucket, key, asked);
  const found = facts && namedVersion(asked ?? facts.versionId, facts.etag);
  if (facts === undefined || found === undefined || (versionId !== undefined && found !== versionId)) {
    const what = versionId === undefined ? 'It never was there, or is deleted' : 'It never was there, or has expired';
    throw new NoSuchVersionError(
      `there is no ${versionId === undefined ? 'current version' : `version ${versionId}`} of ${key} in ${rawBucket}. ` +
        `${what}; \`tastetrend explain\` lists the versions that are there`,
    );
  }
  const version: FileVersion = { bucket: rawBucket, key, versionId: found };
  const before = await newestManifest(s3, processedBucket, version);
  return {
    version,
    facts: { etag: facts.etag, bytes: facts.bytes, uploadedAt: facts.lastModified },
    identity: identityOf(version),
    outcomeBefore: before?.outcome,
  };
}

/** @throws BrokenWorldError */
export async function processVersion(found: FoundVersion, access: OperatorAccess): Promise<void> {
  await resendVersions([found], access);
}
