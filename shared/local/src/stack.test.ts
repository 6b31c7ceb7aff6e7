import { existsSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { GetMetricStatisticsCommand } from '@aws-sdk/client-cloudwatch';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { GetQueueAttributesCommand } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { createClients } from './clients.ts';
import { BundleMissingError, StartAbortedError } from './errors.ts';
import { eventually, miniStackPython, REPORTING_FUNCTION, temporaryFolder } from './fixtures.ts';
import { type Stack, startStack } from './stack.ts';

// Others may use this machine at the same time.
vi.setConfig({ testTimeout: 60_000 });

let folder: string;
let python: string;
let stack: Stack;
const lines: string[] = [];
const stateDir = () => path.join(folder, 'state');

beforeAll(async () => {
  [folder, python] = await Promise.all([temporaryFolder(), miniStackPython()]);
  const bundles = { transform: REPORTING_FUNCTION };
  stack = await startStack({ bundles, stateDir: stateDir(), python, timeFactor: 60, log: (line) => lines.push(line) });
}, 300_000);
afterAll(async () => {
  await stack.stop();
  await rm(folder, { recursive: true });
});

async function upload(key: string): Promise<void> {
  const { s3 } = createClients(stack);
  await s3.send(new PutObjectCommand({ Bucket: stack.resources.buckets.raw, Key: key, Body: 'x' }));
  s3.destroy();
}

const log = () => readFile(path.join(stack.logsDir, 'transform.log'), 'utf8');

describe('the stack', () => {
  it('invokes the function for an upload, with the variables of the description', async () => {
    await upload('an upload.csv');
    const text = await eventually('the function has reported', async () => {
      const found = await log();
      return found.includes('REPORT RequestId') && found;
    });
    expect(text).toContain('"key":"an upload.csv"');
    expect(text).toContain(`"bucket":"${stack.resources.buckets.raw}"`);
  });

  it('turns the metrics that the function prints into metrics of CloudWatch', async () => {
    const { cloudWatch } = createClients(stack);
    const command = new GetMetricStatisticsCommand({
      Namespace: 'TasteTrend',
      MetricName: 'uploads',
      Dimensions: [{ Name: 'service', Value: 'transform' }],
      StartTime: new Date(Date.now() - 3_600_000),
      EndTime: new Date(Date.now() + 3_600_000),
      Period: 60,
      Statistics: ['Sum', 'SampleCount'],
    });
    const points = await eventually('the metric is there', async () => {
      await stack.flushMetrics();
      const { Datapoints = [] } = await cloudWatch.send(command);
      return Datapoints.length > 0 && Datapoints;
    });
    cloudWatch.destroy();
    expect(points).toMatchObject([{ Sum: 1, SampleCount: 1 }]);
  });

  it('takes the message from the queue, and leaves those of a function that does not run', async () => {
    const { sqs } = createClients(stack);
    const counts = async (QueueUrl: string) => {
      const AttributeNames = ['ApproximateNumberOfMessages', 'ApproximateNumberOfMessagesNotVisible'] as const;
      const command = new GetQueueAttributesCommand({ QueueUrl, AttributeNames: [...AttributeNames] });
      return Object.values((await sqs.send(command)).Attributes ?? {}).join();
    };
    await eventually('it is empty', async () => (await counts(stack.resources.queues.transform.url)) === '0,0');
    await eventually('it is full', async () => (await counts(stack.resources.queues.report.url)) === '1,0');
    sqs.destroy();
  });

  it('can be attached to an endpoint that is there already', async () => {
    const { endpoint } = stack;
    const own = path.join(folder, 'attached');
    const second = await startStack({ bundles: {}, stateDir: own, endpoint, env: 'second', log: () => {} });
    expect(second.resources.buckets.raw).toBe('tastetrend-second-raw-000000000000');
    await second.stop();
    expect(existsSync(own)).toBe(false);
    await upload('still there.csv');
  });

  it('refuses a bundle that is not there, before it starts anything', async () => {
    const own = path.join(folder, 'unbuilt');
    const starting = startStack({ bundles: { report: '/nowhere.mjs' }, stateDir: own, python, log: () => {} });
    await expect(starting).rejects.toThrow(BundleMissingError);
    expect(existsSync(own)).toBe(false);
  });

  it.each([0, 100, 300, 500, 700])('leaves nothing when its start is called off after %d ms', async (after_ms) => {
    const own = path.join(folder, `off-${after_ms}`);
    const signal = AbortSignal.timeout(after_ms);
    const bundles = { transform: REPORTING_FUNCTION };
    const outcome = await startStack({ bundles, stateDir: own, python, signal, log: () => {} }).catch((error) => error);
    // On a fast machine it may have been ready before.
    if (!(outcome instanceof StartAbortedError)) await outcome.stop();
    expect(existsSync(own)).toBe(false);
  });

  it('stops and leaves nothing', async () => {
    await stack.stop();
    await stack.ended;
    expect(existsSync(stateDir())).toBe(false);
    expect(lines).toEqual([]);
  });
});
