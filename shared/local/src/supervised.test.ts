import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PutObjectCommand } from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';

import { createClients, LOCAL_CREDENTIALS } from './clients.ts';
import { StackAlreadyKeptError, StartAbortedError, SupervisorError } from './errors.ts';
import {
  eventually,
  HANGING_FUNCTION,
  isAlive,
  miniStackPython,
  REPORTING_FUNCTION,
  temporaryFolder,
} from './fixtures.ts';
import { findKeptStack, recordFileOf, stopKeptStack } from './kept-stack.ts';
import { type SupervisedOptions, type SupervisedStack, startSupervised } from './supervised.ts';

// Others may use this machine at the same time.
vi.setConfig({ testTimeout: 60_000 });

const MODULE = new URL('./supervised.ts', import.meta.url).href;
let python: string;
/** The checkout of one test, and in it the folder for temporary files: whatever a stack starts names it somewhere. */
let root: string;
let tmp: string;
const oldTmp = process.env.TMPDIR;

beforeAll(async () => {
  python = await miniStackPython();
}, 300_000);
beforeEach(async () => {
  process.env.TMPDIR = oldTmp ?? '/tmp';
  root = await temporaryFolder();
  tmp = path.join(root, 'tmp');
  await mkdir(tmp);
  process.env.TMPDIR = tmp;
});
afterEach(async () => {
  await stopKeptStack(root);
  await rm(root, { recursive: true });
});
afterAll(() => {
  process.env.TMPDIR = oldTmp ?? '/tmp';
});

function options(): Omit<SupervisedOptions, 'log'> {
  return { root, python, bundles: { transform: REPORTING_FUNCTION }, timeFactor: 60 };
}

/** The processes that name the folder in their arguments or their environment. */
function processesOf(marker: string): number[] {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.map(Number).filter((pid) => {
    try {
      const said = readFileSync(`/proc/${pid}/cmdline`, 'utf8') + readFileSync(`/proc/${pid}/environ`, 'utf8');
      return said.includes(marker);
    } catch {
      return false;
    }
  });
}

/** Another process that starts a stack, prints what it knows of it when it is ready, and stays. */
function spawnStarter(): ChildProcess {
  const settings = { ...options(), bundles: { transform: HANGING_FUNCTION } };
  const program = `import { startSupervised } from '${MODULE}';
    const stack = await startSupervised({ ...${JSON.stringify(settings)}, log: () => {} });
    console.log(JSON.stringify(stack));
    setInterval(() => {}, 1000);`;
  return spawn(process.execPath, ['--input-type=module', '-e', program], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { ...process.env, TMPDIR: tmp },
    detached: true,
  });
}

async function upload(endpoint: string, region: string, Bucket: string): Promise<void> {
  const { s3 } = createClients({ endpoint, region, credentials: LOCAL_CREDENTIALS });
  await s3.send(new PutObjectCommand({ Bucket, Key: 'a.csv', Body: 'x' }));
  s3.destroy();
}

