/** A file of which every worker dies: killed by the system, out of memory, out of time. It harms only itself. */
import { pipeline as description } from '@tastetrend/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  canRunPipeline,
  objectCreatedEvent,
  type RunningPipeline,
  startPipeline,
  type UploadedVersion,
} from '../pipeline/index.ts';
import { startWire, type Wire } from '../reliability/wire.ts';
import { tinyFile } from './review-files.ts';

vi.setConfig({ testTimeout: 60_000 });
const SUITE = 'promise 6, one bad file harms only itself: its worker dies';
const SENDER_HEADER_MODULE = new URL('../reliability/sender-header.ts', import.meta.url).pathname;
const TIME_FACTOR = 60;
/** The functions' timeout here: the least that AWS lets a queue have. Each death is as long a wait. */
const VISIBILITY_S = Math.ceil(description.functions.transform.timeout_s / TIME_FACTOR);
const { max_receive_count } = description.queues.transform;

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  let p: RunningPipeline;
  let wire: Wire;
  const versions: UploadedVersion[] = [];
  let deaths = () => 0;
  let dead: readonly { body: string }[] = [];
  const deadly = () => versions[4] as UploadedVersion;

  beforeAll(async () => {
    wire = await startWire(({ url }, command) => `${command} ${decodeURIComponent(url.pathname)}`);
    p = await startPipeline({
      timeFactor: TIME_FACTOR,
      maximumConcurrency: 2,
      environment: { AWS_ENDPOINT_URL: wire.endpoint },
      execArgv: ['--import', SENDER_HEADER_MODULE],
    });
    wire.forwardTo(p.stack.endpoint);
    await p.setQueue('transform', { visibility_s: VISIBILITY_S, maxReceiveCount: max_receive_count });
    await p.pauseUploads();
    for (let at = 0; at < 10; at++) versions.push(await p.upload(`file ${at}.csv`, tinyFile(`text ${at}`)));
    const bucket = p.resources.buckets.raw;
    const call = `GetObject /${bucket}/${deadly().key}`;
    deaths = wire.arm({ call, action: 'kill_before', occurrence: 1, times: 100 });
    await p.send('transform', ...versions.map((version) => objectCreatedEvent({ bucket, ...version })));
    dead = await p.takeDeadLetters('transform-dlq', 1, 120_000);
    await p.idle();
  }, 300_000);
  afterAll(async () => {
    await p?.stop();
    await wire?.stop();
  });

  it('the others of its batch are done, though each death took the whole batch with it', async () => {
    expect(deaths()).toBeGreaterThanOrEqual(2);
    for (const version of versions.filter((one) => one !== deadly())) {
      expect(await p.progress(version.identity), version.key).toMatchObject({ state: 'reported' });
    }
  });

  it('it is in the DLQ, alone, and the record says of what it died', async () => {
    expect(dead).toHaveLength(1);
    expect(dead[0]?.body).toContain(deadly().versionId);
    expect(await p.failure('transform', deadly().identity)).toMatchObject({
      service: 'transform',
      receiveCount: max_receive_count,
      receiveCountMax: max_receive_count,
      cause: expect.stringMatching(/has not ended, as \d before it did not either: its worker .* was killed/),
      isResent: false,
    });
  });
});
