import { BrokenWorldError } from '@tastetrend/aws';
import { type ChunkChange, chunksReadyDetailSchema, type ReviewChunk, reviewChunkSchema } from '@tastetrend/contracts';
import fc from 'fast-check';
import { beforeEach, describe, expect, it } from 'vitest';
import { Crash, chunksOf, HandoffWorld, MirroringConsumer, type Review, without } from '../test-data/handoff-world.ts';

const GOOD: readonly Review[] = [
  { id: 1, text: 'Warm soup, says Ann Lee.', rating: 5 },
  { id: 2, text: 'Cold soup.', rating: 1 },
  { id: 3, text: null, rating: 3 },
  { id: 4, text: 'Cold soup.', rating: 2 },
];

const asHeld = (chunks: readonly ReviewChunk[]) => chunks.map((chunk) => JSON.stringify(without(chunk))).sort();

let world: HandoffWorld;
beforeEach(() => {
  world = new HandoffWorld();
});

async function uploaded(reviews: readonly Review[], verdict: 'pass' | 'fail' = 'pass') {
  world.transform(world.upload(reviews, verdict));
  return await world.deliver(world.messages.at(-1));
}

describe('handOver', () => {
  it('hands a first version over in full: three chunks, two texts, no name', async () => {
    expect(await uploaded(GOOD)).toMatchObject({ kind: 'handed_over' });
    const detail = world.head?.detail;
    expect(chunksReadyDetailSchema.parse(detail)).toMatchObject({
      sequence: 1,
      state: 'chunks',
      delta: null,
      previous: null,
      changes: { upserts: 2, metadata_updates: 1, tombstones: 0, unchanged: 0 },
    });
    const chunks = world.lines<ReviewChunk>(detail?.set ?? null);
    expect(chunks).toEqual(chunksOf(GOOD));
    for (const chunk of chunks) reviewChunkSchema.parse(chunk);
    expect(JSON.stringify(chunks)).not.toMatch(/Ann|Lee/);
    expect(chunks[0]).toMatchObject({
      text: 'Warm soup, says [customer].',
      metadata: { restaurant: 'Luke', review_date: '2024-10-05', rating: 5, source: 'reviews/a.csv' },
    });
  });

  it('costs a first version two writes, six reads and an event, and the same again four reads and an event', async () => {
    await uploaded(GOOD);
    const count = (start: string) => world.requests.filter((name) => name.startsWith(start)).length;
    expect([count('PUT'), count('GET') + count('HEAD'), count('LIST'), count('PUBLISH')]).toEqual([2, 6, 0, 1]);
    world.requests = [];
    await world.deliver(world.messages.at(-1));
    expect([count('PUT'), count('GET') + count('HEAD'), count('LIST'), count('PUBLISH')]).toEqual([0, 4, 0, 1]);
  });

  it('hands over no more than what changed', async () => {
    await uploaded(GOOD);
    const [first, ...others] = GOOD as [Review, ...Review[]];
    await uploaded([{ ...first, rating: 4 }, ...others.slice(0, 2), { id: 5, text: 'New here.', rating: 5 }]);
    const changes = world.lines<ChunkChange>(world.head?.detail.delta ?? null);
    expect(changes).toMatchObject([
      { op: 'metadata', metadata: { rating: 4 } },
      { op: 'upsert', text: 'New here.' },
      { op: 'tombstone' },
    ]);
    expect(world.head?.detail.changes).toEqual({ upserts: 1, metadata_updates: 1, tombstones: 1, unchanged: 1 });
  });

  it('a date that changes makes another review_uid, and yet nothing to embed', async () => {
    await uploaded([{ id: 1, text: 'The same words.', rating: 4 }]);
    await uploaded([{ id: 2, text: 'The same words.', rating: 4 }]);
    const changes = world.lines<ChunkChange>(world.head?.detail.delta ?? null);
    expect(changes.map(({ op }) => op)).toEqual(['metadata', 'tombstone']);
  });

  it('a re-upload that changes nothing hands over nothing, and says so', async () => {
    await uploaded(GOOD);
    await uploaded(GOOD);
    expect(world.head?.detail).toMatchObject({ sequence: 2, delta: null, changes: { unchanged: 3, upserts: 0 } });
  });

  it('a version that fails its validation is not handed over, and what was before stays', async () => {
    await uploaded(GOOD);
    const before = world.head;
    expect(await uploaded([{ id: 9, text: 'Broken.', rating: 1 }], 'fail')).toMatchObject({
      kind: 'there',
      detail: { sequence: 1 },
    });
    expect(world.head).toEqual(before);
  });

  it('where nothing passes, nothing is handed over', async () => {
    expect(await uploaded(GOOD, 'fail')).toEqual({ kind: 'stays', reason: 'none_passes' });
    expect([world.head, world.packed.size, world.events.length]).toEqual([undefined, 0, 0]);
  });

  it('a removal is tombstones; the version that lives again is handed over anew, from its own set', async () => {
    await uploaded(GOOD);
    const set = world.head?.detail.set;
    world.toggleDeleted();
    world.transform();
    await world.deliver(undefined);
    expect(world.head?.detail).toMatchObject({ sequence: 2, state: 'removed', set: null, changes: { tombstones: 3 } });
    world.toggleDeleted();
    world.transform();
    world.requests = [];
    await world.deliver(world.messages.at(-1));
    expect(world.head?.detail).toMatchObject({ sequence: 3, state: 'chunks', set, delta: null });
    expect(world.requests.filter((name) => name.startsWith('PUT'))).toEqual(['PUT head']);
  });

  it('does not hand over what is current before its own report is there', async () => {
    world.transform(world.upload(GOOD));
    world.transform(world.upload([{ id: 1, text: 'Newer.', rating: 1 }]));
    const [older, newer] = world.messages;
    expect(await world.deliver(older)).toEqual({ kind: 'stays', reason: 'not_reported_yet' });
    await world.deliver(newer);
    expect(world.head?.detail).toMatchObject({ sequence: 1, set: { lines: 1 } });
  });

  it('a slow worker that has seen an older version as current does not put it over a newer one', async () => {
    world.transform(world.upload(GOOD));
    let isFirst = true;
    world.onRequest = async (name, when) => {
      if (name !== 'HEAD current' || when !== 'after' || !isFirst) return;
      isFirst = false;
      await uploaded([{ id: 1, text: 'Newer.', rating: 1 }]);
    };
    await world.deliver(world.messages[0]);
    expect(world.head?.detail).toMatchObject({ sequence: 1, set: { lines: 1 } });
  });

  it('behind a version that fails, a delete marker is what was before', async () => {
    await uploaded(GOOD);
    world.toggleDeleted();
    await uploaded([{ id: 9, text: 'Broken.', rating: 1 }], 'fail');
    expect(world.head?.detail).toMatchObject({ sequence: 2, state: 'removed', changes: { tombstones: 3 } });
  });

  it('a head that is refused for ever is a broken world', async () => {
    world.transform(world.upload(GOOD));
    const { heads } = world.ports;
    heads.replace = async () => 'refused';
    await expect(world.deliver(world.messages[0])).rejects.toBeInstanceOf(BrokenWorldError);
  });
});

