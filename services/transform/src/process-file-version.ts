/**
 * The story of a file version, from the queue to its completion event. Any number of deliveries, at any time and side by
 * side, leave the same bytes: every write is conditional, and the manifest alone says what is done.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type FileVersion, identityOf, limitOf, type Manifest, makeManifest, outputKey } from '@tastetrend/contracts';
import type { LocalOutput } from './core/output-files.ts';
import type { OpenParquetWriter } from './core/parquet/types.ts';
import { type RejectionRule, rejectionOf } from './core/rejection.ts';
import { transformFile } from './core/transform-file.ts';
import type { RawFacts, TransformPorts } from './ports.ts';
import { promote, type Settled } from './promote.ts';

export type ProcessOutcome =
  | {
      readonly kind: 'done';
      readonly manifest: Manifest;
      readonly wasRepeated: boolean;
      /** What the key has come to. */
      readonly settled: Settled;
    }
  | { readonly kind: 'busy'; readonly retryAfterS: number };

/** @throws BrokenWorldError and its kin when a service failed: the delivery is to be repeated */
export async function processFileVersion(
  version: FileVersion,
  ports: TransformPorts,
  openWriter: OpenParquetWriter,
): Promise<ProcessOutcome> {
  const directory = await mkdtemp(join(tmpdir(), 'file-version-'));
  try {
    return await processIn(directory, version, ports, openWriter);
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

async function processIn(
  directory: string,
  version: FileVersion,
  ports: TransformPorts,
  openWriter: OpenParquetWriter,
): Promise<ProcessOutcome> {
  const identity = identityOf(version);
  const known = await ports.manifests.read(identity);
  let manifest = known;
  /** What this delivery wrote: the table need not come back from S3 to be promoted. */
  let made: readonly LocalOutput[] = [];
  if (manifest === undefined) {
    const transform = async () => {
      const transformed = await transformVersion(directory, version, ports, openWriter);
      made = transformed.outputs;
      return transformed.manifest;
    };
    const lease = await ports.lease.hold(identity, transform);
    if (lease.kind === 'busy') return lease;
    // A lease that says "done" is not believed: the manifest is looked for, and where there is none the work is done.
    manifest = lease.kind === 'done' ? lease.value : ((await ports.manifests.read(identity)) ?? (await transform()));
  }
  const wasRepeated = known !== undefined;
  if (wasRepeated) ports.journal.step('repeated');
  if (manifest.outcome === 'ignored') return { kind: 'done', manifest, wasRepeated, settled: { kind: 'open' } };
  const settled = await promote(version, manifest, ports, made);
  await ports.completions.publish(manifest);
  // Also when the removal is not new: whoever made it may have died before it said so.
  if (settled.kind === 'removed') await ports.completions.publishRemoval(settled.removal);
  ports.journal.step('published');
  return { kind: 'done', manifest, wasRepeated, settled };
}

interface Transformed {
  readonly manifest: Manifest;
  /** On disk, as they were stored; none where no table was made. */
  readonly outputs: readonly LocalOutput[];
}

/** Steps (a) and (b): the outputs, then the manifest that makes them count. */
async function transformVersion(
  directory: string,
  version: FileVersion,
  ports: TransformPorts,
  openWriter: OpenParquetWriter,
): Promise<Transformed> {
  const identity = identityOf(version);
  const without = async (...facts: Parameters<typeof manifestWithoutTable>) => ({
    manifest: await ports.manifests.create(manifestWithoutTable(...facts)),
    outputs: [],
  });
  const opened = await ports.raw.open(version);
  if (opened === undefined) {
    ports.journal.step('gone');
    return without(version, undefined, 'gone');
  }
  const { facts } = opened;
  if (version.key.endsWith('/') && facts.bytes === 0) {
    opened.discard();
    return without(version, facts, 'ignored');
  }
  const refusal = refusalByFacts(version, facts);
  if (refusal !== undefined) {
    opened.discard();
    ports.journal.step('rejected', { rule: refusal });
    return without(version, facts, 'rejected', rejectionOf(refusal));
  }
  const rawPath = join(directory, 'raw');
  await opened.download(rawPath);
  ports.journal.step('downloaded', { bytes: facts.bytes });
  const context = {
    identity,
    sourceFile: version.key,
    sourceVersion: version.versionId,
    uploadedAt: facts.uploadedAt,
    onProgress: (share: number) => ports.journal.progress?.(share),
  };
  const result = await transformFile(rawPath, context, directory, openWriter);
  await rm(rawPath, { force: true });
  if (result.kind === 'rejected') {
    ports.journal.step('rejected', { rule: result.rejection.rule });
    return without(version, facts, 'rejected', result.rejection);
  }
  ports.journal.step('transformed', { ...result.counts });
  await ports.outputs.store(identity, result.outputs);
  ports.journal.step('stored');
  const manifest = makeManifest({
    source: sourceOf(version, facts),
    outcome: 'processed',
    kind: result.fileKind,
    rejection: null,
    counts: result.counts,
    outputs: result.outputs.map(({ role, bytes, sha256 }) => ({
      role,
      key: outputKey(identity, role),
      bytes,
      sha256,
    })),
    inferred: result.inferred,
  });
  return { manifest: await ports.manifests.create(manifest), outputs: result.outputs };
}

function refusalByFacts(version: FileVersion, facts: RawFacts): RejectionRule | undefined {
  if (Buffer.byteLength(version.key) > limitOf('raw_key_bytes_max')) return 'key_too_long';
  if (facts.bytes === 0) return 'empty_file';
  return facts.bytes > limitOf('file_bytes_max') ? 'file_too_large' : undefined;
}

function sourceOf(version: FileVersion, facts: RawFacts | undefined): Manifest['source'] {
  return {
    bucket: version.bucket,
    key: version.key,
    version_id: version.versionId,
    etag: facts?.etag ?? null,
    size_bytes: facts?.bytes ?? null,
    uploaded_at: facts?.uploadedAt ?? null,
  };
}

function manifestWithoutTable(
  version: FileVersion,
  facts: RawFacts | undefined,
  outcome: 'rejected' | 'gone' | 'ignored',
  rejection: Manifest['rejection'] = null,
): Manifest {
  return makeManifest({
    source: sourceOf(version, facts),
    outcome,
    kind: null,
    rejection,
    counts: { rows_read: 0, accepted: 0, duplicates: 0, quarantined: 0 },
    outputs: [],
    inferred: null,
  });
}
