/** Who a file on this machine is: what its bucket, key, version and upload time are called. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { etagVersionId, type FileVersion } from '@tastetrend/contracts';

/** Stands for the raw bucket; no bucket of AWS can be called so by accident, since theirs hold env and account. */
const LOCAL_BUCKET = 'local';

export interface LocalFile {
  readonly version: FileVersion;
  /** The SHA-256 of its bytes, in quotes as S3 has its ETags. */
  readonly etag: string;
  readonly bytes: number;
  /** The file's modification time, ISO 8601 in UTC. */
  readonly uploadedAt: string;
  /** @throws Error when the file is no longer the one that was looked at */
  assertUnchanged(): Promise<void>;
}

/**
 * As in a bucket that keeps no versions, the bytes are the version: a file of the same name and bytes is the same file
 * version wherever and whenever it is run, and a changed one is another.
 */
export async function localFile(path: string, key: string): Promise<LocalFile> {
  const before = await stat(path);
  const hash = createHash('sha256');
  let bytes = 0;
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) {
    hash.update(chunk as Buffer);
    bytes += (chunk as Buffer).length;
  }
  const etag = `"${hash.digest('hex')}"`;
  return {
    version: { bucket: LOCAL_BUCKET, key, versionId: etagVersionId(etag) },
    etag,
    bytes,
    uploadedAt: before.mtime.toISOString(),
    async assertUnchanged() {
      const after = await stat(path);
      if (after.ino !== before.ino || after.mtimeMs !== before.mtimeMs || after.size !== bytes) {
        throw new Error('the file changed while it was read; run it again when nobody writes to it');
      }
    },
  };
}
