/**
 * The artifacts bucket: one zip for each function and version under `lambda/<function>-<version>.zip`. An object there is
 * written once and never over; its metadata say which sources it was made from, and what its bytes hash to.
 */
import { createHash } from 'node:crypto';
import {
  GetObjectCommand,
  HeadObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';

/** The version is taken, and by other sources. */
export class VersionTakenError extends Error {
  override readonly name = 'VersionTakenError';
}

/** The bucket holds something that cannot be: its bytes are not what its metadata say, or what a copy should be. */
export class PackageDiffersError extends Error {
  override readonly name = 'PackageDiffersError';
}

export interface Package {
  readonly key: string;
  readonly sourcesSha256: string;
  readonly zipSha256: string;
}

const PREFIX = 'lambda/';
const KEY = /^lambda\/([a-z]+)-(\d+)\.(\d+)\.zip$/;

export function packageKey(service: string, version: string): string {
  return `${PREFIX}${service}-${version}.zip`;
}

export function sha256Of(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}

/** Undefined when there is none of that version. */
export async function findPackage(
  s3: S3Client,
  bucket: string,
  service: string,
  version: string,
): Promise<Package | undefined> {
  const key = packageKey(service, version);
  try {
    const { Metadata = {} } = await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key }));
    return { key, sourcesSha256: Metadata['sources-sha256'] ?? '', zipSha256: Metadata['zip-sha256'] ?? '' };
  } catch (error) {
    if ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode === 404) return undefined;
    throw new Error(`cannot look up s3://${bucket}/${key}: ${String(error)}`, { cause: error });
  }
}

/** The bytes, held against the hash in their metadata. @throws PackageDiffersError */
export async function readPackage(s3: S3Client, bucket: string, { key, zipSha256 }: Package): Promise<Uint8Array> {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: bucket, Key: key }));
  const bytes = (await Body?.transformToByteArray()) ?? new Uint8Array();
  const found = sha256Of(bytes);
  if (found !== zipSha256) {
    throw new PackageDiffersError(`s3://${bucket}/${key} hashes to ${found}, and was written as ${zipSha256}`);
  }
  return bytes;
}

/**
 * Writes a package that is not there.
 * @returns `taken` when it is there after all: another release was faster
 */
export async function writePackage(
  s3: S3Client,
  bucket: string,
  { key, sourcesSha256, zipSha256 }: Package,
  bytes: Uint8Array,
): Promise<'written' | 'taken'> {
  try {
    await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: bytes,
        ContentType: 'application/zip',
        Metadata: { 'sources-sha256': sourcesSha256, 'zip-sha256': zipSha256 },
        IfNoneMatch: '*',
      }),
    );
    return 'written';
  } catch (error) {
    const status = (error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode;
    if (status === 412 || status === 409) return 'taken';
    throw new Error(`cannot write s3://${bucket}/${key}: ${String(error)}`, { cause: error });
  }
}

/** All versions in the bucket, in their order, with the sources of each. */
export async function listVersions(
  s3: S3Client,
  bucket: string,
  service: string,
): Promise<{ version: string; sourcesSha256: string }[]> {
  const versions: string[] = [];
  let token: string | undefined;
  do {
    const page = await s3.send(
      new ListObjectsV2Command({ Bucket: bucket, Prefix: `${PREFIX}${service}-`, ContinuationToken: token }),
    );
    for (const { Key = '' } of page.Contents ?? []) {
      const [, name, major, minor] = KEY.exec(Key) ?? [];
      if (name === service) versions.push(`${major}.${minor}`);
    }
    token = page.NextContinuationToken;
  } while (token !== undefined);
  versions.sort(compareVersions);
  const found: { version: string; sourcesSha256: string }[] = [];
  for (const version of versions) {
    const { sourcesSha256 = '' } = (await findPackage(s3, bucket, service, version)) ?? {};
    found.push({ version, sourcesSha256 });
  }
  return found;
}

/** By number: 0.10 comes after 0.9. */
function compareVersions(a: string, b: string): number {
  const [aMajor = 0, aMinor = 0] = a.split('.').map(Number);
  const [bMajor = 0, bMinor = 0] = b.split('.').map(Number);
  return aMajor - bMajor || aMinor - bMinor;
}

/** The number after the highest one that is taken. */
export function nextVersion(taken: readonly string[]): string {
  const highest = [...taken].sort(compareVersions).at(-1);
  if (highest === undefined) return '0.1';
  const [major = 0, minor = 0] = highest.split('.').map(Number);
  return `${major}.${minor + 1}`;
}
