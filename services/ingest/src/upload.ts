/** Putting a file into the raw bucket: the one way in. Everything behind it follows from S3's event. */
import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import { PutObjectCommand, type S3Client } from '@aws-sdk/client-s3';
import { BrokenWorldError } from '@tastetrend/aws';
import { etagVersionId, type FileVersion, identityOf } from '@tastetrend/contracts';

export interface Uploaded {
  readonly version: FileVersion;
  readonly identity: string;
  readonly bytes: number;
}

/** `reviews/2026/` + `downtown.csv`: the folder part is taken as it is, the name is the file's. */
export function rawKeyOf(path: string, prefix = ''): string {
  return prefix + basename(path);
}

/**
 * Uploads a file as a new version of its key.
 * @returns the version that S3 gave it, and its identity, by which its outputs are found
 * @throws BrokenWorldError
 */
export async function uploadFile(s3: S3Client, bucket: string, key: string, path: string): Promise<Uploaded> {
  const { size } = await stat(path);
  try {
    const answer = await s3.send(
      new PutObjectCommand({ Bucket: bucket, Key: key, Body: createReadStream(path), ContentLength: size }),
    );
    const versionId = answer.VersionId ?? etagVersionId(answer.ETag ?? '');
    const version = { bucket, key, versionId };
    return { version, identity: identityOf(version), bytes: size };
  } catch (error) {
    throw new BrokenWorldError(`cannot upload ${path} to s3://${bucket}/${key}`, error);
  }
}
