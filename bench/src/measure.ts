/** Runs a command as a process of its own on one core, and says what it took. */
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync, rmSync } from 'node:fs';
import { availableParallelism, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';

export interface Measured {
  readonly wall_s: number;
  readonly user_s: number;
  readonly system_s: number;
  readonly cpu_s: number;
  readonly rss_bytes_max: number;
  readonly involuntary_switches: number;
  /** The machine's load of the last minute when it started. */
  readonly load: number;
}

/** How processes are measured on this machine. */
export interface Instruments {
  /** A Python that counts from outside; undefined: Node contestants count themselves. */
  readonly python: string | undefined;
  /** Our contestant, bundled. */
  readonly ours: string;
  /** What is put before a command to pin it; empty where there is no taskset. */
  readonly pin: readonly string[];
}

const OUTSIDE = fileURLToPath(new URL('./measure.py', import.meta.url));
const INSIDE = new URL('./measure-inside.ts', import.meta.url).href;
/** One thread each, and nothing of the caller's settings. */
const ENVIRONMENT = {
  LANG: 'C.UTF-8',
  POLARS_MAX_THREADS: '1',
  OMP_NUM_THREADS: '1',
  OPENBLAS_NUM_THREADS: '1',
  ARROW_IO_THREADS: '1',
  // What pip compiled is used; what peers/ would leave beside the sources is not written.
  PYTHONDONTWRITEBYTECODE: '1',
};

/** A contestant that ended badly; the message has its last words. */
export class ContestantFailedError extends Error {
  override readonly name = 'ContestantFailedError';
}

/** The core that is used: the last one, since systems like to do their own work on the first. */
export function pinTo(core: number = availableParallelism() - 1): string[] {
  const pin = ['taskset', '-c', String(core)];
  return spawnSync(pin[0] as string, [...pin.slice(1), 'true']).status === 0 ? pin : [];
}

/**
 * @param command a program and its arguments
 * @param scratch a path without extension for what is written on the way
 * @throws ContestantFailedError
 */
export async function measure(
  command: readonly string[],
  { python, pin }: Instruments,
  scratch: string,
): Promise<Measured> {
  const resultFile = `${scratch}.measured.json`;
  rmSync(resultFile, { force: true });
  const load = loadavg()[0] as number;
  const [program, ...args] = command as [string, ...string[]];
  const isNode = program === process.execPath;
  if (python === undefined && !isNode) throw new Error(`without Python only Node contestants can run, not ${program}`);
  const run =
    python === undefined
      ? [...pin, program, '--import', INSIDE, ...args]
      : [python, '-I', OUTSIDE, resultFile, ...pin, ...command];
  const env = {
    ...ENVIRONMENT,
    PATH: process.env.PATH,
    HOME: process.env.HOME,
    BENCH_RESULT: resultFile,
  };
  const said = await runToEnd(run, env);
  const result = readResult(resultFile);
  if (result === undefined || result.exit_code !== 0) {
    throw new ContestantFailedError(`${command.join(' ')}\nended with ${result?.exit_code ?? 'no result'}:\n${said}`);
  }
  rmSync(resultFile);
  return { ...result, cpu_s: result.user_s + result.system_s, load };
}

/** In a process group of its own, so that no contestant outlives a bench that is ended early. */
function runToEnd([program, ...args]: readonly string[], env: NodeJS.ProcessEnv): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = spawn(program as string, args, { env, stdio: ['ignore', 'pipe', 'pipe'], detached: true });
    const endGroup = () => {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
    };
    process.once('exit', endGroup);
    let said = '';
    const keep = (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-4000);
    };
    child.stdout.on('data', keep);
    child.stderr.on('data', keep);
    child.once('error', (error) => {
      process.removeListener('exit', endGroup);
      reject(error);
    });
    child.once('close', () => {
      process.removeListener('exit', endGroup);
      resolve(said.trim());
    });
  });
}

function readResult(file: string): (Omit<Measured, 'cpu_s' | 'load'> & { exit_code: number }) | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
}

/** The middle one; of an even number the lower middle. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[(sorted.length - 1) >> 1] ?? Number.NaN;
}
