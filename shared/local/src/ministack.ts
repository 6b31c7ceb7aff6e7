/** MiniStack, the local AWS, as a child process of this one. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MiniStackStartError, StartAbortedError } from './errors.ts';

const HOST = '127.0.0.1';
const LAUNCHER = fileURLToPath(new URL('../../../tools/python/launch_ministack.py', import.meta.url));
/** Between our look for a free port and MiniStack's bind, another process may take it. */
const PORT_ATTEMPTS_MAX = 5;
/** It takes 0.5 s on an idle machine; a cold disk and a busy core may take long. */
const START_MAX_MS = 60_000;
const HEALTH_POLL_MS = 25;
/** It waits up to 3 s for open connections. */
const STOP_MAX_MS = 5_000;
const OUTPUT_KEPT_CHARS = 4_000;

export interface MiniStackOptions {
  /** A Python that has MiniStack installed. */
  readonly python: string;
  /** MiniStack's own folder for temporary files; made if it is not there. */
  readonly stateDir: string;
  readonly region: string;
  readonly signal?: AbortSignal;
}

export interface MiniStack {
  readonly endpoint: string;
  readonly pid: number;
  /** Settles when the process has ended, whoever ended it. */
  readonly ended: Promise<void>;
  /** Ends it with SIGTERM, and with SIGKILL when that takes too long. May be called again. */
  stop(): Promise<void>;
}

/**
 * Starts MiniStack on a free port of the loopback interface and waits until that very process answers.
 * It ends with this process, even when this one is killed: the launcher watches a pipe to us.
 * @throws MiniStackStartError when it does not come up
 * @throws StartAbortedError when `signal` fires first; nothing is left running then
 */
export async function startMiniStack(options: MiniStackOptions): Promise<MiniStack> {
  await mkdir(options.stateDir, { recursive: true });
  let output = '';
  for (let attempt = 1; attempt <= PORT_ATTEMPTS_MAX; attempt++) {
    const result = await startOnPort(options, await freePort());
    if ('endpoint' in result) return result;
    output = result.output;
    if (!/in use/i.test(output)) break;
  }
  throw new MiniStackStartError(`MiniStack did not start with ${options.python}. It said last:\n${output.trim()}`);
}

/**
 * @param port a port that was free a moment ago
 * @returns the running MiniStack, or what it printed before it ended or was given up
 */
export async function startOnPort(options: MiniStackOptions, port: number): Promise<MiniStack | { output: string }> {
  throwIfAborted(options.signal);
  const token = randomUUID();
  const child = spawn(options.python, ['-I', LAUNCHER], {
    stdio: ['pipe', 'pipe', 'pipe'],
    cwd: options.stateDir,
    env: miniStackEnvironment(options, port, token),
  });
  child.stdin?.on('error', () => {});
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding('utf8').on('data', (chunk: string) => {
      output = (output + chunk).slice(-OUTPUT_KEPT_CHARS);
    });
  }
  child.once('error', (error) => {
    output += error.message;
  });
  const ended = new Promise<void>((resolve) => {
    child.once('close', () => resolve());
    child.once('error', () => resolve());
  });
  const endpoint = `http://${HOST}:${port}`;
  const giveUpAt_ms = Date.now() + START_MAX_MS;
  while (isRunning(child) && Date.now() < giveUpAt_ms && options.signal?.aborted !== true) {
    if (await isHealthy(endpoint, token)) {
      const pid = child.pid as number;
      return { endpoint, pid, ended, stop: () => stopChild(child, ended) };
    }
    await sleep(HEALTH_POLL_MS);
  }
  await stopChild(child, ended);
  throwIfAborted(options.signal);
  return { output };
}

/**
 * Whether a MiniStack answers at the endpoint.
 * @param token when given, only the one that was started with this token counts
 */
export async function isHealthy(endpoint: string, token?: string): Promise<boolean> {
  try {
    const response = await fetch(`${endpoint}/_ministack/health`, { signal: AbortSignal.timeout(2_000) });
    const body: unknown = await response.json();
    if (!response.ok || typeof body !== 'object' || body === null) return false;
    return token === undefined || ('version' in body && body.version === token);
  } catch {
    return false;
  }
}

/** Nothing is inherited: a setting of the user's shell must not change what the local AWS does. */
function miniStackEnvironment(options: MiniStackOptions, port: number, token: string): Record<string, string> {
  return {
    PATH: '/usr/local/bin:/usr/bin:/bin',
    LANG: 'C.UTF-8',
    HOME: options.stateDir,
    TMPDIR: options.stateDir,
    GATEWAY_PORT: String(port),
    BIND_HOST: HOST,
    MINISTACK_HOST: HOST,
    MINISTACK_REGION: options.region,
    // It tells its version where we ask for its health: so we know that our own child answers, and not another one that
    // took the port.
    MINISTACK_VERSION: token,
    // At its start it removes Docker containers that look like an earlier MiniStack's. Those are not ours to remove.
    DOCKER_HOST: `unix://${path.join(options.stateDir, 'no-docker.sock')}`,
    LOG_LEVEL: 'WARNING',
    PYTHONUNBUFFERED: '1',
  };
}

async function stopChild(child: ChildProcess, ended: Promise<void>): Promise<void> {
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MAX_MS);
  await ended;
  clearTimeout(timer);
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new StartAbortedError('the start of the local AWS was called off');
}

/** A port of the loopback interface that is free now. */
export async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, HOST);
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new TypeError('a TCP server has a port');
  server.close();
  await once(server, 'close');
  return address.port;
}
