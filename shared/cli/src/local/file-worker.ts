/** A child process for files: what kills it is one file's failure, and the next file gets a new one. */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pipeline } from '@tastetrend/contracts';
import type { FileTask, WorkerMessage } from './worker-messages.ts';

const WORKER = fileURLToPath(new URL('./worker.ts', import.meta.url));
const OUTPUT_KEPT_CHARS = 4_000;

export type WorkerAnswer = Exclude<WorkerMessage, { kind: 'state' | 'progress' }>;

/** What is told of a file while it is worked on. */
export interface WorkerListener {
  state(state: string): void;
  /** How much of the cleaning is done, from 0 to 1. */
  progress(share: number): void;
}

export class FileWorker {
  readonly #temp: string;
  #child: ChildProcess | undefined;
  #output = '';

  /** @param temp the child's folder for what is temporary; whoever made it removes it */
  constructor(temp: string) {
    this.#temp = temp;
  }

  /**
   * @param signal kills the child at once
   * @throws the signal's reason when it was aborted; what goes wrong in the child is an answer
   */
  async run(task: FileTask, listener: WorkerListener, signal: AbortSignal): Promise<WorkerAnswer> {
    signal.throwIfAborted();
    this.#child ??= this.#start();
    const child = this.#child;
    const isOver = new AbortController();
    const kill = () => child.kill('SIGKILL');
    signal.addEventListener('abort', kill);
    try {
      const answer = await new Promise<WorkerAnswer>((resolve) => {
        const failed = (cause: string) => resolve({ kind: 'failed', cause });
        const heard = (message: WorkerMessage) => {
          if (message.kind === 'state') listener.state(message.state);
          else if (message.kind === 'progress') listener.progress(message.share);
          else resolve(message);
        };
        const broke = (error: Error) => failed(`its worker process failed: ${error.message}`);
        // After its last output and message: what it answered before it ended counts.
        const ended = (code: number | null, by: string | null) => failed(endedEarly(code, by, this.#output));
        child.on('message', heard).on('error', broke).on('close', ended);
        isOver.signal.addEventListener('abort', () => {
          child.off('message', heard).off('error', broke).off('close', ended);
        });
        // One that cannot be told anything is on its way out; how it ended is the answer, and the next file gets another.
        child.send(task, (error) => error !== null && kill());
      });
      signal.throwIfAborted();
      return answer;
    } finally {
      signal.removeEventListener('abort', kill);
      isOver.abort();
    }
  }

  end(): void {
    this.#child?.disconnect();
    this.#child = undefined;
  }

  #start(): ChildProcess {
    // As in the pipeline, memory is not filled with garbage; the old space may be as large as this machine allows.
    const execArgv = [...process.execArgv, `--max-semi-space-size=${pipeline.heap.semi_space_mb.value}`];
    const child = fork(WORKER, {
      execArgv,
      env: { ...process.env, TMPDIR: this.#temp },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#output = '';
    const keep = (chunk: Buffer) => {
      this.#output = (this.#output + chunk.toString()).slice(-OUTPUT_KEPT_CHARS);
    };
    child.stdout?.on('data', keep);
    child.stderr?.on('data', keep);
    const isGone = () => {
      if (this.#child === child) this.#child = undefined;
    };
    child.on('error', isGone);
    child.on('close', isGone);
    return child;
  }
}

function endedEarly(code: number | null, signal: string | null, output: string): string {
  const how = signal === null ? `with exit code ${code}` : `by ${signal}`;
  // Of what a dying Node prints, the line that says why; its stack would be no help here.
  const why = output.split('\n').find((line) => /\b\w*(?:error|fatal)\w*\b.*:/i.test(line));
  return `its worker process ended ${how}${why === undefined ? '' : `: ${why.trim()}`}`;
}
