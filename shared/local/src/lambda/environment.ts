/**
 * One execution environment of a function: a process of Node with a clean environment and a folder of its own, which
 * runs one invocation at a time and lives on between them.
 * Source: AWS Lambda developer guide, "Understanding the Lambda execution environment lifecycle", "Working with Lambda
 * environment variables" and "AWS Lambda context object in Node.js".
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type ChildMessage,
  type FailureReason,
  type InvocationOutcome,
  type InvokeMessage,
  PAYLOAD_BYTES_MAX,
} from './invocation.ts';
import { forEachLine } from './output-lines.ts';
import { residentMemory_mb } from './resident-memory.ts';

const BOOTSTRAP = fileURLToPath(new URL('./bootstrap.ts', import.meta.url));
/**
 * What Lambda's Node gives a heap, of the function's memory, unless NODE_OPTIONS says one of them; then the other is V8's.
 * Source: the bootstrap of the runtime nodejs24.x, as "Deep Dive into AWS Lambda (3)" describes it (dev.to, 2026).
 */
const OLD_SPACE_SHARE = 0.9;
const SEMI_SPACE_SHARE = 0.05;
const SAYS_HEAP = /--max[-_](?:semi|old)[-_]space[-_]size/;
/** Lambda gives the init phase 10 s, however long the function's own timeout is. */
const INIT_MAX_MS = 10_000;
const MEMORY_POLL_MS = 100;

export interface EnvironmentSettings {
  readonly functionName: string;
  readonly functionArn: string;
  /** Path of the built module that exports `handler`. */
  readonly bundle: string;
  readonly memory_mb: number;
  readonly timeout_s: number;
  /** The function's own variables. */
  readonly environment: Readonly<Record<string, string>>;
  /** Its own /tmp is made in here, and removed at its end. */
  readonly tmpRoot: string;
  /** More options of Node, such as an `--import` that injects faults. */
  readonly execArgv?: readonly string[];
  /** Takes each line that the function prints, and Lambda's own lines about it. */
  readonly log: (line: string) => void;
}

/** Why an environment is no longer there. */
interface End {
  readonly reason: FailureReason;
  readonly errorType: string;
  readonly errorMessage: string;
}

type Answer = Extract<ChildMessage, { kind: 'returned' | 'threw' }>;

export class ExecutionEnvironment {
  readonly #settings: EnvironmentSettings;
  readonly #tmpDir: string;
  readonly #child: ChildProcess;
  /** Settles when the process is gone and its output has been read. */
  readonly #ended: Promise<End>;
  readonly #ready: Promise<End | 'ready'>;
  #ending: End | undefined;
  #busy = false;
  #onAnswer: ((answer: Answer) => void) | undefined;

  /** @returns an environment whose process has been started; its first invocation waits for the bundle to load */
  static async start(settings: EnvironmentSettings): Promise<ExecutionEnvironment> {
    await mkdir(settings.tmpRoot, { recursive: true });
    const tmpDir = await mkdtemp(path.join(settings.tmpRoot, `${settings.functionName}-`));
    return new ExecutionEnvironment(settings, tmpDir);
  }

