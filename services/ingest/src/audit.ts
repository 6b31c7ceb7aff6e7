/**
 * Audit: counts again what manifests say. Every output is read whole: its checksum, the rows of the table as parquet has
 * them, the lines of quarantine and duplicates; then the sum. Nothing is believed but the bytes.
 */
import { createHash } from 'node:crypto';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Transform } from 'node:stream';
import { pipeline as pump } from 'node:stream/promises';
import { zstdDecompressSync } from 'node:zlib';
import { headObject, listObjects, openObject, readText } from '@tastetrend/aws';
import {
  identityOf,
  MANIFESTS_PREFIX,
  type Manifest,
  manifestKey,
  manifestSchema,
  type Output,
  VERSIONS_PREFIX,
} from '@tastetrend/contracts';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { assertBucketIsThere } from './backfill-ports.ts';
import { reportKeysOf } from './follow.ts';
import type { OperatorAccess } from './operator-access.ts';
import { inTurns } from './resend.ts';

export interface AuditOptions {
  /** Of raw keys. */
  readonly prefix: string;
  /** Only what lies behind this manifest, in the order of their keys, which is no order of time. */
  readonly after?: string | undefined;
  /** Ends after so many manifests; then no orphans are looked for. */
  readonly manifestsMax?: number | undefined;
  /** Ends after so many bytes of outputs, at the end of the manifests that are looked at together. */
  readonly bytesMax?: number | undefined;
  /** Leaves out manifests that are younger: their reports may be on their way. */
  readonly olderThanS?: number | undefined;
  readonly signal: AbortSignal;
  onProgress?(done: { audited: number; differences: number; key: string }): void;
}

export interface Difference {
  readonly identity: string;
  /** The raw key; null where there is no manifest to name it. */
  readonly key: string | null;
  readonly version_id: string | null;
  /** What was looked at: a role of an output, `sum`, `identity`, `report`, `orphan`, `manifest`. */
  readonly at: string;
  readonly expected: string;
  readonly found: string;
}

export interface AuditSummary {
  readonly audited: number;
  readonly by_outcome: Readonly<Record<string, number>>;
  /** Counted again, over all that was audited. */
  readonly rows: { readonly accepted: number; readonly duplicates: number; readonly quarantined: number };
  readonly bytes_read: number;
  readonly difference_count: number;
  /** The first of them. */
  readonly differences: readonly Difference[];
  /** Orphans are looked for in a whole audit only: what has no manifest has no raw key. */
  readonly orphans_looked_for: boolean;
  /** The manifest behind which the next run goes on; null when there was nothing more. */
  readonly next_after: string | null;
  readonly end: 'done' | 'interrupted';
}

const MANIFESTS_AT_ONCE = 2;
const DIFFERENCES_MAX = 1_000;
/** An output that is younger than this may be of a version that is being worked on. */
const ORPHAN_AGE_S = 3_600;
const LINE_FEED = 0x0a;

