import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ChunkChange, ChunksReadyDetail, ReviewChunk } from '@tastetrend/contracts';
import { describe, expect, it } from 'vitest';
import type { Embedder } from './embedders/embedder.ts';
import { hashingEmbedder } from './embedders/hashing.ts';
import { type HandedOver, takeHandOver } from './take-hand-over.ts';
import { VectorStore } from './vector-store.ts';

const hex = (of: number | string, length: number) => Buffer.from(`${of}`).toString('hex').padStart(length, '0');

function chunk(id: number, text: string, source = 'a'): ReviewChunk {
  return {
    chunk_id: hex(`${source}${id}`, 32),
    vector_id: hex(text.slice(0, 12), 32),
    content_hash: hex(text.slice(0, 12), 64),
    review_uid: `u${id}`,
    position: 0,
    text,
    metadata: { source },
  };
}

function aConsumer() {
  const lines = new Map<string, readonly unknown[]>();
  const heads = new Map<string, ChunksReadyDetail>();
  const hashing = hashingEmbedder();
  const embedded: string[] = [];
  const embedder: Embedder = {
    ...hashing,
    embed: async (texts) => {
      embedded.push(...texts);
      return await hashing.embed(texts);
    },
  };
  const handedOver: HandedOver = {
    async *lines<Line>({ key }: { readonly key: string }) {
      yield* (lines.get(key) ?? []) as Line[];
    },
    head: async (key) => heads.get(key),
  };
  const store = new VectorStore(':memory:', embedder);
  let made = 0;
  const put = (all: readonly unknown[] | null) => {
    if (all === null) return null;
    const key = `o${++made}`;
    lines.set(key, all);
    return { key, sha256: hex(0, 64), lines: all.length };
  };
  const take = (
    sequence: number,
    set: readonly ReviewChunk[] | null,
    delta: readonly ChunkChange[] | null,
    { source = 'a', chain = 1 } = {},
  ) => {
    const changed = delta?.length ?? set?.length ?? 0;
    const detail = {
      source_id: hex(source, 64),
      chain_id: hex(chain, 64),
      sequence,
      head_key: `head ${source}`,
      set: put(set),
      delta: put(delta),
      changes: { upserts: changed, metadata_updates: 0, tombstones: 0, unchanged: 0 },
    } as unknown as ChunksReadyDetail;
    return { detail, taken: () => takeHandOver(detail, handedOver, embedder, store) };
  };
  const found = async (text: string) => {
    const [vector] = await hashing.embed([text]);
    return store.search(vector as Float32Array, 10);
  };
  return { store, embedded, heads, take, found };
}

const SOUP = chunk(1, 'soup was cold');
const CAKE = chunk(2, 'cake was good');

describe('takeHandOver', () => {
  it('drops repeats and stragglers', async () => {
    const { store, embedded, take } = aConsumer();
    const first = take(1, [SOUP, CAKE], null);
    expect(await first.taken()).toEqual({ kind: 'caught_up', embedded: 2 });
    expect(await first.taken()).toEqual({ kind: 'dropped', embedded: 0 });
    expect(await take(2, [CAKE], [{ op: 'tombstone', chunk_id: SOUP.chunk_id }]).taken()).toMatchObject({
      kind: 'applied',
    });
    expect(await first.taken()).toMatchObject({ kind: 'dropped' });
    expect([embedded.length, store.counts()]).toEqual([2, { chunks: 1, texts: 1, sources: 1 }]);
  });

  it('catches up over a gap from the full set, and embeds only what it lacks', async () => {
    const { store, embedded, take, found } = aConsumer();
    await take(1, [SOUP, CAKE], null).taken();
    const third = take(3, [CAKE, chunk(3, 'tea was hot')], [{ op: 'tombstone', chunk_id: hex('x', 32) }]);
    expect(await third.taken()).toEqual({ kind: 'caught_up', embedded: 1 });
    expect(embedded).toEqual(['soup was cold', 'cake was good', 'tea was hot']);
    expect((await found('soup')).map(({ text }) => text).sort()).toEqual(['cake was good', 'tea was hot']);
    expect(store.counts()).toEqual({ chunks: 2, texts: 2, sources: 1 });
  });

  it('a text of two files is embedded once, found once, and stays until neither has it', async () => {
    const { store, embedded, take, found } = aConsumer();
    await take(1, [SOUP], null).taken();
    await take(1, [chunk(1, SOUP.text, 'b')], null, { source: 'b' }).taken();
    expect(embedded).toEqual([SOUP.text]);
    expect(await found('soup')).toMatchObject([{ reviews: [{ reviewUid: 'u1' }, { reviewUid: 'u1' }] }]);
    await take(2, null, [{ op: 'tombstone', chunk_id: SOUP.chunk_id }]).taken();
    expect(await found('soup')).toMatchObject([{ text: SOUP.text, reviews: [{ metadata: { source: 'b' } }] }]);
    await take(2, null, [{ op: 'tombstone', chunk_id: hex('b1', 32) }], { source: 'b' }).taken();
    expect([await found('soup'), store.counts().texts]).toEqual([[], 0]);
  });

  it('a text that moves to another review is not embedded again', async () => {
    const { embedded, take, found } = aConsumer();
    await take(1, [SOUP], null).taken();
    const { text: _, ...moved } = chunk(7, SOUP.text);
    await take(
      2,
      [chunk(7, SOUP.text)],
      [
        { op: 'metadata', ...moved },
        { op: 'tombstone', chunk_id: SOUP.chunk_id },
      ],
    ).taken();
    expect(embedded).toHaveLength(1);
    expect(await found('soup')).toMatchObject([{ reviews: [{ reviewUid: 'u7' }] }]);
  });

  it('of two chains the head says which one goes on', async () => {
    const { heads, take, found } = aConsumer();
    await take(5, [SOUP], null).taken();
    const anew = take(1, [CAKE], null, { chain: 2 });
    expect(await anew.taken()).toMatchObject({ kind: 'dropped' });
    heads.set('head a', anew.detail);
    expect(await anew.taken()).toMatchObject({ kind: 'caught_up' });
    expect(await take(6, [SOUP], [{ op: 'upsert', ...SOUP }]).taken()).toMatchObject({ kind: 'dropped' });
    expect((await found('x')).map(({ text }) => text)).toEqual([CAKE.text]);
  });

  it('what fails in the middle leaves all as it was, and is taken when it comes again', async () => {
    const { store, embedded, take } = aConsumer();
    await take(1, [SOUP], null).taken();
    const broken = take(2, null, [{ op: 'upsert', ...CAKE }, { op: 'metadata' } as unknown as ChunkChange]);
    await expect(broken.taken()).rejects.toThrow();
    expect(store.counts().chunks).toBe(1);
    expect(await take(2, [SOUP, CAKE], [{ op: 'upsert', ...CAKE }]).taken()).toEqual({ kind: 'applied', embedded: 0 });
    expect([embedded.length, store.counts()]).toEqual([2, { chunks: 2, texts: 2, sources: 1 }]);
  });

  it('a store of another embedder is refused', () => {
    const folder = mkdtempSync(join(tmpdir(), 'embedder-test-'));
    try {
      const file = join(folder, 'vectors.sqlite');
      new VectorStore(file, { name: 'one', dimensions: 4 }).close();
      expect(() => new VectorStore(file, { name: 'other', dimensions: 4 })).toThrow(/holds vectors of one/);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});
