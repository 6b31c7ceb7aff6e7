import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';
import { estimatedCostUsd } from '../services/ingest/src/cost.ts';
import { costOf } from './cost.mjs';
import { fileCost, gbSeconds, measuredAt, perMillion, storageOf, sumOf } from './cost-model.mjs';
import { ROOT } from './setup.mjs';

const value = (of: number) => ({ value: of });
/** Prices in round figures, each of another digit. */
const USD = {
  s3_write: value(100),
  s3_read: value(10),
  s3_gb_month: value(0.5),
  event: value(1),
  sqs_request: value(0.1),
  lambda_gb_second: value(1_000),
  lambda_request: value(0.01),
  dynamodb_write: value(0.001),
  dynamodb_read: value(0.0001),
  log_gb: value(7),
  trace: value(0.00001),
};
const ASSUMED = {
  events_in: value(1),
  sqs_requests_a_message: value(3),
  request_wait_ms: value(100),
  traced_share: value(0.5),
};
const FUNCTIONS = { transform: { memory_mb: 1024 }, report: { memory_mb: 512 } };
const MEASURED = {
  rows: 1_000,
  raw_bytes: 300_000,
  processed_bytes: 200_000,
  log_bytes: { transform: 1e9, report: 4e9 },
  invocations: { transform: 1, report: 1 },
  cpu_ms: { transform: 2_000, report: 4_000 },
  transform_ms: 2_500,
  report_ms: 800,
  handoff_ms: 200,
  in_sequence: { transform: 9, report: 7, handoff: 5 },
  requests: {
    transform: {
      GetObject: 2,
      HeadObject: 1,
      PutObject: 3,
      ListObjectVersions: 1,
      PutItem: 1,
      GetItem: 2,
      PutEvents: 1,
    },
    report: { GetObject: 4, ListObjectsV2: 2, PutObject: 5, PutEvents: 1 },
    handoff: { GetObject: 1, PutObject: 2, PutEvents: 1, DeleteObject: 1 },
  },
};

describe('fileCost', () => {
  const stages = fileCost(MEASURED, ASSUMED, USD, FUNCTIONS);

  it('prices each request of the transform by its kind, and the event that S3 sends', () => {
    const { compute, ...requests } = stages.transform;
    expect(requests).toEqual({
      s3_writes: 400,
      s3_reads: 30,
      events: 2,
      queue: expect.closeTo(0.3),
      invocations: 0.01,
      table: expect.closeTo(0.0012),
      logs: 7,
      traces: 0.000005,
    });
    // 2 s of a CPU are 2 × 1769 / 1024 GB-s at any memory below a vCPU's; 9 waits of 0.1 s, at 1 GB.
    expect(compute).toBeCloseTo(1_000 * (3.455078125 + 0.9), 6);
  });

  it("parts the report's invocation by the hand-off's share of its duration", () => {
    // A quarter of 4 CPU seconds and of 4 GB of logs; 5 waits of 0.1 s, at half a GB.
    expect(stages.handoff.compute).toBeCloseTo(1_000 * (1.7275390625 + 0.25), 6);
    expect(stages.handoff).toMatchObject({
      s3_writes: 200,
      s3_reads: 10,
      logs: 7,
      queue: 0,
      invocations: 0,
      events: 1,
    });
    // Three quarters, and 7 waits.
    expect(stages.report.compute).toBeCloseTo(1_000 * (5.1826171875 + 0.35), 6);
    expect(stages.report).toMatchObject({ s3_writes: 700, s3_reads: 40, logs: 21, invocations: 0.01, events: 1 });
  });

  it('refuses a request that it has no price for', () => {
    const requests = { ...MEASURED.requests, report: { SelectObjectContent: 1 } };
    expect(() => fileCost({ ...MEASURED, requests }, ASSUMED, USD, FUNCTIONS)).toThrow('SelectObjectContent');
  });
});

it('more memory makes CPU no dearer up to a whole vCPU, and dearer beyond; waiting costs by memory', () => {
  expect(gbSeconds(1, 0, 512)).toBeCloseTo(1769 / 1024);
  expect(gbSeconds(1, 0, 1769)).toBeCloseTo(1769 / 1024);
  expect(gbSeconds(1, 0, 3072)).toBe(3);
  expect(gbSeconds(0, 2, 512)).toBe(1);
});

