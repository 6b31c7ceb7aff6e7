/** A thousand uploads, re-uploads and deletions at once, with the rollup refreshed meanwhile, twice at once, and after. */
import { setTimeout as sleep } from 'node:timers/promises';
import { DeleteObjectCommand } from '@aws-sdk/client-s3';
import { ROLLUP_KEY, type Rollup, rollupSchema } from '@tastetrend/contracts';
import { refreshRollup, s3RollupPorts } from '@tastetrend/report';
import { openReaders, Random } from '@tastetrend/testing';
import { canRunPipeline, type RunningPipeline, scheduledEvent, startPipeline } from '@tastetrend/testing/pipeline';
import { expect, it } from 'vitest';
import { testFolder } from '../command.fixture.ts';
import { recount } from './rollup.fixture.ts';

const SUITE = 'the rollup under a thousand changes at once';
/** Other numbers are for trying the test itself. */
const CHANGES = Number(process.env.TASTETREND_ROLLUP_CHANGES ?? 1_000);
const KEYS = Math.ceil(CHANGES * 0.3);
const AT_ONCE = 16;
const REFRESH_EVERY_MS = 2_000;
const WITHIN_MS = 1_500_000;
const SEED = 20_261_122;
const ALL = { keysMax: Number.POSITIVE_INFINITY };

const folder = testFolder();

type Change = { readonly key: string; readonly body: string | undefined };

it.runIf(await canRunPipeline(SUITE))(
  `${SUITE} equals a recount from the parquet`,
  async () => {
    const readers = await openReaders();
    const p = await startPipeline({ timeFactor: 10 });
    const ports = s3RollupPorts(p.s3, p.resources.buckets.processed);
    try {
      const changes = changesOf(SEED);
      const meanwhile = refreshing(p);
      await inLanes(changes, (change) => apply(change, p));
      await p.idle(WITHIN_MS);
      const seen = await meanwhile.stop();

      // Two at once, and the deployed function beside them.
      await p.send('report', scheduledEvent(), scheduledEvent());
      await Promise.all([refreshRollup(ALL, ports), refreshRollup(ALL, ports)]);
      await p.idle(60_000);
      const { bytes } = await p.readProcessed(ROLLUP_KEY);
      const rollup = rollupSchema.parse(JSON.parse(bytes.toString('utf8')));
      const keys = [...new Set(changes.map(({ key }) => key))];
      const truth = await recount(keys, p, readers, folder);
      expect(rollup.cells).toEqual(truth.cells);
      expect(rollup).toMatchObject({ files: truth.files, files_without_months: 0, cells_pooled: 0 });
      await expectFromNothing(bytes, p);
      for (const dlq of ['transform-dlq', 'report-dlq']) {
        expect(await p.depth(dlq), dlq).toEqual({ visible: 0, inFlight: 0 });
      }
      // Or the test says less than it is meant to.
      expect(truth.files).toBeGreaterThan(0);
      expect(truth.files).toBeLessThan(keys.length);
      expect(new Set(seen.map(({ files }) => files)).size).toBeGreaterThan(2);
      const deletions = changes.filter(({ body }) => body === undefined).length;
      process.stdout.write(
        `${changes.length - deletions} uploads and ${deletions} deletions of ${keys.length} keys, ${seen.length} refreshes meanwhile: ` +
          `${truth.rows} rows of ${truth.files} files in ${truth.cells.length} cells\n`,
      );
    } finally {
      await readers.close();
      await p.stop();
    }
  },
  WITHIN_MS,
);

/** A rollup of the same tables that remembers nothing has the same bytes. */
async function expectFromNothing(bytes: Buffer, p: RunningPipeline): Promise<void> {
  const bucket = p.resources.buckets.processed;
  for (const { key } of await p.listProcessed('processed/logs/rollup/')) {
    await p.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: key }));
  }
  await refreshRollup(ALL, s3RollupPorts(p.s3, bucket));
  expect((await p.readProcessed(ROLLUP_KEY)).bytes.equals(bytes)).toBe(true);
}

/** By the deployed function as the clock would have it, and from here as an operator would, until it is stopped. */
function refreshing(p: RunningPipeline): { stop(): Promise<Rollup[]> } {
  const ports = s3RollupPorts(p.s3, p.resources.buckets.processed);
  const seen: Rollup[] = [];
  let isOver = false;
  const run = async () => {
    while (!isOver) {
      await p.send('report', scheduledEvent());
      seen.push((await refreshRollup(ALL, ports)).rollup);
      await sleep(REFRESH_EVERY_MS);
    }
  };
  const running = run();
  return {
    stop: async () => {
      isOver = true;
      await running;
      return seen;
    },
  };
}

/** Each key is uploaded once at least; anything may happen to any of them, in an order of no meaning. */
function changesOf(seed: number): Change[] {
  const random = new Random(seed);
  const changes = Array.from({ length: CHANGES }, (_, i): Change => {
    if (i < KEYS) return { key: keyOf(i), body: file(random) };
    const key = keyOf(random.below(KEYS));
    const kind = random.weighted([
      ['deleted', 35],
      ['rejected', 7],
      ['uploaded', 58],
    ] as const);
    return { key, body: kind === 'deleted' ? undefined : kind === 'rejected' ? UNKNOWN_COLUMNS : file(random) };
  });
  return random.shuffle(changes);
}

const keyOf = (i: number) => `r/${i}.csv`;
const UNKNOWN_COLUMNS = 'nothing,that,we,know\n1,2,3,4\n';

/** A few visits of some restaurants and months, with cents, half stars and holes. */
function file(random: Random): string {
  const lines = Array.from({ length: random.between(1, 6) }, () =>
    [
      random.below(1e9),
      random.pick(['2024-01-05', '2024-01-31', '2024-02-01', '2023-12-24', '']),
      random.pick(['1', '2.5', '4', '4.5', '5', '']),
      random.pick(['good', 'too slow', '']),
      random.pick(['Luke', 'The Bricks', 'Tavern', '']),
      random.pick(['0.1', '19.99', '1.005', '33.3', String(random.below(1e5) / 100), '']),
    ].join(','),
  );
  return `${['review_id,date,rating,review_text,business_name,total_spent', ...lines].join('\n')}\n`;
}

async function apply({ key, body }: Change, p: RunningPipeline): Promise<void> {
  if (body !== undefined) await p.upload(key, body);
  else await p.s3.send(new DeleteObjectCommand({ Bucket: p.resources.buckets.raw, Key: key }));
}

async function inLanes(changes: readonly Change[], work: (change: Change) => Promise<void>): Promise<void> {
  const left = changes.values();
  const lane = async () => {
    for (const change of left) await work(change);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, lane));
}
