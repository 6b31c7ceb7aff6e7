/** What retrieval is given, on the running pipeline. */
import { gunzipSync } from 'node:zlib';
import {
  type ChunkChange,
  type ChunksReadyDetail,
  chunkHeadKey,
  type ReviewChunk,
  sourceIdOf,
} from '@tastetrend/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { canRunPipeline, type RunningPipeline, startPipeline } from '../pipeline/index.ts';

vi.setConfig({ testTimeout: 60_000 });
const SUITE = 'end to end: hand-off to retrieval';

function fileOf(reviews: readonly (readonly [rating: number, text: string])[]): string {
  const rows = reviews.map(([rating, text], at) => `r${at + 1},Ann Lee,2026-01-0${at + 1},${rating},"${text}",Luke`);
  return `${['review_id,customer_name,date,rating,review_text,business_name', ...rows].join('\n')}\n`;
}

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  let p: RunningPipeline;
  beforeAll(async () => {
    p = await startPipeline();
  }, 300_000);
  afterAll(async () => {
    await p?.stop();
  });

  const headOf = (key: string) => p.readJson<ChunksReadyDetail>(chunkHeadKey(sourceIdOf(p.resources.buckets.raw, key)));
  async function linesOf<Line>(object: { key: string } | null): Promise<Line[]> {
    if (object === null) return [];
    const { bytes } = await p.readProcessed(object.key);
    const lines = gunzipSync(bytes).toString('utf8').trim().split('\n');
    return lines.map((line) => JSON.parse(line) as Line);
  }

  it('a first upload is handed over in full, a second by what it changes', async () => {
    const { version } = await p.run(
      'handed.csv',
      fileOf([
        [5, 'Good. Ann Lee'],
        [4, 'Fine.'],
        [3, 'Slow.'],
      ]),
    );
    await p.idle();
    const first = await headOf('handed.csv');
    expect(first).toMatchObject({ sequence: 1, identity: version.identity, state: 'chunks', delta: null });
    const chunks = await linesOf<ReviewChunk>(first.set);
    expect(chunks.map(({ text }) => text).sort()).toEqual(['Fine.', 'Good. [customer]', 'Slow.']);

    await p.run(
      'handed.csv',
      fileOf([
        [5, 'Good. Ann Lee'],
        [1, 'Fine.'],
        [3, 'Slow, and cold.'],
      ]),
    );
    await p.idle();
    const second = await headOf('handed.csv');
    expect(second).toMatchObject({
      sequence: 2,
      changes: { upserts: 1, metadata_updates: 1, tombstones: 1, unchanged: 1 },
      previous: { sequence: 1, identity: version.identity },
    });
    const changes = await linesOf<ChunkChange>(second.delta);
    expect(changes.map(({ op }) => op)).toEqual(['metadata', 'upsert', 'tombstone']);
  });
});
