/** The ports over S3 and EventBridge. */
import { createWriteStream } from 'node:fs';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pipeline as pump } from 'node:stream/promises';
import type { EventBridgeClient } from '@aws-sdk/client-eventbridge';
import type { S3Client } from '@aws-sdk/client-s3';
import {
  BrokenWorldError,
  headObject,
  listVersions,
  namedVersion,
  openObject,
  publishEvent,
  putOnce,
  putOver,
  readText,
} from '@tastetrend/aws';
import {
  COMPLETION_DETAIL_TYPE,
  COMPLETION_SOURCE,
  catalogEntryKey,
  catalogEntryOf,
  completionDetailOf,
  currentTableFactsOf,
  currentTableKey,
  type Manifest,
  manifestKey,
  manifestSchema,
  type OutputRole,
  outputKey,
  type Profile,
  profileSchema,
  REMOVAL_DETAIL_TYPE,
  REMOVAL_SOURCE,
  removalDetailOf,
  removalMetadataOf,
  tableMetadataOf,
  tableStatusOf,
} from '@tastetrend/contracts';
import { writeEmptyTable } from './core/empty-table.ts';
import type { LocalOutput } from './core/output-files.ts';
import type { OpenParquetWriter } from './core/parquet/types.ts';
import type { Catalog, Completions, CurrentTable, Manifests, RawVersions, VersionOutputs } from './ports.ts';

const PARQUET_TYPE = 'application/vnd.apache.parquet';
const JSON_TYPE = 'application/json';
const CONTENT_TYPES: Record<OutputRole, string> = {
  table: PARQUET_TYPE,
  quarantine: 'application/x-ndjson',
  duplicates: 'application/x-ndjson',
  profile: JSON_TYPE,
};

async function download(body: AsyncIterable<Uint8Array>, path: string, bytes: number, name: string): Promise<void> {
  try {
    await pump(body, createWriteStream(path));
  } catch (error) {
    throw new BrokenWorldError(`cannot download ${name}`, error);
  }
  const { size } = await stat(path);
  if (size !== bytes) throw new BrokenWorldError(`${name} ended after ${size} of ${bytes} bytes`);
}

/** In a bucket that keeps no versions, an object is named by its etag and read only while it still has it. */
function selectorOf(versionId: string): { versionId?: string; ifMatch?: string } {
  return versionId.startsWith('etag:') ? { ifMatch: `"${versionId.slice('etag:'.length)}"` } : { versionId };
}

export function rawVersions(s3: S3Client, bucket: string): RawVersions {
  return {
    async open(version) {
      const opened = await openObject(s3, bucket, version.key, selectorOf(version.versionId));
      if (opened === undefined) return undefined;
      const { etag, bytes, lastModified } = opened.facts;
      return {
        facts: { etag, bytes, uploadedAt: lastModified },
        download: (path) => download(opened.body, path, bytes, `s3://${bucket}/${version.key}`),
        discard: () => opened.body.destroy(),
      };
    },
    async current(key) {
      const facts = await headObject(s3, bucket, key);
      return facts === undefined ? undefined : namedVersion(facts.versionId, facts.etag);
    },
    async list(key) {
      const listed = await listVersions(s3, bucket, key);
      return listed.map(({ versionId, etag, isDeleteMarker, lastModified }) => ({
        versionId: isDeleteMarker ? versionId : namedVersion(versionId, etag),
        isDeleteMarker,
        lastModified,
      }));
    },
  };
}

export function manifestsIn(s3: S3Client, bucket: string): Manifests {
  const read = async (identity: string): Promise<Manifest | undefined> => {
    const text = await readText(s3, bucket, manifestKey(identity));
    return text === undefined ? undefined : manifestSchema.parse(JSON.parse(text));
  };
  return {
    read,
    async create(manifest) {
      const body = Buffer.from(`${JSON.stringify(manifest, null, 1)}\n`);
      const key = manifestKey(manifest.identity);
      if ((await putOnce(s3, bucket, key, body, { contentType: JSON_TYPE })) === 'written') return manifest;
      const standing = await read(manifest.identity);
      if (standing === undefined) throw new BrokenWorldError(`s3://${bucket}/${key} was refused and is not there`);
      return standing;
    },
  };
}

