/** From one set of chunks to the next: what a consumer has to do, and nothing more. */
import { hash } from 'node:crypto';
import type { ChunkChange, ReviewChunk } from '@tastetrend/contracts';
import { ReportAssertionError } from '../../errors.ts';
import { ChunkIndex } from './chunk-index.ts';

export interface ChangeCounts {
  upserts: number;
  metadata_updates: number;
  tombstones: number;
  unchanged: number;
}

/** Chunks, a batch at a time. */
export type ChunkBatches = AsyncIterable<Iterable<ReviewChunk>>;

/**
 * The changes in the order in which they are to be made: what is new or differs, in the order of the new set, then what is
 * gone, in the order of the one before. A function of the two sets alone.
 * @param counts counted up while the changes are taken
 * @throws ReportAssertionError when a set has a chunk twice
 */
export async function* changesBetween(
  before: ChunkBatches,
  after: ChunkBatches,
  counts: ChangeCounts,
): AsyncGenerator<Iterable<ChunkChange>> {
  const index = new ChunkIndex();
  for await (const batch of before) {
    for (const chunk of batch) {
      if (!index.add(chunk.chunk_id, chunk.vector_id, sayingOf(chunk))) throw twice(chunk);
    }
  }
  for await (const batch of after) {
    const changes: ChunkChange[] = [];
    for (const chunk of batch) {
      const change = changeTo(chunk, index);
      if (change === undefined) {
        counts.unchanged += 1;
      } else {
        counts[change.op === 'upsert' ? 'upserts' : 'metadata_updates'] += 1;
        changes.push(change);
      }
    }
    yield changes;
  }
  yield tombstones(index, counts);
}

/** @returns undefined where the chunk was there and said the same */
function changeTo(
  chunk: ReviewChunk,
  index: ChunkIndex,
): Extract<ChunkChange, { op: 'upsert' | 'metadata' }> | undefined {
  if (index.see(chunk.chunk_id, sayingOf(chunk)) === 'same') return undefined;
  if (index.addVector(chunk.vector_id)) return { op: 'upsert', ...chunk };
  const { text: _, ...rest } = chunk;
  return { op: 'metadata', ...rest };
}

function* tombstones(index: ChunkIndex, counts: ChangeCounts): Generator<ChunkChange> {
  for (const chunk_id of index.unseen()) {
    counts.tombstones += 1;
    yield { op: 'tombstone', chunk_id };
  }
}

/** All that a chunk says; its text by its hash. */
function sayingOf({ vector_id, content_hash, review_uid, position, metadata }: ReviewChunk): string {
  const { restaurant, review_date, rating, source } = metadata;
  const said = [vector_id, content_hash, review_uid, position, restaurant, review_date, rating, source];
  return hash('sha256', JSON.stringify(said)).slice(0, 32);
}

function twice({ chunk_id }: ReviewChunk): Error {
  return new ReportAssertionError(`chunk ${chunk_id} is in its set twice`);
}
