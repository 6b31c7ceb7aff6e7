/**
 * What a store for retrieval holds after the hand-overs of a case: it takes the events in the order of their sequence, and
 * must have exactly the chunks of each key's newest good version.
 */
import { gunzipSync } from 'node:zlib';
import {
  type ChunkChange,
  type ChunksReadyDetail,
  chunkHeadKey,
  type FileVersion,
  identityOf,
  type ReviewChunk,
  sourceIdOf,
} from '@tastetrend/contracts';
import type { RunningPipeline } from '../pipeline/index.ts';
import type { LabelledVersion } from './lane.ts';

/** @param events what was published in the case, repeats included. @returns what is wrong, in words */
export async function chainComplaints(
  p: RunningPipeline,
  versions: readonly LabelledVersion[],
  removal: FileVersion,
  events: readonly { readonly detail: object }[],
): Promise<string[]> {
  const identityOfLabel = (wanted: string) => versions.find(({ label }) => label === wanted)?.identity ?? '';
  const published = events
    .map(({ detail }) => detail)
    .filter((detail) => 'handoff_id' in detail) as ChunksReadyDetail[];
  const expected: [key: string, identity: string][] = [
    ['north/again.csv', identityOfLabel('second')],
    // Its second version fails its validation, and so what was handed over before stays.
    ['north/poorer.csv', identityOfLabel('richer')],
    [removal.key, identityOf(removal)],
  ];
  const wrong: string[] = [];
  for (const [key, identity] of expected) {
    const sourceId = sourceIdOf(p.resources.buckets.raw, key);
    const own = published.filter(({ source_id }) => source_id === sourceId);
    const complaint = await complaintOf(p, sourceId, identity, own);
    if (complaint !== undefined) wrong.push(`chunks of ${key}: ${complaint}`);
  }
  return wrong;
}

async function complaintOf(
  p: RunningPipeline,
  sourceId: string,
  identity: string,
  published: readonly ChunksReadyDetail[],
): Promise<string | undefined> {
  const bySequence = new Map<number, string>();
  for (const detail of published) {
    const said = JSON.stringify(detail);
    if ((bySequence.get(detail.sequence) ?? said) !== said) return `two hand-overs are number ${detail.sequence}`;
    bySequence.set(detail.sequence, said);
  }
  const head = await p.readJson<ChunksReadyDetail>(chunkHeadKey(sourceId));
  if (head.identity !== identity) return `the head is of ${head.identity}`;
  if (!bySequence.has(head.sequence)) return `number ${head.sequence}, the last, was not published`;
  const store = new ChunkStore();
  let taken = 0;
  for (const sequence of [...bySequence.keys()].sort((a, b) => a - b)) {
    const detail = JSON.parse(bySequence.get(sequence) ?? '') as ChunksReadyDetail;
    // One whose worker died before it said so is a gap, which a consumer catches up from the full set.
    if (sequence !== taken + 1 || sequence === 1) store.replace(await linesOf<ReviewChunk>(p, detail.set));
    else store.change(await linesOf<ChunkChange>(p, detail.delta));
    taken = sequence;
  }
  const wanted = new ChunkStore();
  wanted.replace(await linesOf<ReviewChunk>(p, head.set));
  const same = store.content() === wanted.content();
  return same ? undefined : 'a store that took every hand-over has not what the last one says';
}

type Said = 'chunk_id' | 'vector_id' | 'content_hash' | 'review_uid' | 'position' | 'metadata';
/** One of a set, or of a delta, which says the text only where it is new. */
type Chunk = Pick<ReviewChunk, Said> & { readonly text?: string };

/** A store for retrieval at its simplest: chunks by their id, texts by that of their vector. */
class ChunkStore {
  readonly #chunks = new Map<string, Chunk>();
  readonly #texts = new Map<string, string>();

  replace(set: readonly ReviewChunk[]): void {
    this.#chunks.clear();
    this.#texts.clear();
    for (const chunk of set) this.#take(chunk);
  }

  change(delta: readonly ChunkChange[]): void {
    for (const change of delta) {
      if (change.op === 'tombstone') this.#chunks.delete(change.chunk_id);
      else this.#take(change);
    }
  }

  /** Every chunk with its text, in an order of its own. */
  content(): string {
    const ids = [...this.#chunks.keys()].sort();
    return JSON.stringify(
      ids.map((id) => [this.#chunks.get(id), this.#texts.get(this.#chunks.get(id)?.vector_id ?? '')]),
    );
  }

  #take(chunk: Chunk): void {
    const { chunk_id, vector_id, content_hash, review_uid, position, metadata } = chunk;
    this.#chunks.set(chunk_id, { chunk_id, vector_id, content_hash, review_uid, position, metadata });
    if (chunk.text !== undefined) this.#texts.set(vector_id, chunk.text);
  }
}

async function linesOf<Line>(p: RunningPipeline, object: { readonly key: string } | null): Promise<Line[]> {
  if (object === null) return [];
  const text = gunzipSync((await p.readProcessed(object.key)).bytes)
    .toString('utf8')
    .trim();
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as Line);
}