export function versionOutputs(s3: S3Client, bucket: string): VersionOutputs {
  return {
    async store(identity, outputs) {
      // Side by side, and to the end of each: their files are taken away when this one throws.
      const stored = await Promise.allSettled(
        outputs.map(({ role, path, bytes }) =>
          putOnce(s3, bucket, outputKey(identity, role), { path, bytes }, { contentType: CONTENT_TYPES[role] }),
        ),
      );
      const failed = stored.find((one) => one.status === 'rejected');
      if (failed !== undefined) throw failed.reason;
    },
  };
}

/** The file that is byte for byte the output of a manifest: another delivery may have made the one that stands. */
function sameOnDisk(
  output: Manifest['outputs'][number] | undefined,
  onDisk: readonly LocalOutput[],
): LocalOutput | undefined {
  return onDisk.find(({ role, bytes, sha256 }) => {
    return role === output?.role && bytes === output.bytes && sha256 === output.sha256;
  });
}

export function currentTableIn(s3: S3Client, bucket: string, openWriter: OpenParquetWriter): CurrentTable {
  const put = async (
    rawKey: string,
    readEtag: string | undefined,
    metadata: Readonly<Record<string, string>>,
    write: (directory: string) => Promise<{ readonly path: string; readonly bytes: number }>,
  ) => {
    const directory = await mkdtemp(join(tmpdir(), 'promote-'));
    try {
      const body = await write(directory);
      const key = currentTableKey(rawKey);
      const options = { contentType: PARQUET_TYPE, metadata };
      return readEtag === undefined
        ? await putOnce(s3, bucket, key, body, options)
        : await putOver(s3, bucket, key, readEtag, body, options);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  };
  /** It is small, and says with the manifest what the report will say. */
  const profileOf = async ({ identity, outputs }: Manifest, onDisk: readonly LocalOutput[]): Promise<Profile> => {
    const output = outputs.find(({ role }) => role === 'profile');
    const local = sameOnDisk(output, onDisk);
    const text =
      local === undefined ? output && (await readText(s3, bucket, output.key)) : await readFile(local.path, 'utf8');
    if (!text) throw new BrokenWorldError(`the profile of ${identity} is not where its manifest says`);
    return profileSchema.parse(JSON.parse(text));
  };
  return {
    async read(rawKey) {
      const facts = await headObject(s3, bucket, currentTableKey(rawKey));
      if (facts === undefined) return undefined;
      return { ...currentTableFactsOf(facts.metadata), etag: facts.etag };
    },
    async replace(rawKey, readEtag, winner, onDisk) {
      const table = winner.outputs.find(({ role }) => role === 'table');
      const local = sameOnDisk(table, onDisk);
      const metadata = tableMetadataOf(winner, tableStatusOf(winner, await profileOf(winner, onDisk)));
      return await put(rawKey, readEtag, metadata, async (directory) => {
        if (local !== undefined) return local;
        const opened = table && (await openObject(s3, bucket, table.key));
        if (table === undefined || opened === undefined) {
          throw new BrokenWorldError(`the table of ${winner.identity} is not where its manifest says`);
        }
        const path = join(directory, 'table');
        await download(opened.body, path, table.bytes, `s3://${bucket}/${table.key}`);
        return { path, bytes: table.bytes };
      });
    },
    empty: (rawKey, readEtag, removal) =>
      put(rawKey, readEtag, removalMetadataOf(removal), (directory) => writeEmptyTable(removal, directory, openWriter)),
  };
}

export function catalogIn(s3: S3Client, bucket: string): Catalog {
  return {
    async enter(rawKey, kind, isLikelyThere) {
      const key = catalogEntryKey(kind, rawKey);
      if (isLikelyThere && (await headObject(s3, bucket, key)) !== undefined) return;
      const body = Buffer.from(catalogEntryOf(bucket, rawKey));
      await putOnce(s3, bucket, key, body, { contentType: 'text/plain' });
    },
  };
}

export function completionsOn(eventBridge: EventBridgeClient, busName: string, processedBucket: string): Completions {
  return {
    publish: (manifest) =>
      publishEvent(eventBridge, busName, {
        source: COMPLETION_SOURCE,
        detailType: COMPLETION_DETAIL_TYPE,
        detail: completionDetailOf(manifest, processedBucket),
      }),
    publishRemoval: (removal) =>
      publishEvent(eventBridge, busName, {
        source: REMOVAL_SOURCE,
        detailType: REMOVAL_DETAIL_TYPE,
        detail: removalDetailOf(removal, processedBucket),
      }),
  };
}
