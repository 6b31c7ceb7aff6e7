/** Asking what has been done with a file version, under the rules of today and of earlier. */
import type { S3Client } from '@aws-sdk/client-s3';
import { headObject, readText } from '@tastetrend/aws';
import {
  type FileVersion,
  identityOf,
  type Manifest,
  manifestKey,
  manifestSchema,
  TRANSFORM_VERSION,
} from '@tastetrend/contracts';

/** The newest transformVersion that a file version has a manifest of, if there is one. @throws BrokenWorldError */
export async function transformedBy(
  s3: S3Client,
  processedBucket: string,
  version: FileVersion,
): Promise<number | undefined> {
  for (let by = TRANSFORM_VERSION; by >= 1; by--) {
    if ((await headObject(s3, processedBucket, manifestKey(identityOf(version, by)))) !== undefined) return by;
  }
  return undefined;
}

/** The manifest of the newest transformVersion that there is one of. @throws BrokenWorldError */
export async function newestManifest(
  s3: S3Client,
  processedBucket: string,
  version: FileVersion,
): Promise<Manifest | undefined> {
  for (let by = TRANSFORM_VERSION; by >= 1; by--) {
    const text = await readText(s3, processedBucket, manifestKey(identityOf(version, by)));
    if (text !== undefined) return manifestSchema.parse(JSON.parse(text));
  }
  return undefined;
}
