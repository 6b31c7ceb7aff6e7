import { mkdir, readdir, rm } from 'node:fs/promises';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';

import { eventually, isAlive, STEERED_FUNCTION, temporaryFolder } from '../fixtures.ts';
import type { EnvironmentSettings } from './environment.ts';
import { LambdaFunction } from './function.ts';
import { PAYLOAD_BYTES_MAX } from './invocation.ts';

// Others may use this machine at the same time.
vi.setConfig({ testTimeout: 60_000 });

let tmpRoot: string;
const running: LambdaFunction[] = [];

beforeAll(async () => {
  tmpRoot = await temporaryFolder();
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((lambda) => lambda.stop()));
});
afterAll(() => rm(tmpRoot, { recursive: true }));

function start(settings: Partial<EnvironmentSettings> & { concurrency?: number } = {}) {
  const lines: string[] = [];
  const lambda = new LambdaFunction({
    functionName: 'steered',
    functionArn: 'arn:aws:lambda:us-east-1:000000000000:function:steered',
    bundle: STEERED_FUNCTION,
    memory_mb: 256,
    timeout_s: 5,
    environment: { AWS_REGION: 'us-east-1', OWN: 'value' },
    tmpRoot,
    concurrency: 1,
    log: (line) => lines.push(line),
    ...settings,
  });
  running.push(lambda);
  return { lambda, lines };
}

async function responseOf(lambda: LambdaFunction, event: unknown): Promise<Record<string, unknown>> {
  const outcome = await lambda.invoke(event);
  if (outcome.kind !== 'returned') throw new Error(JSON.stringify(outcome));
  return outcome.response as Record<string, unknown>;
}

