/** The consumer beside the running pipeline: an upload is embedded, a re-upload as far as it differs, a delete removes. */
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { type ChunksReadyDetail, chunkHeadKey, sourceIdOf } from '@tastetrend/contracts';
import { canRunPipeline, eventually, type RunningPipeline, startPipeline } from '@tastetrend/testing/pipeline';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Embedder } from './embedders/embedder.ts';
import { hashingEmbedder } from './embedders/hashing.ts';
import { handedOverIn } from './handed-over.ts';
import { receiveHandOvers, subscribeToHandOvers } from './subscription.ts';
import { takeHandOver } from './take-hand-over.ts';
import { VectorStore } from './vector-store.ts';

vi.setConfig({ testTimeout: 60_000 });
const SUITE = 'end to end: the embedder';

function fileOf(...texts: string[]): string {
  const rows = texts.map((text, at) => `r${at + 1},Ann Lee,2026-01-0${at + 1},4,"${text}",Luke`);
  return `${['review_id,customer_name,date,rating,review_text,business_name', ...rows].join('\n')}\n`;
}

const SOUP = 'The soup was cold when it came.';
const CAKE = 'Best chocolate cake in town!';
const NOISE = 'Loud music, we could not talk.';
const SLOW = 'We waited an hour for the bill.';

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  let p: RunningPipeline;
  let subscription: Awaited<ReturnType<typeof subscribeToHandOvers>>;
  let embedded: string[] = [];
  const hashing = hashingEmbedder();
  const embedder: Embedder = {
    ...hashing,
    embed: (texts) => {
      embedded.push(...texts);
      return hashing.embed(texts);
    },
  };
  const store = new VectorStore(':memory:', embedder);
  beforeAll(async () => {
    p = await startPipeline();
    subscription = await subscribeToHandOvers(p, p.resources.bus.name, 'embedder-test');
  }, 300_000);
  afterAll(async () => {
    store.close();
    await p?.stop();
  });

  /** Takes all that was handed over. @returns the texts that were embedded for it */
  async function consume(): Promise<string[]> {
    await p.idle();
    embedded = [];
    const handedOver = handedOverIn(p.s3, p.resources.buckets.processed);
    for (let taken = 1; taken > 0; ) {
      const received = await receiveHandOvers(p.sqs, subscription.queueUrl, 1, async (detail) => {
        await takeHandOver(detail, handedOver, embedder, store);
      });
      expect(received.failures).toEqual([]);
      ({ taken } = received);
    }
    return embedded;
  }

  /** Deletes a file, and waits until its chunks are taken back. */
  async function remove(Key: string): Promise<void> {
    const { raw } = p.resources.buckets;
    await p.s3.send(new DeleteObjectCommand({ Bucket: raw, Key }));
    const head = chunkHeadKey(sourceIdOf(raw, Key));
    await eventually('the removal is handed over', async () => {
      return (await p.readJson<ChunksReadyDetail>(head)).state === 'removed' || undefined;
    });
  }

  async function answersTo(question: string): Promise<string[]> {
    const [vector] = await hashing.embed([question]);
    return store.search(vector as Float32Array, 3).map(({ text }) => text);
  }

  it('a re-upload with one changed review embeds one; a delete removes, and leaves what another file has', async () => {
    await p.run('reviews/a.csv', fileOf(SOUP, CAKE, NOISE));
    expect((await consume()).sort()).toEqual([CAKE, NOISE, SOUP].sort());
    expect((await answersTo('chocolate cake'))[0]).toBe(CAKE);

    await p.run('reviews/a.csv', fileOf(SOUP, CAKE, SLOW));
    expect(await consume()).toEqual([SLOW]);
    expect(await answersTo('music')).not.toContain(NOISE);
    expect((await answersTo('waited for the bill'))[0]).toBe(SLOW);

    await p.run('reviews/a.csv', fileOf(SOUP, CAKE, SLOW));
    expect(await consume()).toEqual([]);

    await p.run('reviews/b.csv', fileOf(SOUP, CAKE));
    expect(await consume()).toEqual([]);
    expect(
      store.search((await hashing.embed(['soup']))[0] as Float32Array, 9).filter(({ text }) => text === SOUP),
    ).toMatchObject([
      { reviews: [{ metadata: { source: expect.any(String) } }, { metadata: { source: expect.any(String) } }] },
    ]);
    expect(store.counts()).toEqual({ chunks: 5, texts: 3, sources: 2 });

    await remove('reviews/a.csv');
    expect(await consume()).toEqual([]);
    expect(store.counts()).toEqual({ chunks: 2, texts: 2, sources: 2 });
    expect(await answersTo('waited for the bill')).not.toContain(SLOW);
    expect((await answersTo('cold soup'))[0]).toBe(SOUP);

    await remove('reviews/b.csv');
    await consume();
    expect(store.counts()).toEqual({ chunks: 0, texts: 0, sources: 2 });
    expect(await answersTo('cold soup')).toEqual([]);
  });
});