  private constructor(settings: EnvironmentSettings, tmpDir: string) {
    this.#settings = settings;
    this.#tmpDir = tmpDir;
    const options = [...heapOptionsOfLambda(settings), '--enable-source-maps', ...(settings.execArgv ?? [])];
    this.#child = spawn(process.execPath, [...options, BOOTSTRAP, settings.bundle], {
      cwd: path.dirname(settings.bundle),
      env: variablesOf(settings, tmpDir),
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr]) {
      if (stream) forEachLine(stream, settings.log);
    }
    this.#ended = this.#watchEnd();
    this.#ready = this.#watchReady();
  }

  /** Takes it for one invocation, which the caller then owes. @returns false when it is dead or taken already */
  reserve(): boolean {
    if (!this.isAlive || this.#busy) return false;
    this.#busy = true;
    return true;
  }

  get isBusy(): boolean {
    return this.#busy;
  }

  get isAlive(): boolean {
    return this.#ending === undefined;
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  /**
   * Runs the handler once, after `reserve`. A timeout, a crash and too much memory end the environment; an error that the handler throws
   * does not, as on Lambda.
   * @param event JSON
   */
  async invoke(event: string): Promise<InvocationOutcome> {
    if (!this.#busy) throw new TypeError('an execution environment is reserved before it is invoked');
    const requestId = randomUUID();
    try {
      const bytes = Buffer.byteLength(event);
      if (bytes > PAYLOAD_BYTES_MAX) {
        const errorMessage = `the event has ${bytes} bytes, and ${PAYLOAD_BYTES_MAX} are allowed`;
        return { kind: 'failed', requestId, reason: 'request_too_large', errorType: 'RequestTooLarge', errorMessage };
      }
      const ready = await this.#ready;
      if (ready !== 'ready') return { kind: 'failed', requestId, ...ready };
      return await this.#runOnce(requestId, event);
    } finally {
      this.#busy = false;
    }
  }

  /** Ends the process at once, whatever it does, and removes its folder. May be called again. */
  async end(): Promise<void> {
    this.#kill({ reason: 'stopped', errorType: 'Stopped', errorMessage: 'the environment was stopped' });
    await this.#ended;
  }

  async #runOnce(requestId: string, event: string): Promise<InvocationOutcome> {
    const { timeout_s, functionArn, log } = this.#settings;
    const began_ms = performance.now();
    log(`START RequestId: ${requestId} Version: $LATEST`);
    const answered = new Promise<Answer>((resolve) => {
      this.#onAnswer = resolve;
    });
    const timer = setTimeout(() => {
      const errorMessage = `Task timed out after ${timeout_s}.00 seconds`;
      log(`${new Date().toISOString()} ${requestId} ${errorMessage}`);
      this.#kill({ reason: 'timed_out', errorType: 'Sandbox.Timedout', errorMessage });
    }, timeout_s * 1000);
    const stopWatching = this.#watchMemory(requestId);
    const message: InvokeMessage = {
      kind: 'invoke',
      requestId,
      event,
      deadline_ms: Date.now() + timeout_s * 1000,
      functionArn,
    };
    // A failure to send means that the process is gone, which #ended tells.
    this.#child.send(message, () => {});
    const result = await Promise.race([answered, this.#ended]);
    clearTimeout(timer);
    stopWatching();
    this.#onAnswer = undefined;
    this.#report(requestId, performance.now() - began_ms, 'kind' in result ? result.memoryMax_mb : undefined);
    if ('reason' in result) return { kind: 'failed', requestId, ...result };
    if (result.kind === 'returned') return { kind: 'returned', requestId, response: JSON.parse(result.response) };
    const { errorType, errorMessage, trace } = result.error;
    log(`${new Date().toISOString()} ${requestId} ERROR Invoke Error ${JSON.stringify(result.error)}`);
    if (trace.length === 0) log(`${errorType}: ${errorMessage}`);
    return { kind: 'failed', requestId, reason: 'threw', errorType, errorMessage };
  }

  /** Lambda ends a process that holds more than its memory, and does not ask what for. */
  #watchMemory(requestId: string): () => void {
    const { memory_mb, log } = this.#settings;
    const timer = setInterval(async () => {
      const held_mb = await residentMemory_mb(this.#child.pid as number);
      if (held_mb === undefined || held_mb <= memory_mb || !this.isAlive) return;
      const errorMessage = `the process held ${Math.ceil(held_mb)} MB, and its memory is ${memory_mb} MB`;
      log(`${new Date().toISOString()} ${requestId} ${errorMessage}`);
      this.#kill({ reason: 'out_of_memory', errorType: 'Runtime.OutOfMemory', errorMessage });
    }, MEMORY_POLL_MS);
    return () => clearInterval(timer);
  }

  #report(requestId: string, duration_ms: number, memoryMax_mb: number | undefined): void {
    const used = memoryMax_mb === undefined ? '' : `\tMax Memory Used: ${memoryMax_mb} MB`;
    const size = `Memory Size: ${this.#settings.memory_mb} MB`;
    this.#settings.log(`REPORT RequestId: ${requestId}\tDuration: ${duration_ms.toFixed(2)} ms\t${size}${used}`);
  }

  #kill(end: End): void {
    this.#ending ??= end;
    this.#child.kill('SIGKILL');
  }

  #watchEnd(): Promise<End> {
    const gone = new Promise<string>((resolve) => {
      this.#child.once('error', (error) => resolve(error.message));
      this.#child.once('close', (code, signal) => resolve(signal ? `signal: ${signal}` : `exit status ${code}`));
    });
    this.#child.once('exit', () => {
      this.#ending ??= { reason: 'crashed', errorType: 'Runtime.ExitError', errorMessage: '' };
    });
    return gone.then(async (how) => {
      await rm(this.#tmpDir, { recursive: true, force: true });
      const end = this.#ending;
      if (end !== undefined && end.errorMessage !== '') return end;
      const errorMessage = `Runtime exited with ${how}`;
      this.#ending = { reason: 'crashed', errorType: 'Runtime.ExitError', errorMessage };
      return this.#ending;
    });
  }

  async #watchReady(): Promise<End | 'ready'> {
    const told = new Promise<ChildMessage>((resolve) => {
      this.#child.on('message', (received) => {
        const message = received as ChildMessage;
        if (message.kind === 'ready' || message.kind === 'init_failed') resolve(message);
        else this.#onAnswer?.(message);
      });
    });
    const timer = setTimeout(() => {
      const errorMessage = `the init phase took longer than ${INIT_MAX_MS / 1000} s`;
      this.#kill({ reason: 'init_failed', errorType: 'Sandbox.Timedout', errorMessage });
    }, INIT_MAX_MS);
    const result = await Promise.race([told, this.#ended]);
    clearTimeout(timer);
    if ('reason' in result) return result.reason === 'crashed' ? { ...result, reason: 'init_failed' } : result;
    if (result.kind !== 'init_failed') return 'ready';
    const { errorType, errorMessage, trace } = result.error;
    this.#settings.log(trace.length > 0 ? trace.join('\n') : `${errorType}: ${errorMessage}`);
    this.#kill({ reason: 'init_failed', errorType, errorMessage });
    return await this.#ended;
  }
}

