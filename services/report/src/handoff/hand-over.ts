/**
 * The use case: what retrieval holds of a raw key becomes the chunks of its newest good version. Any number of deliveries,
 * in any order, side by side, with a crash at any request, leave one chain of hand-overs without a gap
 * (docs/decisions/hand-off.md).
 */
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline as pump } from 'node:stream/promises';
import { BrokenWorldError } from '@tastetrend/aws';
import {
  CHUNK_RULES,
  type ChunksReadyDetail,
  chunkDeltaKey,
  chunkHeadKey,
  chunkSetKey,
  handoffIdOf,
  type Manifest,
  type ReviewChunk,
  sourceIdOf,
} from '@tastetrend/contracts';
import type { TableBytes } from '../core/bias/read-table.ts';
import { CommittedObjectError, ReportAssertionError, ReportNotKeptError } from '../errors.ts';
import { type ChangeCounts, changesBetween } from './core/changes.ts';
import { NameTable } from './core/chunk-index.ts';
import { chunkerOf, type ReviewRow } from './core/chunks-of-review.ts';
import { readLines, readLinesOf, type WrittenLines, writeLines } from './jsonl-file.ts';
import { newestGood, type RawKey, type Stay, type Target } from './newest-good.ts';
import type { HandoffPorts, SetFacts, StandingHead } from './ports.ts';
import { readReviews } from './read-reviews.ts';

/** A refusal means that another worker handed the key over meanwhile; so many in a row mean that something else is wrong. */
const ATTEMPTS_MAX = 20;
const KEEP_ATTEMPTS_MAX = 3;
/** A table up to this size is read in one request, of a larger one only what is needed. */
const WHOLE_TABLE_BYTES_MAX = 4 * 1024 * 1024;

export type HandoffOutcome =
  /** `there`: it was handed over before; said again, since whoever did so may not have lived to say it. */
  | { readonly kind: 'handed_over' | 'there'; readonly detail: ChunksReadyDetail }
  | { readonly kind: 'stays'; readonly reason: Stay };

/** @throws BrokenWorldError and its kin when the world failed: the delivery is to be repeated */
export async function handOver(source: RawKey, ports: HandoffPorts): Promise<HandoffOutcome> {
  const sourceId = sourceIdOf(source.bucket, source.key);
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    // Read first, decide then: what changes in between makes the write below be refused.
    const standing = await ports.heads.read(sourceId);
    const target = await newestGood(source, ports);
    if (typeof target === 'string') return { kind: 'stays', reason: target };
    if (standing?.detail.identity === identityOfTarget(target) && standing.detail.chunk_rules === CHUNK_RULES) {
      await ports.publish(standing.detail);
      return { kind: 'there', detail: standing.detail };
    }
    const detail = await inFolder((folder) => nextHead(source, standing, target, folder, ports));
    if ((await ports.heads.replace(sourceId, standing?.etag, detail)) === 'refused') continue;
    ports.onStep('chunks handed over', { sequence: detail.sequence, ...detail.changes });
    await ports.publish(detail);
    return { kind: 'handed_over', detail };
  }
  throw new BrokenWorldError(`the hand-over of ${source.key} was refused ${ATTEMPTS_MAX} times in a row`);
}

async function inFolder<Result>(work: (folder: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), 'hand-over-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function identityOfTarget(target: Target): string {
  return target.kind === 'version' ? target.manifest.identity : target.identity;
}

/** Writes what the next hand-over names; it counts only when the head names it. */
async function nextHead(
  source: RawKey,
  standing: StandingHead | undefined,
  target: Target,
  folder: string,
  ports: HandoffPorts,
): Promise<ChunksReadyDetail> {
  const before = standing?.detail;
  const sourceId = sourceIdOf(source.bucket, source.key);
  const sequence = (before?.sequence ?? 0) + 1;
  const identity = identityOfTarget(target);
  const { state, set } = await setOf(source, target, folder, ports);
  const deltaKey = before?.set ? chunkDeltaKey(sourceId, sequence, before.identity, identity) : undefined;
  const { delta, changes } =
    before?.set && deltaKey !== undefined
      ? await deltaBetween(before.set.key, set?.path, deltaKey, folder, ports)
      : { delta: null, changes: changesFromNothing(set) };
  const handoffId = handoffIdOf(sourceId, sequence, identity);
  const version = target.kind === 'version' ? target.manifest : undefined;
  return {
    schema: 'tastetrend.review-chunks-ready/1',
    handoff_id: handoffId,
    source: { bucket: source.bucket, key: source.key },
    source_id: sourceId,
    chain_id: before?.chain_id ?? handoffId,
    sequence,
    identity,
    version_id: target.kind === 'version' ? target.manifest.source.version_id : target.versionId,
    transform_version: version?.transform_version ?? (target.kind === 'removed' ? target.transformVersion : 1),
    chunk_rules: CHUNK_RULES,
    state,
    processed_bucket: ports.processedBucket,
    head_key: chunkHeadKey(sourceId),
    set: set === undefined ? null : { key: chunkSetKey(identity), sha256: set.sha256, lines: set.lines },
    delta,
    changes: { ...changes },
    previous: before === undefined ? null : { sequence: before.sequence, identity: before.identity },
  };
}

type LocalSet = SetFacts & { readonly path: string };

function changesFromNothing(set: LocalSet | undefined): ChangeCounts {
  const { lines = 0, vectors = 0 } = set ?? {};
  return { upserts: vectors, metadata_updates: lines - vectors, tombstones: 0, unchanged: 0 };
}

