/**
 * What retrieval is given: the chunks of a raw key's newest good version, as full sets (one for each file version) and as
 * a chain of changes from one to the next. docs/decisions/hand-off.md says why it is made like this.
 */
import * as z from 'zod';
import { sha256Hex } from './identity.ts';
import { REPORT_SOURCE } from './report-ready-event.ts';

export const CHUNKS_READY_DETAIL_TYPE = 'Review Chunks Ready';

/** Raised by hand when the same table must give other chunks; a test of golden bytes fails until it is. */
export const CHUNK_RULES = 1;

const hash = z.string().regex(/^[0-9a-f]{64}$/);
const shortHash = z.string().regex(/^[0-9a-f]{32}$/);
const count = z.int().min(0);

export const chunkMetadataSchema = z.looseObject({
  /** What a vector store filters by. What is not known is left out: null is no value in most of them. */
  restaurant: z.string().optional(),
  review_date: z.iso.date().optional(),
  rating: z.number().optional(),
  /** The raw key; where that is over 600 bytes, the source's id. */
  source: z.string(),
});

const chunkShape = {
  /** Of (bucket, raw key, review_uid, position): the same review in another upload of the file has the same. */
  chunk_id: shortHash,
  /** Of (restaurant, text): chunks that share it need one embedding, and are one search result. */
  vector_id: shortHash,
  /** SHA-256 of the text. */
  content_hash: hash,
  review_uid: z.string(),
  /** Place of the chunk in its review, from 0. */
  position: count,
  metadata: chunkMetadataSchema,
};

/** A line of a full set: a part of a review's text, with what a search is narrowed by. */
export const reviewChunkSchema = z.looseObject({ ...chunkShape, text: z.string().min(1) });

/**
 * A line of a delta. `upsert`: a text that the set before did not have. `metadata`: a chunk that is new or says something
 * else of a text that the set before had, or an earlier line of this delta: nothing is to be embedded. `tombstone`: a
 * chunk that is gone. Tombstones stand last, so that a text which only moved is never without a chunk.
 */
export const chunkChangeSchema = z.discriminatedUnion('op', [
  z.looseObject({ op: z.literal('upsert'), ...chunkShape, text: z.string().min(1) }),
  z.looseObject({ op: z.literal('metadata'), ...chunkShape }),
  z.looseObject({ op: z.literal('tombstone'), chunk_id: shortHash }),
]);

const objectSchema = z.looseObject({
  key: z.string(),
  /** Of the lines, unpacked. */
  sha256: hash,
  lines: count,
});

/** Consumers accept unknown fields: within version 1, fields are added, never changed or removed. */
export const chunksReadyDetailSchema = z.looseObject({
  schema: z.literal('tastetrend.review-chunks-ready/1'),
  /** Consumers drop repeats by it. */
  handoff_id: hash,
  source: z.looseObject({ bucket: z.string(), key: z.string() }),
  source_id: hash,
  /** The handoff_id of the chain's first. Another than before: the heads were deleted, and the chain begins anew. */
  chain_id: hash,
  /** Counts the hand-overs of the chain, from 1, without a gap. */
  sequence: z.int().positive(),
  /** Of the file version, or of the removal, whose chunks these are. */
  identity: hash,
  version_id: z.string(),
  transform_version: z.int().positive(),
  chunk_rules: z.int().positive(),
  /** `no_reviews`: the file has no review with a text. */
  state: z.enum(['chunks', 'removed', 'no_reviews']),
  processed_bucket: z.string(),
  /** The same as this detail, for whoever missed an event. */
  head_key: z.string(),
  /** All chunks; null where there are none. */
  set: objectSchema.nullable(),
  /** From the sequence before to this; null where nothing changed, or nothing was before: then the set says it all. */
  delta: objectSchema.nullable(),
  changes: z.looseObject({ upserts: count, metadata_updates: count, tombstones: count, unchanged: count }),
  previous: z.looseObject({ sequence: z.int().positive(), identity: hash }).nullable(),
});

export const chunksReadyEventSchema = z.looseObject({
  source: z.literal(REPORT_SOURCE),
  'detail-type': z.literal(CHUNKS_READY_DETAIL_TYPE),
  detail: chunksReadyDetailSchema,
});

export type ReviewChunk = z.infer<typeof reviewChunkSchema>;
export type ChunkChange = z.infer<typeof chunkChangeSchema>;
export type ChunksReadyDetail = z.infer<typeof chunksReadyDetailSchema>;

/** A raw key, whatever its versions. */
export function sourceIdOf(bucket: string, key: string): string {
  return sha256Hex(JSON.stringify(['source', bucket, key]));
}

export function handoffIdOf(sourceId: string, sequence: number, identity: string): string {
  return sha256Hex(JSON.stringify(['handoff', sourceId, sequence, identity]));
}

const RAG = 'processed/rag/';

/** All chunks of a file version, JSON lines, gzip. */
export function chunkSetKey(identity: string): string {
  return `${RAG}versions/${identity}/chunks.r${CHUNK_RULES}.jsonl.gz`;
}

/** Below it one small `.json` for each source: whoever comes late begins here. */
export const CHUNK_HEADS_PREFIX = `${RAG}heads/`;

/** The newest hand-over of a source. */
export function chunkHeadKey(sourceId: string): string {
  return `${CHUNK_HEADS_PREFIX}${sourceId}.json`;
}

/**
 * Both ends are in the name, so that two workers who lose against each other do not take each other's delta for theirs.
 * @param from identity whose set is left. @param to identity whose set is reached
 */
export function chunkDeltaKey(sourceId: string, sequence: number, from: string, to: string): string {
  const number = String(sequence).padStart(10, '0');
  return `${RAG}deltas/${sourceId}/${number}_${from.slice(0, 12)}_${to.slice(0, 12)}.r${CHUNK_RULES}.jsonl.gz`;
}
