/** Workers die in the middle of their work. That they die at a request is tried in ../reliability. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  canRunPipeline,
  eventually,
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

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  let p: RunningPipeline;
  beforeAll(async () => {
    p = await startPipeline({ timeFactor: TIME_FACTOR });
    await p.setQueue('transform', QUEUE);
    await p.setQueue('report', QUEUE);
  }, 300_000);
  afterAll(async () => {
    await p?.stop();
  });

  it('a worker killed in the middle of a large file: the file ends right, once', async () => {
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
  });

  it('while a worker holds a file, a second delivery waits for it and does the work over only if it must', async () => {
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
  });
});