function heapOptionsOfLambda({ memory_mb, environment }: EnvironmentSettings): string[] {
  if (SAYS_HEAP.test(environment.NODE_OPTIONS ?? '')) return [];
  const [semiSpace_mb, oldSpace_mb] = [SEMI_SPACE_SHARE, OLD_SPACE_SHARE].map((share) => Math.floor(memory_mb * share));
  return [`--max-semi-space-size=${semiSpace_mb}`, `--max-old-space-size=${oldSpace_mb}`];
}

/** The environment that a function sees: Lambda's variables and its own, and nothing of ours. */
function variablesOf(settings: EnvironmentSettings, tmpDir: string): Record<string, string> {
  const { functionName, bundle, memory_mb, environment } = settings;
  const region = environment.AWS_REGION;
  return {
    AWS_LAMBDA_FUNCTION_NAME: functionName,
    AWS_LAMBDA_FUNCTION_VERSION: '$LATEST',
    AWS_LAMBDA_FUNCTION_MEMORY_SIZE: String(memory_mb),
    AWS_LAMBDA_INITIALIZATION_TYPE: 'on-demand',
    AWS_LAMBDA_LOG_GROUP_NAME: `/aws/lambda/${functionName}`,
    AWS_LAMBDA_LOG_STREAM_NAME: `local/[$LATEST]${randomUUID().replaceAll('-', '')}`,
    AWS_EXECUTION_ENV: 'AWS_Lambda_nodejs24.x',
    ...(region === undefined ? {} : { AWS_DEFAULT_REGION: region }),
    LAMBDA_TASK_ROOT: path.dirname(bundle),
    _HANDLER: `${path.parse(bundle).name}.handler`,
    TZ: ':UTC',
    LANG: 'en_US.UTF-8',
    PATH: '/usr/local/bin:/usr/bin:/bin',
    TMPDIR: tmpDir,
    // Else the AWS SDK would read the settings of whoever runs this.
    HOME: tmpDir,
    ...environment,
  };
}
