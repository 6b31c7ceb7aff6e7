import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { ReadbackEnded, ReadbackTimeout } from './errors.ts';

const STDERR_CHARS_KEPT = 2_000;
const END_MS = 5_000;

interface Waiting {
  readonly resolve: (line: string) => void;
  readonly reject: (error: Error) => void;
  readonly timer: NodeJS.Timeout;
}

/** A child process that answers lines with lines, first asked first answered, each within a time limit. */
export class LineProcess {
  readonly #child: ChildProcess;
  readonly #timeoutMs: number;
  readonly #waiting: Waiting[] = [];
  readonly #ended: Promise<void>;
  #failure: Error | undefined;
  #stderr = '';

  constructor(command: string, args: readonly string[], timeoutMs: number) {
    this.#timeoutMs = timeoutMs;
    this.#child = spawn(command, args, { stdio: 'pipe' });
    this.#child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_CHARS_KEPT);
    });
    // A write to a process that has just died fails here; the death itself is reported by 'close'.
    this.#child.stdin?.on('error', () => {});
    if (this.#child.stdout) createInterface({ input: this.#child.stdout }).on('line', (line) => this.#answer(line));
    this.#ended = new Promise((resolve) => {
      this.#child.once('error', (cause) => {
        this.#fail(new ReadbackEnded(`${command} did not start: ${cause.message}`, { cause }));
        resolve();
      });
      this.#child.once('close', (code, signal) => {
        this.#fail(
          new ReadbackEnded(`${command} ended (${signal ?? `exit code ${code}`}) ${this.#stderr.trim()}`.trim()),
        );
        resolve();
      });
    });
  }

  writeLine(line: string): void {
    if (!this.#failure) this.#child.stdin?.write(`${line}\n`);
  }

  /** The next line that no earlier call waits for. Throws ReadbackTimeout (and kills the process), ReadbackEnded. */
  nextLine(): Promise<string> {
    if (this.#failure) return Promise.reject(this.#failure);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#fail(new ReadbackTimeout(`no answer within ${this.#timeoutMs} ms`));
        this.#child.kill('SIGKILL');
      }, this.#timeoutMs);
      this.#waiting.push({ resolve, reject, timer });
    });
  }

  /** Closes stdin, at which the process ends; kills it if it does not. Resolves when it is gone. */
  async end(): Promise<void> {
    this.#fail(new ReadbackEnded('the readers have been closed'));
    this.#child.stdin?.end();
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), END_MS);
    await this.#ended;
    clearTimeout(timer);
  }

  #answer(line: string): void {
    const waiting = this.#waiting.shift();
    if (!waiting) return;
    clearTimeout(waiting.timer);
    waiting.resolve(line);
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    for (const { reject, timer } of this.#waiting.splice(0)) {
      clearTimeout(timer);
      reject(this.#failure);
    }
  }
}
