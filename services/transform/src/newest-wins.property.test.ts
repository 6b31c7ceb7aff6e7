/**
 * Newest wins, always: uploads, re-uploads, deletions, markers that go again, events that are late, repeated or lost to a
 * crash, and workers that take turns at every single call they make. What is left at the end is what raw says.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { completionIdOf, identityOf, removalDetailOf } from '@tastetrend/contracts';
import fc from 'fast-check';
import { afterAll, expect, test, vi } from 'vitest';
import { selectParquetWriter } from './core/parquet/select.ts';
import { processFileVersion } from './process-file-version.ts';
import { settleDeletion } from './settle-deletion.ts';
import { BUCKET, VersionedWorld } from './versioned-world.fixture.ts';

const KEY = 'reviews/one.csv';
const HEADER = 'review_id,date,rating,review_text\n';
const FILES = {
  one: `${HEADER}a,2026-01-01,4,one\n`,
  two: `${HEADER}b,2026-01-02,5,two\nc,2026-01-03,5,three\n`,
  info: 'location,restaurant_name,address,avg_stars\nDowntown,Whiskey,Street 1,4.5\n',
  bad: '%PDF-1.7\n\u0000\u0001',
} as const;

/** An upload's event names its version; a deletion's says "look". */
type Event = { readonly versionId: string } | 'deleted';

interface Worker {
  readonly event: Event;
  /** The call that it makes next. */
  call: string;
  next: (() => void) | undefined;
  isDone: boolean;
  /** Settles when it waits for its next turn, or is done. */
  rest: Promise<void>;
}

const openWriter = await selectParquetWriter();

// A worker that dies leaves its files, as in a function's /tmp, which ends with it.
const folder = mkdtempSync(join(tmpdir(), 'newest-wins-'));
vi.stubEnv('TMPDIR', folder);
afterAll(() => rmSync(folder, { recursive: true }));

class Play {
  readonly world = new VersionedWorld(KEY);
  readonly events: Event[] = [];
  /** Delivered, and not yet done with. */
  readonly workers: Worker[] = [];
  /** To be delivered, again or for the first time. */
  readonly queue: Event[] = [];

  happened(event: Event): void {
    this.events.push(event);
    this.queue.push(event);
  }

  async deliver(at: number): Promise<void> {
    const [event] = this.queue.splice(at % this.queue.length, 1);
    if (event === undefined) return;
    let rested = () => {};
    const worker: Worker = {
      event,
      call: '',
      next: undefined,
      isDone: false,
      rest: new Promise((done) => (rested = done)),
    };
    const turn = (call: string) =>
      new Promise<void>((go) => {
        worker.call = call;
        worker.next = () => {
          worker.rest = new Promise((done) => (rested = done));
          go();
        };
        rested();
      });
    const ports = this.world.ports(turn);
    const work =
      event === 'deleted'
        ? settleDeletion({ bucket: BUCKET, key: KEY }, false, ports, openWriter)
        : processFileVersion({ bucket: BUCKET, key: KEY, versionId: event.versionId }, ports, openWriter);
    const end = (error?: unknown) => {
      worker.isDone = true;
      this.workers.splice(this.workers.indexOf(worker), 1);
      if (error !== undefined) this.failure = error;
      rested();
    };
    work.then(() => end(), end);
    this.workers.push(worker);
    await worker.rest;
  }

  failure: unknown;
  #held: Worker | undefined;

  async step(at: number, among: readonly Worker[] = this.workers): Promise<void> {
    const worker = among[at % among.length];
    worker?.next?.();
    await worker?.rest;
  }

  /** A slow one: it goes on until it is about to write the table, and stays there until it is let go. */
  async hold(at: number): Promise<void> {
    if (this.queue.length > 0) await this.deliver(at);
    const slow = this.workers.at(-1);
    while (slow !== undefined && !slow.isDone && !WRITES.includes(slow.call)) {
      await this.step(this.workers.indexOf(slow));
    }
    this.#held = slow;
  }

  letGo(): void {
    this.#held = undefined;
  }