/** The version's chunks, as they stand in the bucket, on disk. @returns no set where there are none */
async function setOf(
  source: RawKey,
  target: Target,
  folder: string,
  ports: HandoffPorts,
): Promise<{ readonly state: ChunksReadyDetail['state']; readonly set: LocalSet | undefined }> {
  if (target.kind === 'removed') return { state: 'removed', set: undefined };
  const { manifest } = target;
  if (manifest.kind !== 'reviews' || manifest.counts.accepted === 0) return { state: 'no_reviews', set: undefined };
  const key = chunkSetKey(manifest.identity);
  const path = join(folder, 'set');
  for (let attempt = 1; attempt <= KEEP_ATTEMPTS_MAX; attempt += 1) {
    // What stands is what counts: another Node may cut sentences otherwise, and deltas are made between what stands.
    const standing = await ports.packed.open(key);
    if (standing !== undefined) return { state: 'chunks', set: await downloaded(standing, path) };
    const { written, facts } = await makeSet(source, manifest, path, ports);
    if (facts.lines === 0) return { state: 'no_reviews', set: undefined };
    if ((await ports.packed.putOnce(key, path, written.bytes, facts)) === 'written') {
      ports.onStep('chunks written', { chunks: facts.lines, texts: facts.vectors, bytes: written.bytes });
      return { state: 'chunks', set: { ...facts, path } };
    }
  }
  throw new ReportNotKeptError(`${key} was refused ${KEEP_ATTEMPTS_MAX} times, and is not there`);
}

async function downloaded(
  { body, facts }: { readonly body: Readable; readonly facts: SetFacts },
  path: string,
): Promise<LocalSet> {
  try {
    await pump(body, createWriteStream(path));
  } catch (error) {
    throw new BrokenWorldError('cannot download a set of chunks', error);
  }
  return { ...facts, path };
}

async function makeSet(
  source: RawKey,
  manifest: Manifest,
  path: string,
  ports: HandoffPorts,
): Promise<{ readonly written: WrittenLines; readonly facts: SetFacts }> {
  const chunksOf = chunkerOf(source.bucket, source.key);
  const texts = new NameTable();
  function* chunksOfAll(rows: Iterable<ReviewRow>): Generator<ReviewChunk> {
    for (const row of rows) {
      for (const chunk of chunksOf(row)) {
        texts.add(chunk.vector_id);
        yield chunk;
      }
    }
  }
  async function* batches(): AsyncGenerator<Iterable<ReviewChunk>> {
    const table = await tableOf(manifest, ports);
    const groups = readReviews(table, manifest.identity, manifest.counts.accepted);
    for await (const rows of groups) yield chunksOfAll(rows);
  }
  const written = await writeLines(path, batches());
  return { written, facts: { sha256: written.sha256, lines: written.lines, vectors: texts.size } };
}

async function tableOf(manifest: Manifest, { committed }: HandoffPorts): Promise<TableBytes> {
  const output = manifest.outputs.find(({ role }) => role === 'table');
  if (output === undefined) throw new CommittedObjectError(`the manifest of ${manifest.identity} names no table`);
  const { key, bytes } = output;
  const read = async (start: number, end: number) => {
    const part = await committed.readBytes(key, start, end);
    if (part?.byteLength === end - start) return part;
    throw new CommittedObjectError(`the table ${key} is not there, or not whole`);
  };
  if (bytes > WHOLE_TABLE_BYTES_MAX) return { byteLength: bytes, slice: (start, end = bytes) => read(start, end) };
  const whole = await read(0, bytes);
  return { byteLength: bytes, slice: async (start, end = bytes) => whole.slice(start, end) };
}

/** @param afterPath the new set; undefined where there is none. @returns no delta where nothing changed */
async function deltaBetween(
  beforeKey: string,
  afterPath: string | undefined,
  key: string,
  folder: string,
  ports: HandoffPorts,
): Promise<{ readonly delta: ChunksReadyDetail['delta']; readonly changes: ChangeCounts }> {
  const before = await ports.packed.open(beforeKey);
  if (before === undefined) throw new CommittedObjectError(`the set ${beforeKey} that was handed over is not there`);
  const changes: ChangeCounts = { upserts: 0, metadata_updates: 0, tombstones: 0, unchanged: 0 };
  const after = afterPath === undefined ? nothing() : readLinesOf<ReviewChunk>(afterPath);
  const all = changesBetween(readLines<ReviewChunk>(before.body, beforeKey), after, changes);
  const written = await writeLines(join(folder, 'delta'), all);
  if (written.lines === 0) return { delta: null, changes };
  const facts: SetFacts = { sha256: written.sha256, lines: written.lines, vectors: changes.upserts };
  await keepPacked(key, written, facts, ports);
  return { delta: { key, sha256: written.sha256, lines: written.lines }, changes };
}

/** A refused write is fine when it is there: another worker made the same of the same two sets. S3's 409 may come of one that fails. */
async function keepPacked(key: string, { path, bytes }: WrittenLines, facts: SetFacts, { packed }: HandoffPorts) {
  for (let attempt = 1; attempt <= KEEP_ATTEMPTS_MAX; attempt += 1) {
    if ((await packed.putOnce(key, path, bytes, facts)) === 'written') return;
    const standing = await packed.open(key);
    standing?.body.destroy();
    if (standing?.facts.sha256 === facts.sha256) return;
    if (standing !== undefined) throw new ReportAssertionError(`${key} is there with other lines`);
  }
  throw new ReportNotKeptError(`${key} was refused ${KEEP_ATTEMPTS_MAX} times, and is not there`);
}

async function* nothing(): AsyncGenerator<never> {}
