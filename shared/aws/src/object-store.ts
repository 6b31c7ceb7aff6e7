/**
 * Objects with conditions. The commit of a file version rests on three writes: once (If-None-Match), over the very object
 * that was read (If-Match), and never blindly. Source: S3 user guide, "Conditional requests".
 */
import { createReadStream } from 'node:fs';
import type { Readable } from 'node:stream';
import {
  GetObjectCommand,
  HeadObjectCommand,
  type HeadObjectCommandOutput,
  ListObjectsV2Command,
  ListObjectVersionsCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { etagVersionId, type FileVersion } from '@tastetrend/contracts';
import { BrokenWorldError, httpStatusOf } from './errors.ts';

/** What is written: bytes in memory, or a file of a known size. */
export type Body = Uint8Array | { readonly path: string; readonly bytes: number };

export interface PutOptions {
  readonly contentType: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

export interface ObjectFacts {
  readonly etag: string;
  readonly versionId: string | undefined;
  readonly bytes: number;
  /** ISO 8601 in UTC. */
  readonly lastModified: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface ListedVersion {
  /** `null` in a bucket that keeps no versions. */
  readonly versionId: string;
  readonly etag: string | undefined;
  readonly isDeleteMarker: boolean;
  readonly lastModified: string;
  /** 0 for a delete marker. */
  readonly bytes: number;
}

async function put(
  s3: S3Client,
  bucket: string,
  key: string,
  body: Body,
  options: PutOptions,
  condition: { IfNoneMatch: '*' } | { IfMatch: string },
): Promise<'written' | 'refused'> {
  try {
    await s3.send(
      new PutObjectCommand({
        Bucket: bucket,
        Key: key,
        Body: 'path' in body ? createReadStream(body.path) : body,
        ContentLength: 'path' in body ? body.bytes : body.byteLength,
        ContentType: options.contentType,
        Metadata: { ...options.metadata },
        ...condition,
      }),
    );
    return 'written';
  } catch (error) {
    const status = httpStatusOf(error);
    const bucketIsThere = (error as Error).name !== 'NoSuchBucket';
    // 412: the condition does not hold. 409: a writer raced us. 404: If-Match on an object that is gone.
    if (status === 412 || status === 409 || (status === 404 && 'IfMatch' in condition && bucketIsThere))
      return 'refused';
    throw new BrokenWorldError(`cannot write s3://${bucket}/${key}`, error);
  }
}

/**
 * Writes an object that nobody wrote before.
 * @returns `refused` when it is there already, or another writer is at it
 * @throws BrokenWorldError
 */
export function putOnce(s3: S3Client, bucket: string, key: string, body: Body, options: PutOptions) {
  return put(s3, bucket, key, body, options, { IfNoneMatch: '*' });
}

/**
 * Writes over the very object that was read.
 * @param etag the object's ETag as it was read, with its quotes
 * @returns `refused` when it is another object by now, or gone
 * @throws BrokenWorldError
 */
export function putOver(s3: S3Client, bucket: string, key: string, etag: string, body: Body, options: PutOptions) {
  return put(s3, bucket, key, body, options, { IfMatch: etag });
}

function isAbsent(error: unknown): boolean {
  const status = httpStatusOf(error);
  // 405: the version asked for is a delete marker. A missing bucket is a broken world, and not an absent object.
  return (status === 404 || status === 405) && (error as Error).name !== 'NoSuchBucket';
}

function factsOf(output: HeadObjectCommandOutput): ObjectFacts {
  if (output.ETag === undefined || output.LastModified === undefined) {
    throw new BrokenWorldError('S3 answered without an ETag or a LastModified');
  }
  return {
    etag: output.ETag,
    versionId: output.VersionId,
    bytes: output.ContentLength ?? 0,
    lastModified: output.LastModified.toISOString(),
    metadata: output.Metadata ?? {},
  };
}

/**
 * @param versionId a version of the key; the current one when left out
 * @returns undefined when it is not there (or is a delete marker); a refused access is a broken world, never "gone". The
 *   answer to a HEAD has no body, so that a missing bucket looks like an absent object: the read or write that follows
 *   tells them apart.
 * @throws BrokenWorldError
 */
export async function headObject(
  s3: S3Client,
  bucket: string,
  key: string,
  versionId?: string,
): Promise<ObjectFacts | undefined> {
  try {
    return factsOf(await s3.send(new HeadObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId })));
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw new BrokenWorldError(`cannot look up s3://${bucket}/${key}`, error);
  }
}

/**
 * Opens an object for reading, facts and body from one answer, so that they belong together.
 * @param ifMatch read only an object of this ETag: what stands for a version in a bucket that keeps none
 * @returns undefined when it is not there, is a delete marker, or is no longer the one of `ifMatch`
 * @throws BrokenWorldError
 */
export async function openObject(
  s3: S3Client,
  bucket: string,
  key: string,
  { versionId, ifMatch }: { versionId?: string | undefined; ifMatch?: string | undefined } = {},
): Promise<{ facts: ObjectFacts; body: Readable } | undefined> {
  try {
    const output = await s3.send(
      new GetObjectCommand({ Bucket: bucket, Key: key, VersionId: versionId, IfMatch: ifMatch }),
    );
    if (output.Body === undefined) throw new BrokenWorldError('S3 answered without a body');
    return { facts: factsOf(output), body: output.Body as Readable };
  } catch (error) {
    if (isAbsent(error) || (ifMatch !== undefined && httpStatusOf(error) === 412)) return undefined;
    throw new BrokenWorldError(`cannot read s3://${bucket}/${key}`, error);
  }
}

/** The whole text of a small object; undefined when it is not there. @throws BrokenWorldError */
export async function readText(s3: S3Client, bucket: string, key: string): Promise<string | undefined> {
  return (await readTextWithFacts(s3, bucket, key))?.text;
}

/** The same with its facts, of one answer: what is to be written over is what was read. @throws BrokenWorldError */
export async function readTextWithFacts(
  s3: S3Client,
  bucket: string,
  key: string,
): Promise<{ readonly text: string; readonly facts: ObjectFacts } | undefined> {
  const opened = await openObject(s3, bucket, key);
  if (opened === undefined) return undefined;
  const chunks: Uint8Array[] = [];
  for await (const chunk of opened.body) chunks.push(chunk);
  return { text: Buffer.concat(chunks).toString('utf8'), facts: opened.facts };
}

/**
 * Some bytes of an object, for readers that need few of many.
 * @param end the byte after the last
 * @returns undefined when the object is not there; fewer bytes when it ends before
 * @throws BrokenWorldError
 */
export async function readBytes(
  s3: S3Client,
  bucket: string,
  key: string,
  start: number,
  end: number,
): Promise<ArrayBuffer | undefined> {
  if (end <= start) return new ArrayBuffer(0);
  try {
    const output = await s3.send(
      // A range holds its last byte (RFC 9110, section 14.1.2).
      new GetObjectCommand({ Bucket: bucket, Key: key, Range: `bytes=${start}-${end - 1}` }),
    );
    if (output.Body === undefined) throw new BrokenWorldError('S3 answered without a body');
    const bytes = await output.Body.transformToByteArray();
    return bytes.slice().buffer;
  } catch (error) {
    if (isAbsent(error)) return undefined;
    throw new BrokenWorldError(`cannot read s3://${bucket}/${key}`, error);
  }
}

/**
 * All versions and delete markers of exactly this key, newest first. S3 lists versions and markers apart, each newest
 * first; the two are merged by time without reordering either, since a multipart version's LastModified is its start.
 * @throws BrokenWorldError
 */
export async function listVersions(s3: S3Client, bucket: string, key: string): Promise<ListedVersion[]> {
  const versions: Listed[] = [];
  const markers: Listed[] = [];
  let keyMarker: string | undefined;
  let versionMarker: string | undefined;
  try {
    do {
      const page = await s3.send(
        new ListObjectVersionsCommand({
          Bucket: bucket,
          Prefix: key,
          KeyMarker: keyMarker,
          VersionIdMarker: versionMarker,
        }),
      );
      const ours = (entry: { Key?: string | undefined }) => entry.Key === key;
      for (const entry of page.Versions?.filter(ours) ?? []) versions.push(listedOf(entry, entry.ETag));
      for (const entry of page.DeleteMarkers?.filter(ours) ?? []) markers.push(listedOf(entry, undefined));
      // Keys come in order: where the next page starts at another key, there is nothing more of ours.
      const more = page.IsTruncated === true && page.NextKeyMarker === key;
      keyMarker = more ? page.NextKeyMarker : undefined;
      versionMarker = more ? page.NextVersionIdMarker : undefined;
    } while (keyMarker !== undefined);
  } catch (error) {
    throw new BrokenWorldError(`cannot list the versions of s3://${bucket}/${key}`, error);
  }
  return mergedNewestFirst(versions, markers);
}

type Listed = ListedVersion & { isLatest: boolean };

/** Versions and delete markers of one key, each newest first as S3 lists them; empties both lists. */
function mergedNewestFirst(versions: Listed[], markers: Listed[]): ListedVersion[] {
  const merged: ListedVersion[] = [];
  while (versions.length > 0 || markers.length > 0) {
    const [version] = versions;
    const [marker] = markers;
    const takeMarker =
      version === undefined ||
      (marker !== undefined && !version.isLatest && (marker.isLatest || marker.lastModified >= version.lastModified));
    const { isLatest: _, ...taken } = (takeMarker ? markers.shift() : versions.shift()) as Listed;
    merged.push(taken);
  }
  return merged;
}

function listedOf(
  entry: {
    VersionId?: string | undefined;
    LastModified?: Date | undefined;
    IsLatest?: boolean | undefined;
    Size?: number | undefined;
  },
  etag: string | undefined,
): Listed {
  return {
    versionId: entry.VersionId ?? 'null',
    etag,
    isDeleteMarker: etag === undefined,
    lastModified: entry.LastModified?.toISOString() ?? '',
    bytes: entry.Size ?? 0,
    isLatest: entry.IsLatest === true,
  };
}

export interface ListedKey {
  readonly key: string;
  /** Newest first, delete markers among them. */
  readonly versions: readonly ListedVersion[];
}

/**
 * All keys of a bucket with their versions, in S3's order, a page at a time: what is held is one page, and the versions
 * of the one key that goes on in the next.
 * @param after a key: only those behind it
 * @throws BrokenWorldError
 */
export async function* listKeys(
  s3: S3Client,
  bucket: string,
  { prefix = '', after }: { prefix?: string; after?: string | undefined } = {},
): AsyncGenerator<ListedKey[]> {
  const open = new Map<string, { versions: Listed[]; markers: Listed[] }>();
  const ofKey = (key = '') => {
    const found = open.get(key) ?? { versions: [], markers: [] };
    open.set(key, found);
    return found;
  };
  let keyMarker = after;
  let versionMarker: string | undefined;
  do {
    const page = await s3
      .send(
        new ListObjectVersionsCommand({
          Bucket: bucket,
          Prefix: prefix,
          KeyMarker: keyMarker,
          VersionIdMarker: versionMarker,
        }),
      )
      .catch((error: unknown) => {
        throw new BrokenWorldError(`cannot list the versions in s3://${bucket}/${prefix}`, error);
      });
    for (const entry of page.Versions ?? []) ofKey(entry.Key).versions.push(listedOf(entry, entry.ETag));
    for (const entry of page.DeleteMarkers ?? []) ofKey(entry.Key).markers.push(listedOf(entry, undefined));
    keyMarker = page.IsTruncated === true ? page.NextKeyMarker : undefined;
    versionMarker = page.NextVersionIdMarker;
    const complete = [...open].filter(([key]) => key !== keyMarker);
    for (const [key] of complete) open.delete(key);
    complete.sort(([a], [b]) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    if (complete.length > 0) {
      yield complete.map(([key, { versions, markers }]) => ({ key, versions: mergedNewestFirst(versions, markers) }));
    }
  } while (keyMarker !== undefined);
}

/**
 * Keys below a prefix in their order, a page at a time.
 * @param after a key: only those behind it
 * @throws BrokenWorldError
 */
export async function* listObjects(
  s3: S3Client,
  bucket: string,
  prefix: string,
  after?: string,
): AsyncGenerator<{ readonly key: string; readonly etag: string; readonly lastModified: string }[]> {
  let token: string | undefined;
  do {
    const page = await s3
      .send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, StartAfter: after, ContinuationToken: token }))
      .catch((error: unknown) => {
        throw new BrokenWorldError(`cannot list s3://${bucket}/${prefix}`, error);
      });
    yield (page.Contents ?? []).map(({ Key = '', ETag = '', LastModified }) => {
      return { key: Key, etag: ETag, lastModified: LastModified?.toISOString() ?? '' };
    });
    token = page.NextContinuationToken;
  } while (token !== undefined);
}

