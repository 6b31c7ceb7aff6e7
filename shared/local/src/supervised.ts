/** A stack in a process of its own, which ends when we do, or is kept. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdtemp, open, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { StackAlreadyKeptError, StartAbortedError, SupervisorError } from './errors.ts';
import { recordFileOf, refuseSecond } from './kept-stack.ts';
import type { StackSettings } from './stack.ts';
import type { FromSupervisor, StackFacts, ToSupervisor } from './supervisor-messages.ts';

const PROGRAM = fileURLToPath(new URL('./supervisor.ts', import.meta.url));
/** Longer than the supervisor gives itself. */
const STOP_MAX_MS = 18_000;
const OUTPUT_SHOWN_CHARS = 4_000;

export interface SupervisedOptions extends Omit<StackSettings, 'stateDir'> {
  /** The checkout in whose `.local` folder a kept stack is recorded. */
  readonly root: string;
  /** Keep the stack as soon as it is ready; refused while another one is kept. */
  readonly keep?: boolean;
  readonly log: (line: string) => void;
  /** Calls the start off; nothing is left of it then. */
  readonly signal?: AbortSignal;
}

export interface SupervisedStack extends StackFacts {
  /** The supervisor's process. */
  readonly pid: number;
  /** Settles when the supervisor has ended. */
  readonly ended: Promise<void>;
  /**
   * From here on the stack lives without us; `findKeptStack` and `stopKeptStack` find it.
   * @throws StackAlreadyKeptError, and the stack is still ours then
   */
  keep(): Promise<void>;
  /** Ends the stack and waits for it. A kept stack is ended by `stopKeptStack` instead. */
  stop(): Promise<void>;
}

/**
 * Starts a stack in a process of its own. However this process ends, the stack ends with it, unless it was kept.
 * @throws StackAlreadyKeptError, StartAbortedError, or SupervisorError with what the supervisor said
 */
export async function startSupervised(options: SupervisedOptions): Promise<SupervisedStack> {
  const { root, keep = false, log, signal, ...settings } = options;
  const recordFile = recordFileOf(root);
  if (keep) await refuseSecond(recordFile);
  const stateDir = await mkdtemp(path.join(tmpdir(), 'tastetrend-'));
  const supervisor = await Supervisor.spawn(stateDir, log);
  const callOff = () => void supervisor.stop();
  signal?.addEventListener('abort', callOff);
  try {
    if (signal?.aborted) throw new StartAbortedError('the start of the stack was called off');
    const facts = await supervisor.start({ ...settings, stateDir });
    const stack: SupervisedStack = {
      ...facts,
      pid: supervisor.pid,
      ended: supervisor.ended,
      keep: () => supervisor.keep(recordFile),
      stop: () => supervisor.stop(),
    };
    if (keep) await stack.keep();
    return stack;
  } catch (cause) {
    await supervisor.stop();
    if (signal?.aborted) throw new StartAbortedError('the start of the stack was called off', { cause });
    throw cause;
  } finally {
    signal?.removeEventListener('abort', callOff);
  }
}

class Supervisor {
  readonly ended: Promise<void>;
  readonly pid: number;
  readonly #child: ChildProcess;
  readonly #stateDir: string;
  #isKept = false;

  static async spawn(stateDir: string, log: (line: string) => void): Promise<Supervisor> {
    const output = await open(path.join(stateDir, 'supervisor.log'), 'a', 0o600);
    try {
      const child = spawn(process.execPath, [PROGRAM, randomUUID(), stateDir], {
        detached: true,
        stdio: ['ignore', output.fd, output.fd, 'ipc'],
        cwd: stateDir,
      });
      return new Supervisor(child, stateDir, log);
    } finally {
      await output.close();
    }
  }

  private constructor(child: ChildProcess, stateDir: string, log: (line: string) => void) {
    this.#child = child;
    this.#stateDir = stateDir;
    this.pid = child.pid ?? 0;
    this.ended = new Promise((resolve) => {
      child.once('exit', () => resolve());
      child.once('error', () => resolve());
    });
    child.on('message', (received) => {
      const message = received as FromSupervisor;
      if (message.kind === 'log') log(message.line);
    });
  }

  async start(settings: StackSettings): Promise<StackFacts> {
    const answer = await this.#ask({ kind: 'start', settings }, ['ready', 'failed']);
    if (answer?.kind === 'ready') return answer.facts;
    if (answer?.kind === 'failed') throw new SupervisorError(`${answer.name}: ${answer.message}`);
    throw new SupervisorError(`the process that runs the stack ended:\n${await this.#lastOutput()}`);
  }

  async keep(recordFile: string): Promise<void> {
    const answer = await this.#ask({ kind: 'keep', recordFile }, ['kept', 'keep_refused']);
    if (answer?.kind === 'keep_refused') throw new StackAlreadyKeptError(answer.message);
    if (answer?.kind !== 'kept') throw new SupervisorError('the process that runs the stack ended');
    this.#isKept = true;
    if (this.#child.connected) this.#child.disconnect();
    this.#child.unref();
  }

  async stop(): Promise<void> {
    if (this.#isKept) return;
    if (this.#child.connected) this.#send({ kind: 'stop' });
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), STOP_MAX_MS);
    await this.ended;
    clearTimeout(timer);
    // Gone already, unless the supervisor was killed or never came to its start.
    await rm(this.#stateDir, { recursive: true, force: true });
  }

  /** @returns undefined when the supervisor ends without an answer */
  async #ask<K extends FromSupervisor['kind']>(
    message: ToSupervisor,
    kinds: readonly K[],
  ): Promise<Extract<FromSupervisor, { kind: K }> | undefined> {
    return await new Promise((resolve) => {
      const hear = (received: unknown) => {
        const answer = received as FromSupervisor;
        if (!kinds.includes(answer.kind as K)) return;
        this.#child.off('message', hear);
        resolve(answer as Extract<FromSupervisor, { kind: K }>);
      };
      this.#child.on('message', hear);
      void this.ended.then(() => resolve(undefined));
      this.#send(message);
    });
  }

  #send(message: ToSupervisor): void {
    // When it cannot be sent, the supervisor is gone, and `ended` tells so.
    this.#child.send(message, () => {});
  }

  async #lastOutput(): Promise<string> {
    const text = await readFile(path.join(this.#stateDir, 'supervisor.log'), 'utf8').catch(() => '');
    return text.slice(-OUTPUT_SHOWN_CHARS).trim();
  }
}