describe('a supervised stack', () => {
  it('runs in a process of its own until it is stopped', async () => {
    const stack = await startSupervised({ ...options(), log: () => {} });
    expect(isAlive(stack.pid)).toBe(true);
    await upload(stack.endpoint, stack.region, stack.resources.buckets.raw);
    const log = path.join(stack.logsDir, 'transform.log');
    await eventually('the function ran', () => readFileSync(log, 'utf8').includes('"key":"a.csv"'));
    await stack.stop();
    expect(isAlive(stack.pid)).toBe(false);
    expect(await readdir(tmp)).toEqual([]);
    expect(existsSync(recordFileOf(root))).toBe(false);
  });

  it('lives on when it is kept, is found, and is kept only once', async () => {
    const stack = await startSupervised({ ...options(), keep: true, log: () => {} });
    const kept = await findKeptStack(root);
    expect(kept).toMatchObject({ pid: stack.pid, endpoint: stack.endpoint, region: 'us-east-1' });
    expect(kept?.resources.buckets).toEqual(stack.resources.buckets);
    expect(((await stat(recordFileOf(root))).mode & 0o777).toString(8)).toBe('600');
    expect(readFileSync(recordFileOf(root), 'utf8')).not.toContain('SECRET');
    await stack.stop();
    expect(isAlive(stack.pid)).toBe(true);

    await expect(startSupervised({ ...options(), keep: true, log: () => {} })).rejects.toThrow(
      `A stack is kept already: process ${stack.pid}`,
    );
    const second = await startSupervised({ ...options(), log: () => {} });
    await expect(second.keep()).rejects.toThrow(StackAlreadyKeptError);
    await expect(second.keep()).rejects.toThrow('A stack is kept already');
    await second.stop();

    expect(await stopKeptStack(root)).toBe(true);
    // It has ended; here it is our child as well, and its number is free only once we have asked after it.
    await stack.ended;
    expect(isAlive(stack.pid)).toBe(false);
    expect(await readdir(tmp)).toEqual([]);
    expect(await findKeptStack(root)).toBeUndefined();
    expect(await stopKeptStack(root)).toBe(false);
  });

  it('does not take a process for the kept stack that only has its number, and removes the stale record', async () => {
    await mkdir(path.join(root, '.local'));
    const stale = { pid: process.pid, token: '0a8e1f6e-0000-4000-8000-000000000000', endpoint: 'http://127.0.0.1:9' };
    for (const text of [JSON.stringify(stale), '{"pid":', JSON.stringify({ ...stale, token: '' })]) {
      await writeFile(recordFileOf(root), text);
      expect(await stopKeptStack(root)).toBe(false);
      await writeFile(recordFileOf(root), text);
      expect(await findKeptStack(root)).toBeUndefined();
      expect(existsSync(recordFileOf(root))).toBe(false);
    }
  });

  it('says why it did not start', async () => {
    const failure = startSupervised({ ...options(), bundles: { report: '/nowhere.mjs' }, log: () => {} });
    await expect(failure).rejects.toThrow(SupervisorError);
    await expect(failure).rejects.toThrow('there is no /nowhere.mjs');
    expect(await readdir(tmp)).toEqual([]);
  });

  it('can be called off while it starts', async () => {
    const starting = startSupervised({ ...options(), signal: AbortSignal.timeout(400), log: () => {} });
    await expect(starting).rejects.toThrow(StartAbortedError);
    expect(await readdir(tmp)).toEqual([]);
  });
});

/** What the processes name can be read on Linux alone. */
describe.runIf(existsSync('/proc/self/environ'))('no process is left', () => {
  const allGone = () => eventually('all have ended', () => processesOf(tmp).length === 0);

  it('when a signal ends a kept stack', async () => {
    const stack = await startSupervised({ ...options(), keep: true, log: () => {} });
    process.kill(stack.pid, 'SIGTERM');
    await allGone();
    expect(existsSync(recordFileOf(root))).toBe(false);
  });

  it('when the local AWS ends by itself', async () => {
    const stack = await startSupervised({ ...options(), keep: true, log: () => {} });
    const [miniStack] = processesOf(path.join(tmp, path.basename(path.dirname(stack.logsDir)), 'ministack'));
    process.kill(miniStack as number, 'SIGKILL');
    await allGone();
    expect(existsSync(recordFileOf(root))).toBe(false);
  });

  it('when the starter or the supervisor is killed, with a function at work', async () => {
    for (const victim of ['starter', 'supervisor']) {
      const starter = spawnStarter();
      const [told] = (await once(starter.stdout as NonNullable<typeof starter.stdout>, 'data')) as [Buffer];
      const stack = JSON.parse(told.toString()) as SupervisedStack;
      await upload(stack.endpoint, stack.region, stack.resources.buckets.raw);
      const log = path.join(stack.logsDir, 'transform.log');
      await eventually('the function works', () => readFileSync(log, 'utf8').includes('START'));
      // The starter, the supervisor, MiniStack, and the function's environment.
      expect(processesOf(tmp)).toHaveLength(4);
      process.kill(victim === 'starter' ? (starter.pid as number) : stack.pid, 'SIGKILL');
      if (victim === 'supervisor') process.kill(starter.pid as number, 'SIGKILL');
      await allGone();
    }
  });

  it.each([50, 150, 250, 350, 450, 600, 800, 1_100])('after Ctrl-C %d ms into the start', async (after_ms) => {
    const starter = spawnStarter();
    await new Promise((resolve) => setTimeout(resolve, after_ms));
    // To the whole process group, as a terminal does.
    process.kill(-(starter.pid as number), 'SIGINT');
    await once(starter, 'exit');
    await allGone();
  });
});
