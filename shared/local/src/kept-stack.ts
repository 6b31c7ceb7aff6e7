/** The record by which a stack that outlives its starter is found again, and ended. */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FunctionName } from '@tastetrend/contracts';
import { StackAlreadyKeptError, StackStopError } from './errors.ts';
import type { FunctionResource, PipelineResources } from './resources.ts';

/** Longer than the supervisor gives itself. */
const STOP_MAX_MS = 20_000;
const KILL_MAX_MS = 2_000;
const POLL_MS = 50;

/** The resources without the functions' variables, which may hold keys. */
export interface PipelineNames extends Omit<PipelineResources, 'functions'> {
  readonly functions: Readonly<Record<FunctionName, Omit<FunctionResource, 'environment'>>>;
}

export interface KeptStack {
  readonly pid: number;
  /** Stands among the arguments of the process, so that a number given to another process since is noticed. */
  readonly token: string;
  readonly endpoint: string;
  readonly region: string;
  readonly resources: PipelineNames;
  readonly stateDir: string;
  readonly logsDir: string;
  /** ISO 8601 in UTC. */
  readonly startedAt: string;
}

/** Where the record of a checkout's kept stack lies. */
export function recordFileOf(root: string): string {
  return path.join(root, '.local', 'stack.json');
}

/**
 * Finds the stack that is kept for this checkout. Removes the record of one that is no longer there.
 * @returns undefined when there is none that runs and answers
 */
export async function findKeptStack(root: string): Promise<KeptStack | undefined> {
  const kept = await readKept(recordFileOf(root));
  return kept !== undefined && (await answers(kept.endpoint)) ? kept : undefined;
}

/**
 * Ends the kept stack and waits until it is gone.
 * @returns false when there was none
 * @throws StackStopError when it does not end within its bound
 */
export async function stopKeptStack(root: string): Promise<boolean> {
  const recordFile = recordFileOf(root);
  const kept = await readKept(recordFile);
  if (kept === undefined) return false;
  if (!(await endAndWait(kept, 'SIGTERM', STOP_MAX_MS))) {
    // Its children end when it does; what it can no longer do is to remove its folder.
    if (!(await endAndWait(kept, 'SIGKILL', KILL_MAX_MS))) {
      throw new StackStopError(`the kept stack, process ${kept.pid}, does not end`);
    }
    await rm(kept.stateDir, { recursive: true, force: true });
  }
  await removeRecord(recordFile, kept.token);
  return true;
}

/**
 * Writes the record, whole or not at all, and never over another one's.
 * @throws StackAlreadyKeptError
 */
export async function writeRecord(recordFile: string, kept: KeptStack): Promise<void> {
  await mkdir(path.dirname(recordFile), { recursive: true });
  await refuseSecond(recordFile);
  const draft = `${recordFile}.${randomUUID()}`;
  try {
    await writeFile(draft, `${JSON.stringify(kept, null, 2)}\n`, { mode: 0o600 });
    // A link fails when the name is taken, where a rename would replace the other's record.
    await link(draft, recordFile).catch(async (cause: NodeJS.ErrnoException) => {
      if (cause.code !== 'EEXIST') throw cause;
      throw new StackAlreadyKeptError('another stack was kept at the same moment', { cause });
    });
  } finally {
    await rm(draft, { force: true });
  }
}

/** Removes the record if it is still the one of this token. */
export async function removeRecord(recordFile: string, token: string): Promise<void> {
  if ((await parseRecord(recordFile))?.token === token) await rm(recordFile, { force: true });
}

/** @throws StackAlreadyKeptError that says how to find and end the one that is kept */
export async function refuseSecond(recordFile: string): Promise<void> {
  const kept = await readKept(recordFile);
  if (kept === undefined) return;
  throw new StackAlreadyKeptError(
    `A stack is kept already: process ${kept.pid}, since ${kept.startedAt}, at ${kept.endpoint}. Stop that one first.`,
  );
}

/** The record whose process is alive and is the one that wrote it; a stale record is removed. */
async function readKept(recordFile: string): Promise<KeptStack | undefined> {
  const kept = await parseRecord(recordFile);
  if (kept !== undefined && isOurs(kept)) return kept;
  await rm(recordFile, { force: true });
  return undefined;
}

async function parseRecord(recordFile: string): Promise<KeptStack | undefined> {
  try {
    const value: unknown = JSON.parse(await readFile(recordFile, 'utf8'));
    const looksRight = typeof value === 'object' && value !== null && 'pid' in value && 'token' in value;
    return looksRight ? (value as KeptStack) : undefined;
  } catch {
    return undefined;
  }
}

/** Whether this process still runs as the one that was given the token. */
function isOurs({ pid, token }: KeptStack): boolean {
  if (!Number.isInteger(pid) || pid <= 1 || typeof token !== 'string' || token.length < 16) return false;
  return argumentsOf(pid).includes(token);
}

/** A process that has ended has no arguments any more, even before its parent has asked after it. */
function argumentsOf(pid: number): string {
  if (existsSync('/proc/self/cmdline')) {
    const file = `/proc/${pid}/cmdline`;
    return existsSync(file) ? readFileSync(file, 'utf8') : '';
  }
  // `-ww`: whole lines.
  return spawnSync('ps', ['-ww', '-o', 'args=', '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '';
}

async function endAndWait(kept: KeptStack, signal: NodeJS.Signals, atMost_ms: number): Promise<boolean> {
  const giveUpAt_ms = performance.now() + atMost_ms;
  if (isOurs(kept)) process.kill(kept.pid, signal);
  while (isOurs(kept)) {
    if (performance.now() > giveUpAt_ms) return false;
    await sleep(POLL_MS);
  }
  return true;
}

/** Any answer will do: whose process it is was checked before. */
async function answers(endpoint: string): Promise<boolean> {
  try {
    await fetch(`${endpoint}/_ministack/health`, { signal: AbortSignal.timeout(3_000) });
    return true;
  } catch {
    return false;
  }
}
