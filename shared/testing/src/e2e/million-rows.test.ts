/** The largest number of rows that a file may have, through the functions as they are deployed: their memory is bounded. */
import { type FunctionName, limitOf } from '@tastetrend/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { canRunPipeline, eventually, type RunningPipeline, startPipeline } from '../pipeline/index.ts';
import { reviewFile } from './review-files.ts';

vi.setConfig({ testTimeout: 600_000 });
const SUITE = 'promise 7, bounded: a file of 1,000,000 rows';
const ROWS = limitOf('rows_max');
const KEY = 'large/reviews.csv';
const WAIT_MS = 240_000;
/** As the generator's file has its columns. */
const ANOTHER_ROW =
  '\nadded,Guest_1,09/27/2018,4.0,A text of its own,Eastside,The Bricks,20.00,2.00,10.0,2,46-55,F,White\n';
/** 200 MB and 64 bytes a row, of a process that is new. */
const TRANSFORM_MAX_MB = 264;
/** Of one that did such a file before; of the report with the hand-over to retrieval in the same process. */
const WARM_MAX_MB = 300;

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  let p: RunningPipeline;
  beforeAll(async () => {
    // As in AWS: no time is divided.
    p = await startPipeline({ timeFactor: 1 });
  }, 300_000);
  afterAll(async () => {
    await p?.stop();
  });

  it('is cleaned, reported and handed over, and again when it changes, in bounded memory', async () => {
    // One row of a million is left out at first.
    const { bytes, counts } = reviewFile(3, ROWS - 1, { schema: 'eastside', badRowRate: 0.002 });
    const first = await p.upload(KEY, bytes);
    expect((await p.waitFor(first.identity, 'reported', WAIT_MS)).counts).toEqual(counts);
    expect(await handedOver(1)).toMatchObject({ metadata_updates: expect.any(Number), tombstones: 0, unchanged: 0 });

    // The delta is made between two sets of all chunks.
    const second = await p.upload(KEY, Buffer.concat([bytes, Buffer.from(ANOTHER_ROW)]));
    expect((await p.waitFor(second.identity, 'reported', WAIT_MS)).counts.rows_read).toBe(ROWS);
    expect(await handedOver(2)).toMatchObject({ upserts: 1, metadata_updates: 0, tombstones: 0 });

    // What an invocation used is said at its end.
    await p.idle(WAIT_MS);
    const [transform, report] = [memoryIn(await p.logText('transform')), memoryIn(await p.logText('report'))];
    process.stdout.write(`MB at most, by invocation: transform ${transform}; report ${report}\n`);
    expect(Math.min(transform.length, report.length)).toBeGreaterThanOrEqual(2);
    expect(transform[0]).toBeLessThanOrEqual(TRANSFORM_MAX_MB);
    expect(Math.max(...transform)).toBeLessThanOrEqual(WARM_MAX_MB);
    expect(Math.max(...report)).toBeLessThanOrEqual(WARM_MAX_MB);
    const took_s = [
      await spans('transform', 'downloaded', 'stored'),
      await spans('report', 'manifest read', 'page written'),
    ];
    process.stdout.write(`seconds to clean and write, and to report: ${JSON.stringify(took_s)}\n`);
  });

  /** @returns what the hand-over of this sequence logged */
  async function handedOver(sequence: number): Promise<unknown> {
    const logged = async () =>
      (await p.logLines('report')).find((line) => line.message === 'chunks handed over' && line.sequence === sequence);
    return await eventually(`hand-over ${sequence}`, logged, WAIT_MS);
  }

  /** Seconds between two steps, of each time that they were logged. */
  async function spans(name: FunctionName, from: string, to: string): Promise<number[]> {
    const lines = await p.logLines(name);
    const at = (message: string) =>
      lines.filter((line) => line.message === message).map(({ timestamp }) => Date.parse(String(timestamp)));
    const ends = at(to);
    return at(from).map((begin, i) => ((ends[i] ?? Number.NaN) - begin) / 1000);
  }
});

function memoryIn(log: string): number[] {
  return [...log.matchAll(/Max Memory Used: (\d+) MB/g)].map(([, mb]) => Number(mb));
}
