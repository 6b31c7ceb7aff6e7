/**
 * A hand-over is taken into the store, once in effect: repeats and stragglers are dropped by the sequence, a gap is caught
 * up from the full set, and a text that the store has is not embedded again, whatever file or version it comes from.
 */
import type { ChunkChange, ChunksReadyDetail, ReviewChunk } from '@tastetrend/contracts';
import type { Embedder } from './embedders/embedder.ts';
import type { VectorStore } from './vector-store.ts';

const BATCH_TEXTS = 32;

/** Reads what a hand-over names. */
export interface HandedOver {
  /** Each call reads it anew. @throws when the object is not there, or not the one that was named */
  lines<Line>(object: { readonly key: string; readonly sha256: string }): AsyncIterable<Line>;
  /** The newest hand-over of a source, whatever event told of it. */
  head(key: string): Promise<ChunksReadyDetail | undefined>;
}

export interface TakenHandOver {
  readonly kind: 'applied' | 'caught_up' | 'dropped';
  /** Texts that were embedded for it. */
  readonly embedded: number;
}

export async function takeHandOver(
  detail: ChunksReadyDetail,
  handedOver: HandedOver,
  embedder: Embedder,
  store: VectorStore,
): Promise<TakenHandOver> {
  const known = store.taken(detail.source_id);
  if (known !== undefined && known.chain_id !== detail.chain_id) {
    // Of two chains the head says which one goes on; an event of the other one is a straggler.
    const head = await handedOver.head(detail.head_key);
    return head?.chain_id === detail.chain_id ? await catchUp(head, handedOver, embedder, store) : DROPPED;
  }
  const sequence = known?.sequence ?? 0;
  if (detail.sequence <= sequence) return DROPPED;
  if (detail.sequence > sequence + 1) return await catchUp(detail, handedOver, embedder, store);
  const { upserts, metadata_updates, tombstones } = detail.changes;
  const { delta } = detail;
  if (delta === null) {
    if (upserts + metadata_updates + tombstones > 0) return await catchUp(detail, handedOver, embedder, store);
    await store.applyChanges(detail, none());
    return { kind: 'applied', embedded: 0 };
  }
  const embedded = await embedMissing(upsertsOf(handedOver.lines<ChunkChange>(delta)), embedder, store);
  await store.applyChanges(detail, handedOver.lines<ChunkChange>(delta));
  return { kind: 'applied', embedded };
}

const DROPPED: TakenHandOver = { kind: 'dropped', embedded: 0 };

/** From the full set: what is in the store already is told by its ids, and not embedded again. */
async function catchUp(
  detail: ChunksReadyDetail,
  handedOver: HandedOver,
  embedder: Embedder,
  store: VectorStore,
): Promise<TakenHandOver> {
  const { set } = detail;
  const all = () => (set === null ? none() : handedOver.lines<ReviewChunk>(set));
  const embedded = await embedMissing(all(), embedder, store);
  await store.replaceAll(detail, all());
  return { kind: 'caught_up', embedded };
}

/** Embeds what the store lacks, a few texts at a time. What a crash leaves of it is found, and not embedded again. */
async function embedMissing(
  chunks: AsyncIterable<ReviewChunk>,
  embedder: Embedder,
  store: VectorStore,
): Promise<number> {
  let embedded = 0;
  const missing = new Map<string, string>();
  const embedThese = async () => {
    const entries = [...missing];
    missing.clear();
    const vectors = await embedder.embed(entries.map(([, text]) => text));
    store.putVectors(entries.map(([vectorId, text], at) => ({ vectorId, text, vector: vectors[at] as Float32Array })));
    embedded += entries.length;
  };
  for await (const { vector_id: vectorId, text } of chunks) {
    if (!store.hasVector(vectorId)) missing.set(vectorId, text);
    if (missing.size >= BATCH_TEXTS) await embedThese();
  }
  if (missing.size > 0) await embedThese();
  return embedded;
}

async function* upsertsOf(changes: AsyncIterable<ChunkChange>): AsyncGenerator<ReviewChunk> {
  for await (const change of changes) if (change.op === 'upsert') yield change;
}

async function* none(): AsyncGenerator<never> {}