  /** Delivers everything, and lets every worker come to its end but the slow one. */
  async settle(choices: readonly number[]): Promise<void> {
    for (let at = 0; ; at++) {
      const others = this.workers.filter((worker) => worker !== this.#held);
      if (this.queue.length === 0 && others.length === 0) return;
      const choice = choices[at % choices.length] as number;
      if (this.queue.length > 0 && (others.length === 0 || choice % 4 === 0)) await this.deliver(choice);
      else await this.step(choice, others);
      if (at > 10_000) throw new Error('it does not settle');
    }
  }

  /** Its process ends between two calls, or after one whose answer it never sees. */
  crash(at: number): void {
    const [worker] = this.workers.splice(at % this.workers.length, 1);
    if (worker !== undefined) this.queue.push(worker.event);
  }
}

const WRITES = ['replace', 'empty'];
const number = fc.nat({ max: 1_000 });
const files = fc.constantFrom('one', 'one', 'two', 'two', 'info', 'bad');
const doing = <Do extends string>(what: Do) => fc.record({ do: fc.constant(what), at: number });
const change = fc.oneof(
  { weight: 4, arbitrary: fc.record({ do: fc.constant('upload' as const), file: files }) },
  { weight: 3, arbitrary: doing('mark') },
  { weight: 4, arbitrary: fc.record({ do: fc.constant('end' as const), at: fc.oneof(fc.constant(0), number) }) },
);
const anything = fc.oneof(
  ...[change, doing('deliver'), doing('step'), doing('step'), doing('hold'), doing('let go'), doing('settle')],
  ...[doing('crash'), doing('repeat')],
);
/** What chance alone seldom makes: all is quiet but for one slow worker, and raw changes under it. */
const overtaken = fc.tuple(doing('settle'), change, doing('hold'), change, doing('settle'), anything);
const plays = fc
  .array(fc.oneof(fc.tuple(anything), fc.tuple(anything, anything), overtaken), { minLength: 2, maxLength: 12 })
  .map((parts) => parts.flat());
type Action = typeof anything extends fc.Arbitrary<infer A> ? A : never;

async function act(play: Play, action: Action): Promise<void> {
  const { world } = play;
  switch (action.do) {
    case 'upload':
      return play.happened({ versionId: world.upload(FILES[action.file as keyof typeof FILES]) });
    case 'mark':
      world.mark();
      return play.happened('deleted');
    case 'end': {
      const version = world.versions[action.at % world.versions.length];
      if (version === undefined) return;
      world.end(version.versionId);
      return play.happened('deleted');
    }
    case 'deliver':
      return await play.deliver(action.at);
    case 'step':
      for (let time = 0; time <= action.at % 12; time++) await play.step(action.at);
      return;
    case 'settle':
      return await play.settle([action.at]);
    case 'hold':
      return await play.hold(action.at);
    case 'let go':
      return play.letGo();
    case 'crash':
      return play.crash(action.at);
    case 'repeat': {
      const event = play.events[action.at % play.events.length];
      if (event !== undefined) play.queue.push(event);
    }
  }
}

/** What raw says, by the words of promise 3 and by no code of ours; undefined where they leave what was there before. */
function expected({ versions, manifests, tables }: VersionedWorld): string | 'nothing' | undefined {
  const outcomeOf = (versionId: string) => manifests.get(identityOf({ bucket: BUCKET, key: KEY, versionId }))?.outcome;
  const removed = (marker?: (typeof versions)[number], behind: typeof versions = []) => {
    const wasGood = tables.length > 0 || behind.some(({ versionId }) => outcomeOf(versionId) === 'processed');
    const of = marker && { versionId: marker.versionId, removedAt: marker.lastModified };
    return wasGood
      ? removalDetailOf({ bucket: BUCKET, key: KEY, marker: of, kind: 'reviews' }, 'p').identity
      : 'nothing';
  };
  for (const [at, version] of versions.entries()) {
    if (version.isDeleteMarker) return removed(version, versions.slice(at + 1));
    const { versionId } = version;
    if (outcomeOf(versionId) === 'processed') return identityOf({ bucket: BUCKET, key: KEY, versionId });
    expect(outcomeOf(versionId)).toBe('rejected');
  }
  return versions.length > 0 ? undefined : removed();
}

async function played(actions: readonly Action[], rest: readonly number[]): Promise<Play> {
  const play = new Play();
  for (const action of actions) await act(play, action);
  play.letGo();
  await play.settle(rest);
  expect(play.failure).toBeUndefined();
  return play;
}

test('promise 3: newest wins in every interleaving, and all is told after it was done', {
  timeout: 120_000,
}, async () => {
  const runs = fc.asyncProperty(plays, fc.array(number, { minLength: 7, maxLength: 31 }), async (actions, rest) => {
    const { world, events } = await played(actions, rest);
    const wanted = expected(world);
    if (wanted !== undefined) expect(world.facts?.identity ?? 'nothing').toBe(wanted);
    // Whoever mirrors the table looks when it is told: after the last change it must be.
    expect(world.toldOf).toBe(world.tables.length);
    const { removalId } = world.facts ?? {};
    if (removalId !== undefined) expect(world.published).toContain(removalId);
    for (const identity of world.manifests.keys()) expect(world.published).toContain(completionIdOf(identity));
    for (const event of events) {
      if (event !== 'deleted')
        expect(world.manifests.has(identityOf({ bucket: BUCKET, key: KEY, ...event }))).toBe(true);
    }
  });
  await fc.assert(runs, { numRuns: 300 });
});