/**
 * What stands for folders: the prefixes of keys below a prefix up to the next `/`, in their order.
 * @param prefix ends with `/`
 * @throws BrokenWorldError
 */
export async function listFolders(s3: S3Client, bucket: string, prefix: string): Promise<string[]> {
  const folders: string[] = [];
  let token: string | undefined;
  do {
    const page = await s3
      .send(new ListObjectsV2Command({ Bucket: bucket, Prefix: prefix, Delimiter: '/', ContinuationToken: token }))
      .catch((error: unknown) => {
        throw new BrokenWorldError(`cannot list s3://${bucket}/${prefix}`, error);
      });
    for (const { Prefix } of page.CommonPrefixes ?? []) if (Prefix !== undefined) folders.push(Prefix);
    token = page.NextContinuationToken;
  } while (token !== undefined);
  return folders;
}

/** The name of a version as identities have it: its etag stands for it where the bucket keeps no versions. */
export function namedVersion(versionId: string | undefined, etag: string | undefined): string {
  return versionId === undefined || versionId === 'null' ? etagVersionId(etag ?? '') : versionId;
}

/**
 * The file versions that an Object Created event is about. Without a version id (a bucket that keeps no versions, or a
 * stand-in for AWS that leaves it out) these are all versions of the key with the event's etag.
 */
export async function versionsOf(
  s3: S3Client,
  object: { bucket: string; key: string; versionId: string | undefined; etag: string | undefined },
): Promise<FileVersion[]> {
  const { bucket, key, versionId, etag } = object;
  if (versionId !== undefined) return [{ bucket, key, versionId }];
  const listed = await listVersions(s3, bucket, key);
  const same = listed.filter(
    (version) =>
      !version.isDeleteMarker && (etag === undefined || version.etag?.replaceAll('"', '') === etag.replaceAll('"', '')),
  );
  if (same.length > 0)
    return same.map((found) => ({ bucket, key, versionId: namedVersion(found.versionId, found.etag) }));
  return [{ bucket, key, versionId: etagVersionId(etag ?? '') }];
}