describe('an execution environment', () => {
  it('shows the function what Lambda shows it, and nothing of ours', async () => {
    process.env.TASTETREND_LEAK = 'leaked';
    const { lambda } = start();
    const seen = await responseOf(lambda, { do: 'environment' });
    delete process.env.TASTETREND_LEAK;
    const env = seen.env as Record<string, string>;
    expect(Object.keys(env).sort()).toEqual(
      [
        ...['AWS_DEFAULT_REGION', 'AWS_EXECUTION_ENV', 'AWS_LAMBDA_FUNCTION_MEMORY_SIZE', 'AWS_LAMBDA_FUNCTION_NAME'],
        ...['AWS_LAMBDA_FUNCTION_VERSION', 'AWS_LAMBDA_INITIALIZATION_TYPE', 'AWS_LAMBDA_LOG_GROUP_NAME'],
        ...['AWS_LAMBDA_LOG_STREAM_NAME', 'AWS_REGION', 'HOME', 'LAMBDA_TASK_ROOT', 'LANG', 'OWN', 'PATH', 'TMPDIR'],
        ...['TZ', '_HANDLER'],
      ].sort(),
    );
    expect(env).toMatchObject({ AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '256', _HANDLER: 'steered-function.handler' });
    expect(seen.tmp).toBe(env.TMPDIR);
    expect(path.dirname(env.TMPDIR ?? '')).toBe(tmpRoot);
    expect(seen.zone).toBe(0);
    expect(seen.argv).toEqual(['--max-semi-space-size=12', '--max-old-space-size=230', '--enable-source-maps']);
  });

  it('leaves the heap to NODE_OPTIONS where it says anything of it, as Lambda does', async () => {
    const NODE_OPTIONS = '--max-semi-space-size=4 --max-old-space-size=200';
    const { lambda } = start({ environment: { AWS_REGION: 'us-east-1', NODE_OPTIONS } });
    const seen = await responseOf(lambda, { do: 'environment' });
    expect(seen.argv).toEqual(['--enable-source-maps']);
    expect(seen.env).toMatchObject({ NODE_OPTIONS });
    // Three semi-spaces and the old space.
    expect(seen.heapMax_mb).toBe(200 + 3 * 4);

    const other = start({ memory_mb: 320, environment: { AWS_REGION: 'us-east-1', NODE_OPTIONS: '--no-warnings' } });
    expect(await responseOf(other.lambda, { do: 'environment' })).toMatchObject({ heapMax_mb: 288 + 3 * 16 });
  });

  it('says how much memory it used itself, however much whoever started it holds', async () => {
    const held = Buffer.alloc(600 * 1024 * 1024, 1);
    const { lambda, lines } = start();
    await responseOf(lambda, { do: 'context' });
    expect(held.at(-1)).toBe(1);
    const [, used] = /Max Memory Used: (\d+) MB/.exec(lines.join('\n')) ?? [];
    expect(Number(used)).toBeGreaterThan(20);
    expect(Number(used)).toBeLessThan(200);
  });

  it('gives the context that Lambda gives', async () => {
    const { lambda, lines } = start({ timeout_s: 7 });
    const context = await responseOf(lambda, { do: 'context' });
    expect(context).toMatchObject({
      functionName: 'steered',
      functionVersion: '$LATEST',
      invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:steered',
      memoryLimitInMB: '256',
      logGroupName: '/aws/lambda/steered',
      logStreamName: expect.stringMatching(/^local\/\[\$LATEST\][0-9a-f]{32}$/),
      awsRequestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(context.remaining_ms).toBeGreaterThan(6_500);
    expect(context.remaining_ms).toBeLessThanOrEqual(7_000);
    expect(lines.some((line) => line.startsWith(`REPORT RequestId: ${context.awsRequestId}\tDuration: `))).toBe(true);
  });

  it('is reused, also after an error of the handler', async () => {
    const { lambda } = start();
    expect(await responseOf(lambda, { do: 'context' })).toMatchObject({ invocations: 1 });
    expect(await lambda.invoke({ do: 'throw' })).toMatchObject({
      kind: 'failed',
      reason: 'threw',
      errorType: 'RangeError',
      errorMessage: 'steered to throw',
    });
    expect(await responseOf(lambda, { do: 'context' })).toMatchObject({ invocations: 3 });
    expect(lambda.pids).toHaveLength(1);
  });

  it.each(['hang', 'spin'])('is killed at the timeout and replaced: %s', async (deed) => {
    const { lambda } = start({ timeout_s: 1 });
    await lambda.invoke({ do: 'context' });
    const [pid] = lambda.pids as [number];
    expect(await lambda.invoke({ do: deed })).toMatchObject({
      kind: 'failed',
      reason: 'timed_out',
      errorMessage: 'Task timed out after 1.00 seconds',
    });
    expect(isAlive(pid)).toBe(false);
    expect(await responseOf(lambda, { do: 'context' })).toMatchObject({ invocations: 1 });
  });

  it.each(['exit', 'reject-unhandled'])(
    'fails the invocation in which it crashes, and is replaced: %s',
    async (deed) => {
      const { lambda } = start();
      expect(await lambda.invoke({ do: deed })).toMatchObject({
        kind: 'failed',
        reason: 'crashed',
        errorMessage: deed === 'exit' ? 'Runtime exited with exit status 3' : 'Runtime exited with exit status 1',
      });
      expect(await responseOf(lambda, { do: 'context' })).toMatchObject({ invocations: 1 });
    },
  );

  it('holds the heap to the memory of the function', async () => {
    const { lambda, lines } = start({ memory_mb: 128, timeout_s: 20 });
    const outcome = await lambda.invoke({ do: 'fill-heap' });
    expect(outcome).toMatchObject({ kind: 'failed', reason: expect.stringMatching(/^(crashed|out_of_memory)$/) });
    expect(lines.join('\n')).toMatch(/heap out of memory|the process held/);
  });

  it('holds what lies outside of the heap to it too', async () => {
    const { lambda } = start({ memory_mb: 128, timeout_s: 20 });
    expect(await lambda.invoke({ do: 'fill-buffers' })).toMatchObject({ kind: 'failed', reason: 'out_of_memory' });
  });

  it.each([
    ['what JSON cannot say', { do: 'cycle' }, 'Runtime.MarshalError'],
    ['more than 6 MB', { do: 'large', bytes: PAYLOAD_BYTES_MAX - 1 }, 'Function.ResponseSizeTooLarge'],
  ])('refuses a response of %s', async (_, event, errorType) => {
    const { lambda } = start();
    expect(await lambda.invoke(event)).toMatchObject({ kind: 'failed', reason: 'threw', errorType });
  });

  it('takes a response of exactly 6 MB, and refuses an event that is larger', async () => {
    const { lambda } = start();
    const returned = await lambda.invoke({ do: 'large', bytes: PAYLOAD_BYTES_MAX - 2 });
    expect(returned.kind).toBe('returned');
    const outcome = await lambda.invoke({ do: 'echo', text: 'x'.repeat(PAYLOAD_BYTES_MAX) });
    expect(outcome).toMatchObject({ kind: 'failed', reason: 'request_too_large' });
  });

  it('gives null for a handler that returns nothing', async () => {
    const { lambda } = start();
    expect(await lambda.invoke({ do: 'return' })).toMatchObject({ kind: 'returned', response: null });
  });

  it('fails invocations of a bundle that does not load, and tries again', async () => {
    const { lambda } = start({ bundle: path.join(tmpRoot, 'absent.mjs') });
    for (let round = 0; round < 2; round++) {
      expect(await lambda.invoke({ do: 'echo' })).toMatchObject({
        kind: 'failed',
        reason: 'init_failed',
        errorMessage: expect.stringContaining('absent.mjs'),
      });
    }
  });

  it('takes more options of Node, so that faults can be injected', async () => {
    const preload = `data:text/javascript,globalThis.preloaded=1;process.stdout.write('preloaded\\n')`;
    const { lambda, lines } = start({ execArgv: ['--import', preload] });
    await lambda.invoke({ do: 'context' });
    await lambda.stop();
    expect(lines).toContain('preloaded');
  });

  it('runs one invocation at a time, throttles past its concurrency, and removes its folders', async () => {
    const own = path.join(tmpRoot, 'own');
    await mkdir(own);
    const { lambda } = start({ concurrency: 2, tmpRoot: own });
    const three = await Promise.all(Array.from({ length: 3 }, () => lambda.invoke({ do: 'sleep', ms: 300 })));
    expect(three.filter((outcome) => outcome.kind === 'failed')).toMatchObject([{ reason: 'throttled' }]);
    const warm = await Promise.all(Array.from({ length: 3 }, () => lambda.invoke({ do: 'sleep', ms: 100 })));
    expect(warm.filter((outcome) => outcome.kind === 'failed')).toMatchObject([{ reason: 'throttled' }]);
    const pids = lambda.pids;
    expect(pids).toHaveLength(2);
    expect(await readdir(own)).toHaveLength(2);
    await lambda.stop();
    expect(pids.some(isAlive)).toBe(false);
    expect(await readdir(own)).toEqual([]);
    expect(await lambda.invoke({ do: 'echo' })).toMatchObject({ kind: 'failed', reason: 'stopped' });
  });

  it('replaces an environment that died while it was idle', async () => {
    const { lambda } = start();
    await lambda.invoke({ do: 'context' });
    const [pid] = lambda.pids as [number];
    process.kill(pid, 'SIGKILL');
    await eventually('the process is gone', () => !isAlive(pid));
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(await responseOf(lambda, { do: 'context' })).toMatchObject({ invocations: 1 });
  });
});
