/** Workers die at every step. The bundles are the ones that are deployed; a loader ends them at a chosen request. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  canRunPipeline,
  eventually,
  type Fault,
  objectCreatedEvent,
  type RunningPipeline,
  startPipeline,
} from '../pipeline/index.ts';
import { expectStateOfQuietRun } from './quiet-run.ts';
import { reviewFile } from './review-files.ts';

vi.setConfig({ testTimeout: 90_000 });
const SUITE = 'end to end: crashes';

/** The transform's timeout is 3 s here: AWS lets a queue's visibility be no shorter. */
const TIME_FACTOR = 100;
/** Each death costs every message of its batch a receive: so many deaths at a time are more than five are meant for. */
const QUEUE = { visibility_s: 3, maxReceiveCount: 50 };

const STEPS: readonly (readonly [when: string, fault: Fault])[] = [
  ['when it has taken the lease', { request: 'DynamoDB_20120810\\.PutItem', action: 'kill_after' }],
  ['while it reads the file', { request: '^GET /[^/]*raw[^/]*/KEY', action: 'kill_after' }],
  ['before it writes the table', { request: '^PUT .*/table\\.parquet', action: 'kill_before' }],
  ['when it has written the table', { request: '^PUT .*/table\\.parquet', action: 'kill_after' }],
  ['before it writes the manifest', { request: '^PUT .*/manifests/', action: 'kill_before' }],
  ['when it has written the manifest', { request: '^PUT .*/manifests/', action: 'kill_after' }],
  ['before it promotes', { request: '^PUT .*/processed_KEY', action: 'kill_before' }],
  ['when it has promoted', { request: '^PUT .*/processed_KEY', action: 'kill_after' }],
  ['before it publishes', { request: 'AWSEvents\\.PutEvents', action: 'kill_before' }],
  ['when it has published', { request: 'AWSEvents\\.PutEvents', action: 'kill_after' }],
  ['when it has written the validation', { request: '^PUT .*/validation_', action: 'kill_after' }],
  ['when it has written both summaries', { request: '^PUT .*/bias_', action: 'kill_after' }],
  ['by its timeout, while S3 does not answer', { request: '^PUT .*/profile\\.json', action: 'stall' }],
];

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  // A dead worker's messages are waited for, which takes no CPU: two pipelines wait side by side.
  const lanes: { readonly pipeline: RunningPipeline; last: Promise<unknown> }[] = [];
  beforeAll(async () => {
    const started = await Promise.all([0, 1].map(() => startPipeline({ timeFactor: TIME_FACTOR })));
    for (const pipeline of started) lanes.push({ pipeline, last: Promise.resolve() });
    const settings = started.flatMap((p) => [p.setQueue('transform', QUEUE), p.setQueue('report', QUEUE)]);
    await Promise.all(settings);
  }, 300_000);
  afterAll(async () => {
    await Promise.all(lanes.map(({ pipeline }) => pipeline.stop()));
  });

  /** Runs a test on one of the pipelines, behind the one before it there. */
  async function inLane(at: number, test: (p: RunningPipeline) => Promise<void>): Promise<void> {
    const lane = lanes[at % lanes.length];
    if (lane === undefined) throw new Error('no pipeline was started');
    const mine = lane.last.then(() => test(lane.pipeline));
    lane.last = mine.catch(() => {});
    await mine;
  }

  const groups = Array.from({ length: Math.ceil(STEPS.length / 3) }, (_, at) => STEPS.slice(at * 3, at * 3 + 3));
  it.concurrent.each(groups.map((group, at) => [group.map(([when]) => when).join('; '), group, at] as const))(
    'a worker that dies %s: the file ends as in a quiet run',
    (_, group, lane) =>
      inLane(lane, async (p) => {
        const files = group.map(([when, fault], at) => ({
          key: `${when.replaceAll(/\W/g, '')}.csv`,
          bytes: reviewFile(60 + at, 150, { badRowRate: 0.02 }).bytes,
          fault,
        }));
        const faults = [];
        for (const { key, fault } of files) {
          faults.push(await p.inject({ ...fault, request: fault.request.replace('KEY', key) }));
        }
        const versions = [];
        for (const { key, bytes } of files) versions.push(await p.upload(key, bytes));
        for (const { identity } of versions) await p.waitFor(identity, 'reported', 60_000);
        await p.idle(60_000);
        expect(faults.map((fault) => fault.isUsed())).toEqual(faults.map(() => true));
        for (const version of versions) await expectStateOfQuietRun(p, version);
        expect(await p.depth('transform-dlq')).toEqual({ visible: 0, inFlight: 0 });
        expect(await p.depth('report-dlq')).toEqual({ visible: 0, inFlight: 0 });
      }),
  );

  it.concurrent('a worker killed in the middle of a large file: the file ends right, once', () =>
    inLane(1, async (p) => {
      const { bytes, counts } = reviewFile(70, 8_000);
      const version = await p.upload('large.csv', bytes);
      await eventually('a worker has the file', async () => {
        const lines = await p.logLines('transform');
        return (
          lines.some(({ identity, message }) => identity === version.identity && message === 'downloaded') || undefined
        );
      });
      const pids = p.pids('transform');
      expect(pids.length).toBeGreaterThan(0);
      for (const pid of pids) process.kill(pid, 'SIGKILL');
      expect((await p.progress(version.identity)).state).toBe('waiting');

      const manifest = await p.waitFor(version.identity, 'reported', 60_000);
      await p.idle(60_000);
      expect(manifest.counts).toEqual(counts);
      await expectStateOfQuietRun(p, version);
    }));

  it.concurrent('while a worker holds a file, a second delivery waits for it and does the work over only if it must', () =>
    inLane(1, async (p) => {
      const { bytes, counts } = reviewFile(71, 3_000);
      await p.pauseUploads();
      const version = await p.upload('held.csv', bytes);
      await p.resumeUploads();
      const event = objectCreatedEvent({ bucket: p.resources.buckets.raw, ...version });
      await p.send('transform', event, event);
      expect((await p.waitFor(version.identity, 'reported')).counts).toEqual(counts);
      await p.idle();
      const steps = (await p.logLines('transform')).filter(({ identity }) => identity === version.identity);
      expect(steps.filter(({ message }) => message === 'transformed')).toHaveLength(1);
      expect(steps.filter(({ message }) => message === 'busy').length).toBeLessThanOrEqual(1);
    }));
});