/** @throws BrokenWorldError */
export async function audit(options: AuditOptions, access: OperatorAccess): Promise<AuditSummary> {
  const { prefix, signal, onProgress } = options;
  const { manifestsMax = Number.POSITIVE_INFINITY, bytesMax = Number.POSITIVE_INFINITY, olderThanS = 0 } = options;
  const youngSince = new Date(Date.now() - olderThanS * 1000).toISOString();
  const { s3, processedBucket } = access;
  await assertBucketIsThere(access);
  const directory = await mkdtemp(join(tmpdir(), 'audit-'));
  const byOutcome: Record<string, number> = {};
  const rows = { accepted: 0, duplicates: 0, quarantined: 0 };
  const differences: Difference[] = [];
  let [audited, bytesRead, differenceCount] = [0, 0, 0];
  let [taken, last] = [0, null as string | null];
  const isOver = () => signal.aborted || taken >= manifestsMax || bytesRead >= bytesMax;
  const isWhole = () => prefix === '' && options.after === undefined && manifestsMax === Number.POSITIVE_INFINITY;
  const tell = (found: readonly Difference[]) => {
    differenceCount += found.length;
    differences.push(...found.slice(0, Math.max(0, DIFFERENCES_MAX - differences.length)));
  };
  try {
    for await (const page of listObjects(s3, processedBucket, MANIFESTS_PREFIX, options.after)) {
      await inTurns(page, MANIFESTS_AT_ONCE, async ({ key: name, lastModified }) => {
        if (isOver()) return;
        taken += 1;
        last = name;
        if (olderThanS > 0 && lastModified > youngSince) return;
        const identity = name.slice(MANIFESTS_PREFIX.length).replace(/\.json$/, '');
        const parsed = manifestSchema.safeParse(parseJson((await readText(s3, processedBucket, name)) ?? ''));
        if (!parsed.success) {
          tell([
            { ...nameless(identity), at: 'manifest', expected: 'a manifest by its schema', found: 'something else' },
          ]);
          return;
        }
        const manifest = parsed.data;
        if (!manifest.source.key.startsWith(prefix)) return;
        const result = await auditManifest(identity, manifest, directory, access);
        audited += 1;
        byOutcome[manifest.outcome] = (byOutcome[manifest.outcome] ?? 0) + 1;
        rows.accepted += result.rows.table;
        rows.duplicates += result.rows.duplicates;
        rows.quarantined += result.rows.quarantine;
        bytesRead += result.bytes;
        tell(result.differences);
        onProgress?.({ audited, differences: differenceCount, key: manifest.source.key });
      });
      if (isOver()) break;
    }
    if (isWhole() && !signal.aborted) await findOrphans(tell, signal, access);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
  return {
    audited,
    by_outcome: byOutcome,
    rows,
    bytes_read: bytesRead,
    difference_count: differenceCount,
    differences,
    orphans_looked_for: isWhole(),
    next_after: isOver() ? last : null,
    end: signal.aborted ? 'interrupted' : 'done',
  };
}

const nameless = (identity: string) => ({ identity, key: null, version_id: null });

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

interface Counted {
  readonly rows: { table: number; quarantine: number; duplicates: number };
  bytes: number;
  readonly differences: Difference[];
}

async function auditManifest(
  identity: string,
  manifest: Manifest,
  directory: string,
  access: OperatorAccess,
): Promise<Counted> {
  const { source, counts, outcome } = manifest;
  const counted: Counted = { rows: { table: 0, quarantine: 0, duplicates: 0 }, bytes: 0, differences: [] };
  const expect = (at: string, expected: string | number, found: string | number) => {
    if (expected === found) return;
    const about = { identity, key: source.key, version_id: source.version_id };
    counted.differences.push({ ...about, at, expected: String(expected), found: String(found) });
  };
  const version = { bucket: source.bucket, key: source.key, versionId: source.version_id };
  expect('identity', identityOf(version, manifest.transform_version), identity);
  expect('identity', manifest.identity, identity);

  for (const output of manifest.outputs) {
    const path = join(directory, `${identity}-${output.role}`);
    const read = await readOutput(output, path, access);
    if (read === undefined) {
      expect(output.role, output.key, 'nothing there');
      continue;
    }
    counted.bytes += read.bytes;
    expect(`${output.role} bytes`, output.bytes, read.bytes);
    expect(`${output.role} sha256`, output.sha256, read.sha256);
    if (output.role === 'quarantine' || output.role === 'duplicates') counted.rows[output.role] = read.lines;
    if (output.role === 'table') {
      try {
        counted.rows.table = await rowsOf(path);
      } catch (error) {
        expect('table', 'parquet that can be read', (error as Error).message);
      }
    }
    await rm(path, { force: true });
  }
  expect('accepted rows', counts.accepted, counted.rows.table);
  expect('duplicate rows', counts.duplicates, counted.rows.duplicates);
  expect('quarantined rows', counts.quarantined, counted.rows.quarantine);
  const { table, quarantine, duplicates } = counted.rows;
  expect('sum', counts.rows_read, table + quarantine + duplicates);
  if (outcome === 'ignored') return counted;
  for (const key of reportKeysOf(manifest)) {
    if ((await headObject(access.s3, access.processedBucket, key)) === undefined)
      expect('report', key, 'nothing there');
  }
  return counted;
}

/** Size, checksum and lines of an output, which is left at `path`; undefined when it is not there. */
async function readOutput(
  { key, role }: Output,
  path: string,
  { s3, processedBucket }: OperatorAccess,
): Promise<{ bytes: number; sha256: string; lines: number } | undefined> {
  const opened = await openObject(s3, processedBucket, key);
  if (opened === undefined) return undefined;
  const hash = createHash('sha256');
  let [bytes, lines] = [0, 0];
  const counting = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      bytes += chunk.length;
      hash.update(chunk);
      for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) lines += 1;
      // Only a table is read again.
      done(null, role === 'table' ? chunk : undefined);
    },
  });
  await pump(opened.body, counting, createWriteStream(path));
  return { bytes, sha256: hash.digest('hex'), lines };
}

/** Rows of a parquet file: those of a column's values, a row group at a time, and not the number in its footer. */
async function rowsOf(path: string): Promise<number> {
  const file = await asyncBufferFromFile(path);
  const metadata = await parquetMetadataAsync(file);
  const compressors = { ZSTD: (input: Uint8Array) => new Uint8Array(zstdDecompressSync(input)) };
  let rows = 0;
  let rowStart = 0;
  for (const { num_rows } of metadata.row_groups) {
    const rowEnd = rowStart + Number(num_rows);
    const read = await parquetReadObjects({ file, metadata, compressors, columns: ['source_line'], rowStart, rowEnd });
    rows += read.filter(({ source_line }) => source_line !== null && source_line !== undefined).length;
    rowStart = rowEnd;
  }
  return rows;
}

/** Outputs of versions without a manifest: a worker died there, and nobody came after it. */
async function findOrphans(
  tell: (found: Difference[]) => void,
  signal: AbortSignal,
  { s3, processedBucket }: OperatorAccess,
): Promise<void> {
  const youngSince = new Date(Date.now() - ORPHAN_AGE_S * 1000).toISOString();
  let last = '';
  for await (const page of listObjects(s3, processedBucket, VERSIONS_PREFIX)) {
    for (const { key, lastModified } of page) {
      if (signal.aborted) return;
      const identity = key.slice(VERSIONS_PREFIX.length).split('/')[0] ?? '';
      if (identity === last || lastModified > youngSince) continue;
      last = identity;
      if ((await headObject(s3, processedBucket, manifestKey(identity))) !== undefined) continue;
      tell([{ ...nameless(identity), at: 'orphan', expected: manifestKey(identity), found: 'nothing there' }]);
    }
  }
}
