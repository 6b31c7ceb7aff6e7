/** What was typed, read and checked once. */
import { parseArgs } from 'node:util';
import { UsageError } from './errors.ts';

export interface Options {
  readonly env: string | undefined;
  readonly prefix: string;
  readonly out: string;
  readonly timeoutS: number;
  readonly seed: number;
  readonly timeFactor: number | undefined;
  readonly jobs: number;
  readonly keep: boolean;
  readonly json: boolean;
  /** A Python with the local AWS in it; set by scripts/start.mjs. */
  readonly python: string | undefined;
}

export interface Invocation {
  readonly files: readonly string[];
  readonly options: Options;
  /** The checkout. */
  readonly root: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/** @throws UsageError */
export function parseInvocation(args: readonly string[]): {
  verb: string;
  files: string[];
  help: boolean;
  options: Options;
} {
  let parsed: ReturnType<typeof parse>;
  try {
    parsed = parse(args);
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
  const { values, positionals } = parsed;
  const [verb = 'help', ...files] = positionals;
  const number = (name: string, text: string | undefined, fallback: number, min: number): number => {
    const value = text === undefined ? fallback : Number(text);
    if (!Number.isFinite(value) || value < min)
      throw new UsageError(`--${name} must be a number of ${min} or more, not ${text}.`);
    return value;
  };
  const whole = (name: string, value: number): number => {
    if (!Number.isSafeInteger(value)) throw new UsageError(`--${name} must be a whole number, not ${value}.`);
    return value;
  };
  return {
    verb,
    files,
    help: values.help,
    options: {
      env: values.env,
      prefix: values.prefix,
      out: values.out,
      timeoutS: number('timeout', values.timeout, 600, 1),
      seed: Math.trunc(number('seed', values.seed, 20261122, 0)),
      timeFactor: values['time-factor'] === undefined ? undefined : number('time-factor', values['time-factor'], 1, 1),
      jobs: whole('jobs', number('jobs', values.jobs, 1, 1)),
      keep: values.keep,
      json: values.json,
      python: process.env.TASTETREND_PYTHON || undefined,
    },
  };
}

function parse(args: readonly string[]) {
  return parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      env: { type: 'string' },
      prefix: { type: 'string', default: '' },
      out: { type: 'string', default: 'out' },
      timeout: { type: 'string' },
      seed: { type: 'string' },
      'time-factor': { type: 'string' },
      jobs: { type: 'string' },
      keep: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
}
