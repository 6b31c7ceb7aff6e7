import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';

import { MiniStackStartError, StartAbortedError } from './errors.ts';
import { eventually, isAlive, miniStackPython, temporaryFolder } from './fixtures.ts';
import { isHealthy, startMiniStack, startOnPort } from './ministack.ts';

// Others may use this machine at the same time.
vi.setConfig({ testTimeout: 60_000 });

const MODULE = new URL('./ministack.ts', import.meta.url).href;
let python: string;
let stateDir: string;

beforeAll(async () => {
  [python, stateDir] = await Promise.all([miniStackPython(), temporaryFolder()]);
}, 300_000);
afterAll(() => rm(stateDir, { recursive: true }));

const options = () => ({ python, stateDir, region: 'us-east-1' });

describe('MiniStack', () => {
  it('answers on the loopback interface until it is stopped', async () => {
    const miniStack = await startMiniStack(options());
    expect(new URL(miniStack.endpoint).hostname).toBe('127.0.0.1');
    expect(await isHealthy(miniStack.endpoint)).toBe(true);
    await miniStack.stop();
    expect(isAlive(miniStack.pid)).toBe(false);
    expect(await isHealthy(miniStack.endpoint)).toBe(false);
    await miniStack.stop();
  });

  it('two can run side by side', async () => {
    const both = await Promise.all([startMiniStack(options()), startMiniStack(options())]);
    expect(both[0].endpoint).not.toBe(both[1].endpoint);
    await Promise.all(both.map((miniStack) => miniStack.stop()));
  });

  it('does not take a stranger on its port for its own', async () => {
    const stranger = createServer((_, response) => response.end('{"version":"1.5.33"}')).listen(0, '127.0.0.1');
    await once(stranger, 'listening');
    const { port } = stranger.address() as { port: number };
    expect(await isHealthy(`http://127.0.0.1:${port}`)).toBe(true);
    const result = await startOnPort(options(), port);
    stranger.close();
    expect(result).toMatchObject({ output: expect.stringContaining('in use') });
  });

  it('says what Python said when it does not start', async () => {
    const broken = path.join(stateDir, 'python');
    await writeFile(broken, '#!/bin/sh\necho no such module >&2\nexit 1\n', { mode: 0o755 });
    const failure = startMiniStack({ ...options(), python: broken });
    await expect(failure).rejects.toThrow(MiniStackStartError);
    await expect(failure).rejects.toThrow('no such module');
    await expect(startMiniStack({ ...options(), python: '/nowhere/python' })).rejects.toThrow('ENOENT');
  });

  it('leaves nothing when its start is called off', async () => {
    const controller = new AbortController();
    const starting = startMiniStack({ ...options(), signal: controller.signal });
    setTimeout(() => controller.abort(), 100);
    await expect(starting).rejects.toThrow(StartAbortedError);
  });

  it('does not outlive its parent, even when that is killed', async () => {
    const program = `import { startMiniStack } from '${MODULE}';
      const miniStack = await startMiniStack(${JSON.stringify(options())});
      console.log(miniStack.pid);`;
    const parent: ChildProcess = spawn(process.execPath, ['--input-type=module', '-e', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [told] = (await once(parent.stdout as NonNullable<typeof parent.stdout>, 'data')) as [Buffer];
    const pid = Number(told.toString());
    expect(isAlive(pid)).toBe(true);
    parent.kill('SIGKILL');
    await eventually('MiniStack has ended', () => !isAlive(pid), 5_000);
  });
});