it('perMillion: a thousand files of a thousand rows', () => {
  const stages = { transform: { a: 0.001, b: 0.002 }, report: { a: 0.004 }, handoff: { a: 0.01 } };
  const million = perMillion(stages, 1_000);
  expect(million.to_completion).toBeCloseTo(3);
  expect(million.by_stage.report).toBeCloseTo(4);
  expect(million.whole).toBeCloseTo(17);
});

it('storageOf: what a thousand files of half a megabyte keep', () => {
  expect(storageOf(MEASURED, USD)).toEqual({ gb: 0.5, usd_month: 0.25 });
});

it('measuredAt: on the line between two sizes, and nothing is guessed beyond them', () => {
  const sizes = [
    { rows: 100, cpu_ms: { transform: 10 }, requests: { report: { GetObject: 4 } } },
    { rows: 300, cpu_ms: { transform: 30 }, requests: { report: { GetObject: 4, ListObjectsV2: 2 } } },
  ];
  const middle = { rows: 200, cpu_ms: { transform: 20 }, requests: { report: { GetObject: 4, ListObjectsV2: 1 } } };
  expect(measuredAt(200, sizes)).toEqual(middle);
  expect(measuredAt(300, sizes)).toBe(sizes[1]);
  expect(() => measuredAt(99, sizes)).toThrow('100 to 300');
  expect(() => measuredAt(301, sizes)).toThrow(RangeError);
});

describe('the figures that are printed and written down', () => {
  const { costs } = costOf(undefined);

  it('what backfill --reprocess shows is what the model says', () => {
    const wanted = costs.map(({ raw_bytes, usd_a_file }) => [raw_bytes, Number(usd_a_file.toPrecision(5))]);
    for (const [bytes, usd] of wanted) {
      expect(estimatedCostUsd(1, bytes as number), `to write there: ${JSON.stringify(wanted)}`).toBeCloseTo(
        usd as number,
        9,
      );
    }
    const [small, large] = wanted.slice(-2) as [[number, number], [number, number]];
    expect(estimatedCostUsd(10, 5 * (small[0] + large[0]))).toBeCloseTo(5 * (small[1] + large[1]), 9);
    expect(estimatedCostUsd(1, 2 * large[0] - small[0])).toBeCloseTo(2 * large[1] - small[1], 9);
    expect([estimatedCostUsd(0, 0), estimatedCostUsd(1, 0)]).toEqual([0, wanted[0]?.[1]]);
  });

  it("docs/cost.md's table has the model's figures", () => {
    const text = readFileSync(join(ROOT, 'docs', 'cost.md'), 'utf8');
    for (const { rows_per_file: rows, usd_a_million: million } of costs) {
      const { transform, report, handoff } = million.by_stage;
      const figures = [transform, report, handoff, million.whole].map((usd = 0) => usd.toFixed(4));
      const row = `| ${rows.toLocaleString('en')} | ${figures.join(' | ')} |`;
      expect(text.includes(row), `to write there: ${row}`).toBe(true);
    }
  });

  it('the stages sum up to what a file costs', () => {
    for (const { stages, usd_a_file } of costs)
      expect(sumOf(Object.values(stages).map(sumOf))).toBeCloseTo(usd_a_file, 12);
  });
});

describe('npm run cost', () => {
  const run = promisify(execFile);
  const cost = (...options: string[]) => run(process.execPath, [join(ROOT, 'scripts', 'cost.mjs'), ...options]);

  it('prints one size, as text and as JSON', async () => {
    const { stdout } = await cost('--rows-per-file', '10000', '--json');
    const { costs } = JSON.parse(stdout);
    expect(costs).toHaveLength(1);
    expect((await cost('--rows-per-file', '10000')).stdout).toContain(costs[0].usd_a_million.whole.toFixed(5));
  });

  it.each([['--rows-per-file', '50'], ['--rows-per-file', 'x'], ['--what']])(
    '%s %s is used wrongly',
    async (...options) => {
      await expect(cost(...options)).rejects.toMatchObject({
        code: 2,
        stderr: expect.stringContaining('npm run -s cost'),
      });
    },
  );
});
