import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { ListedKey } from '@tastetrend/aws';
import { type FileVersion, identityOf } from '@tastetrend/contracts';
import { describe, expect, it } from 'vitest';
import { type BackfillOptions, type BackfillPorts, backfill, type Checkpoint } from './backfill.ts';

const PAGE_KEYS = 1_000;

/** A bucket that makes its pages when they are asked for. Every 10th key is done by today's rules, every 10th by older. */
function fakeBucket(keys: number) {
  const state = { pagesMade: 0, sent: new Map<string, number>(), checkpoint: undefined as Checkpoint | undefined };
  const keyAt = (at: number) => `2026/${String(at).padStart(8, '0')}.csv`;
  const numberOf = (key: string) => Number(key.slice(5, 13));
  const ports: BackfillPorts = {
    async *pages(after) {
      for (let at = after === undefined ? 0 : numberOf(after) + 1; at < keys; ) {
        const page: ListedKey[] = [];
        for (; at < keys && page.length < PAGE_KEYS; at++) {
          const lastModified = at % 10 === 3 ? '2026-01-01T00:00:00.000Z' : '2026-11-01T00:00:00.000Z';
          const version = { versionId: `v${at}`, etag: `"${at}"`, isDeleteMarker: false, lastModified, bytes: 100 };
          page.push({ key: keyAt(at), versions: [version] });
        }
        state.pagesMade += 1;
        yield page;
      }
    },
    async transformedBy({ key }: FileVersion) {
      const digit = numberOf(key) % 10;
      return digit === 1 ? 2 : digit === 2 ? 1 : undefined;
    },
    async send(versions) {
      for (const { version } of versions) {
        const at = numberOf(version.key);
        state.sent.set(String(at), (state.sent.get(String(at)) ?? 0) + 1);
      }
    },
    checkpoints: {
      read: async () => state.checkpoint,
      write: async (checkpoint) => {
        state.checkpoint = checkpoint;
      },
      clear: async () => {
        state.checkpoint = undefined;
      },
    },
  };
  return { state, ports };
}

const options: BackfillOptions = {
  rawBucket: 'raw',
  isReprocess: false,
  isDryRun: false,
  transformVersion: 2,
  signal: new AbortController().signal,
};

describe('backfill', () => {
  it('sends what has no manifest of any rules, once, and leaves the rest', async () => {
    const { state, ports } = fakeBucket(2_500);
    const summary = await backfill(options, ports);
    expect(summary).toMatchObject({
      looked_at: 2_500,
      without_manifest: 2_000,
      of_older_rules: 250,
      done_already: 500,
    });
    expect(summary).toMatchObject({ to_send: 2_000, sent: 2_000, bytes: 200_000, end: 'done', resumed_after: null });
    expect([state.sent.size, Math.max(...state.sent.values())]).toEqual([2_000, 1]);
    expect(state.checkpoint).toBeUndefined();
  });

  it('reprocesses what is of older rules when it is asked to', async () => {
    const { state, ports } = fakeBucket(100);
    expect(await backfill({ ...options, isReprocess: true }, ports)).toMatchObject({ sent: 90, done_already: 10 });
    expect([state.sent.has('1'), state.sent.has('2')]).toEqual([false, true]);
  });

  it('leaves what was uploaded before --since', async () => {
    const { state, ports } = fakeBucket(100);
    const summary = await backfill({ ...options, since: '2026-06-01T00:00:00.000Z' }, ports);
    expect(summary).toMatchObject({ looked_at: 100, before_since: 10, sent: 70 });
    expect(state.sent.has('3')).toBe(false);
  });

  it('a dry run counts, and neither sends nor leaves a checkpoint', async () => {
    const { state, ports } = fakeBucket(1_500);
    const summary = await backfill({ ...options, isDryRun: true }, ports);
    expect(summary).toMatchObject({ to_send: 1_200, sent: 0, end: 'dry_run' });
    expect(summary.estimated_cost_usd).toBeGreaterThan(0);
    expect([state.sent.size, state.checkpoint]).toEqual([0, undefined]);
  });

  it('an interrupted run goes on where it got to, and sends nothing twice but its last step', async () => {
    const { state, ports } = fakeBucket(5_000);
    const interruption = new AbortController();
    const onProgress = ({ lookedAt }: { lookedAt: number }) => {
      if (lookedAt >= 2_200) interruption.abort();
    };
    const first = await backfill({ ...options, signal: interruption.signal, onProgress }, ports);
    expect(first.end).toBe('interrupted');
    expect(state.checkpoint?.after).toBe('2026/00002499.csv');
    const second = await backfill(options, ports);
    expect(second).toMatchObject({ end: 'done', resumed_after: '2026/00002499.csv', looked_at: 2_500 });
    expect(state.sent.size).toBe(4_000);
    expect(Math.max(...state.sent.values())).toBe(1);
    expect(state.checkpoint).toBeUndefined();
  });

  it('a run that failed while sending repeats that step, and no other', async () => {
    const { state, ports } = fakeBucket(2_000);
    const { send } = ports;
    let calls = 0;
    const breaking: BackfillPorts = {
      ...ports,
      send: async (versions) => {
        await send(versions);
        calls += 1;
        if (calls === 7) throw new Error('the network is gone');
      },
    };
    await expect(backfill(options, breaking)).rejects.toThrow('the network is gone');
    await backfill(options, ports);
    expect(state.sent.size).toBe(1_600);
    const twice = [...state.sent].filter(([, times]) => times > 1);
    expect(twice.length).toBeLessThanOrEqual(500);
    expect(Math.max(...state.sent.values())).toBe(2);
  });

  it('promise 7: 100,000 objects are listed and enqueued in bounded memory, a page at a time', async () => {
    const { state, ports } = fakeBucket(100_000);
    let sent = 0;
    let pagesAheadMax = 0;
    const heapMb: number[] = [];
    setFlagsFromString('--expose-gc');
    const collectGarbage = runInNewContext('gc') as () => void;
    const quiet: BackfillPorts = {
      ...ports,
      send: async (versions) => {
        // What is sent is made, as in earnest, and let go.
        for (const { version } of versions) identityOf(version);
        sent += versions.length;
      },
    };
    const summary = await backfill(
      {
        ...options,
        onProgress: ({ lookedAt }) => {
          pagesAheadMax = Math.max(pagesAheadMax, state.pagesMade - Math.ceil(lookedAt / PAGE_KEYS));
          if (lookedAt % 20_000 === 0) {
            collectGarbage();
            heapMb.push(process.memoryUsage().heapUsed / 1e6);
          }
        },
      },
      quiet,
    );
    expect([summary.looked_at, sent]).toEqual([100_000, 80_000]);
    expect(pagesAheadMax).toBe(0);
    expect(heapMb.length).toBe(5);
    expect((heapMb.at(-1) as number) - (heapMb[0] as number)).toBeLessThan(4);
  });
});