const review = fc.record({
  id: fc.integer({ min: 1, max: 6 }),
  text: fc.constantFrom(null, 'One.', 'Two.', 'Three.', `${'A long sentence of many words. '.repeat(60)}`),
  rating: fc.integer({ min: 1, max: 5 }),
});
const reviews = fc.uniqueArray(review, { maxLength: 6, selector: ({ id, text }) => `${id} ${text}` });
const verdict = fc.constantFrom(
  'pass' as const,
  'pass' as const,
  'pass' as const,
  'fail' as const,
  'rejected' as const,
);
const action = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('upload' as const), reviews, verdict }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('toggle' as const) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('transform' as const), pick: fc.nat() }) },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant('deliver' as const),
      picks: fc.array(fc.nat(), { minLength: 1, maxLength: 3 }),
    }),
  },
);

/** Numbers from a seed: SplitMix32 (Steele et al. 2014). */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let mixed = Math.imul(state ^ (state >>> 16), 0x21f0aaad);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x735a2d97);
    return ((mixed ^ (mixed >>> 15)) >>> 0) / 2 ** 32;
  };
}

describe('promise 1 for retrieval', () => {
  it('in any order, repeated, side by side, with a crash at any request: a consumer has the chunks of the newest good version', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 1, maxLength: 14 }), fc.integer(), async (actions, seed) => {
        const own = new HandoffWorld();
        await play(own, actions, randomOf(seed));
        expectMirrored(own, randomOf(seed + 1));
      }),
      { numRuns: 400, seed: 64 },
    );
  });
});

type Action = typeof action extends fc.Arbitrary<infer One> ? One : never;

async function play(own: HandoffWorld, actions: readonly Action[], random: () => number): Promise<void> {
  const waiting: string[] = [];
  own.onRequest = async () => {
    for (let turns = Math.floor(random() * 4); turns > 0; turns -= 1) await new Promise(setImmediate);
    if (random() < 0.06) throw new Crash('died');
  };
  const deliver = async (message: string | undefined) => {
    // A message whose worker died comes again; one that was done may, too.
    for (let isDone = false; !isDone; ) {
      isDone = await own.deliver(message).then(
        () => true,
        (error: unknown) => {
          if (error instanceof Crash || (error as { cause?: unknown }).cause instanceof Crash) return false;
          throw error;
        },
      );
    }
  };
  for (const one of actions) {
    if (one.kind === 'upload') waiting.push(own.upload(one.reviews, one.verdict));
    if (one.kind === 'toggle' && own.raw.length > 0) {
      own.toggleDeleted();
      waiting.push('look');
    }
    if (one.kind === 'transform' && waiting.length > 0) {
      own.transform(waiting.splice(one.pick % waiting.length, 1)[0]);
    }
    if (one.kind === 'deliver' && own.messages.length > 0) {
      await Promise.all(one.picks.map((pick) => deliver(own.messages[pick % own.messages.length])));
    }
  }
  for (const versionId of waiting) own.transform(versionId);
  // Every message is delivered at last, in any order.
  const left = own.messages.map((message) => ({ message, at: random() })).sort((a, b) => a.at - b.at);
  while (left.length > 0) await Promise.all(left.splice(0, 3).map(({ message }) => deliver(message)));
}

function expectMirrored(own: HandoffWorld, random: () => number): void {
  const details = own.events.map((detail) => JSON.stringify(detail));
  const byId = new Map(own.events.map(({ handoff_id }, at) => [handoff_id, details[at]]));
  for (const [at, { handoff_id }] of own.events.entries()) expect(details[at]).toBe(byId.get(handoff_id));
  const shuffled = [...own.events, ...own.events]
    .map((detail) => ({ detail, at: random() }))
    .sort((a, b) => a.at - b.at);
  const consumers = [own.events, shuffled.map(({ detail }) => detail)].map((events) => {
    const consumer = new MirroringConsumer(own);
    for (const detail of events) consumer.take(detail);
    return consumer.held();
  });
  const handedOver = asHeld(own.lines<ReviewChunk>(own.head?.detail.set ?? null));
  expect(consumers).toEqual([handedOver, handedOver]);
  const expected = own.expected();
  if (expected !== undefined) expect(handedOver).toEqual(asHeld(expected));
}
