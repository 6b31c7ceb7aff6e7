/** Promise 1: any number of deliveries, in any order and at the same time, are one in effect, and cost little. */
import { completionIdOf } from '@tastetrend/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reviewFile } from '../e2e/review-files.ts';
import { Random } from '../generator/random.ts';
import {
  canRunPipeline,
  objectCreatedEvent,
  type RunningPipeline,
  startPipeline,
  type UploadedVersion,
} from '../pipeline/index.ts';
import { emptyProcessed } from './emptying.ts';
import { startWire, type Wire } from './wire.ts';

const SUITE = 'promise 1, once in effect: repeats';
const FILES = 50;
const DELIVERIES_A_FILE = 100;
const WORKERS = 4;
const SEED = 20_261_122;

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  let p: RunningPipeline;
  let wire: Wire;
  beforeAll(async () => {
    wire = await startWire(({ url }, command) => `${command} ${url.pathname}`);
    p = await startPipeline({
      maximumConcurrency: WORKERS,
      environment: { AWS_ENDPOINT_URL: wire.endpoint },
    });
    wire.forwardTo(p.stack.endpoint);
  }, 300_000);
  afterAll(async () => {
    await p?.stop();
    await wire?.stop();
  });

  it(`${FILES} files, each delivered ${DELIVERIES_A_FILE} times, shuffled, to ${WORKERS} workers at once`, async () => {
    await p.pauseUploads();
    const versions: UploadedVersion[] = [];
    for (let at = 0; at < FILES; at++)
      versions.push(await p.upload(`repeats/${at}.csv`, reviewFile(600 + at, 40).bytes));
    const bucket = p.resources.buckets.raw;
    const quiet = await statesOf(async () => {
      await p.send('transform', ...versions.map((version) => objectCreatedEvent({ bucket, ...version })));
    });
    await emptyProcessed(p);
    wire.clear();

    const bodies = shuffled(
      versions.flatMap((version) =>
        Array.from({ length: DELIVERIES_A_FILE }, () => objectCreatedEvent({ bucket, ...version })),
      ),
    );
    const after = await statesOf(() => p.send('transform', ...bodies));

    expect(after).toEqual(quiet);
    for (const { identity } of versions) {
      const ids = p.completions(identity).map(({ detail }) => detail.completion_id);
      expect(new Set(ids)).toEqual(new Set([completionIdOf(identity)]));
    }
    const reads = wire.calls.filter(({ call }) => call.startsWith(`GetObject /${bucket}/`)).length;
    const said = `${bodies.length} deliveries of ${FILES} files (seed ${SEED}): the raw objects were read ${reads} times`;
    process.stdout.write(`${said}\n`);
    expect(reads).toBeGreaterThanOrEqual(FILES);
    expect(reads).toBeLessThanOrEqual(2 * FILES);
    expect(await p.depth('transform-dlq')).toEqual({ visible: 0, inFlight: 0 });
    expect(await p.depth('report-dlq')).toEqual({ visible: 0, inFlight: 0 });
  }, 900_000);

  /** Everything in the processed bucket when `act` has come to rest. */
  async function statesOf(act: () => Promise<unknown>): Promise<Record<string, string>> {
    await act();
    await p.idle(600_000);
    const objects = await p.listProcessed();
    expect(objects.length).toBeGreaterThan(7 * FILES);
    // Of which earlier upload there is a comparison depends on which of them were reported by then.
    const own = objects.filter(({ key }) => !key.includes('/comparison_'));
    return Object.fromEntries(own.map(({ key, etag, bytes }) => [key, `${etag} ${bytes}`]));
  }
});

function shuffled<T>(items: readonly T[]): T[] {
  const random = new Random(SEED);
  const left = [...items];
  for (let at = left.length - 1; at > 0; at--) {
    const other = random.between(0, at);
    [left[at], left[other]] = [left[other] as T, left[at] as T];
  }
  return left;
}
