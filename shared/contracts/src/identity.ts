/** Who a file version is, and the names that follow from it. Nothing here depends on a delivery, a clock or a deploy. */
import { createHash } from 'node:crypto';

/**
 * The version of the output rules. Raised by hand when the same input must give other bytes; the golden-bytes test in
 * services/transform fails until it is. A deploy does not change it.
 */
export const TRANSFORM_VERSION = 1;

/** One version of one raw object; `versionId` is `etag:<etag>` in a bucket without versions. */
export interface FileVersion {
  readonly bucket: string;
  readonly key: string;
  readonly versionId: string;
}

/** SHA-256 (hex) over the JSON array [bucket, key, versionId, transformVersion]. */
export function identityOf(version: FileVersion, transformVersion = TRANSFORM_VERSION): string {
  return sha256Hex(JSON.stringify([version.bucket, version.key, version.versionId, transformVersion]));
}

/** The first 12 hex digits: enough to tell apart what one key and one millisecond share, short enough for a name. */
export function shortIdentity(identity: string): string {
  return identity.slice(0, 12);
}

/** The id by which consumers drop repeated completion events: a function of the identity alone. */
export function completionIdOf(identity: string): string {
  return sha256Hex(JSON.stringify(['completion', identity]));
}

/** The id by which consumers tell repeated removal events: a function of the removal's identity alone. */
export function removalIdOf(identity: string): string {
  return sha256Hex(JSON.stringify(['removal', identity]));
}

/** The versionId that stands for an object's content where the bucket keeps no versions. */
export function etagVersionId(etag: string): string {
  return `etag:${etag.replaceAll('"', '')}`;
}

export function sha256Hex(data: string | Uint8Array): string {
  return createHash('sha256').update(data).digest('hex');
}
