/** How long an upload takes to its reports: measured and printed, and not a test of time. */
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { canRunPipeline, type RunningPipeline, startPipeline } from '../pipeline/index.ts';
import { reviewFile } from './review-files.ts';

vi.setConfig({ testTimeout: 240_000 });
const SUITE = 'end to end: latency';
const UPLOADS = 50;
const ROWS = 1_000;

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  let p: RunningPipeline;
  beforeAll(async () => {
    p = await startPipeline();
  }, 300_000);
  afterAll(async () => {
    await p?.stop();
  });

  it(`${UPLOADS} uploads of ${ROWS} rows, one after the other, are all reported`, async () => {
    const { bytes, counts } = reviewFile(91, ROWS);
    await p.run('warm up.csv', bytes);
    const took_ms: number[] = [];
    for (let at = 0; at < UPLOADS; at++) {
      const began_ms = performance.now();
      const { manifest } = await p.run(`upload ${at}.csv`, bytes);
      took_ms.push(performance.now() - began_ms);
      expect(manifest.counts).toEqual(counts);
    }
    took_ms.sort((a, b) => a - b);
    const at = (share: number) => Math.round(took_ms[Math.ceil(UPLOADS * share) - 1] as number);
    process.stdout.write(
      `upload → report, ${UPLOADS} uploads of ${ROWS} rows, warm: p50 ${at(0.5)} ms, p95 ${at(0.95)} ms, max ${at(1)} ms\n`,
    );
  });
});
