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
  readonly dryRun: boolean;
  /** A pattern over raw keys. */
  readonly only: string | undefined;
  readonly maxPerSecond: number | undefined;
  /** A version id of the raw bucket. */
  readonly version: string | undefined;
  /** ISO 8601 in UTC. */
  readonly since: string | undefined;
  readonly olderThanS: number | undefined;
  readonly reprocess: boolean;
  readonly yes: boolean;
  readonly restart: boolean;
  readonly limit: number;
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
  const optional = (name: string, text: string | undefined, min: number) =>
    text === undefined ? undefined : number(name, text, min, min);
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
      dryRun: values['dry-run'],
      only: values.only,
      maxPerSecond: optional('max-per-second', values['max-per-second'], 0.1),
      version: values.version,
      since: values.since === undefined ? undefined : timeOf(values.since),
      olderThanS: values['older-than'] === undefined ? undefined : secondsOf(values['older-than']),
      reprocess: values.reprocess,
      yes: values.yes,
      restart: values.restart,
      limit: whole('limit', number('limit', values.limit, 50, 1)),
      python: process.env.TASTETREND_PYTHON || undefined,
    },
  };
}

const UNIT_S: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3_600, d: 86_400 };

/** `90s`, `15min`, `36h`, `7d`. @throws UsageError */
function secondsOf(text: string): number {
  const seconds = durationOf(text);
  if (seconds === undefined) throw new UsageError(`--older-than must be a time like 15min, 36h or 7d, not ${text}.`);
  return seconds;
}

function durationOf(text: string): number | undefined {
  const [, value, unit = ''] = /^(\d+)(s|min|h|d)$/.exec(text) ?? [];
  return value === undefined ? undefined : Number(value) * (UNIT_S[unit] ?? 0);
}

/** A date, a time in UTC, or a time ago like `7d`. @returns ISO 8601 in UTC @throws UsageError */
function timeOf(text: string): string {
  const agoS = durationOf(text);
  const isIso = /^\d{4}-\d{2}-\d{2}(?:T[\d:.]+(?:Z|[+-]\d{2}:\d{2}))?$/.test(text);
  const ms = agoS === undefined ? (isIso ? Date.parse(text) : Number.NaN) : Date.now() - agoS * 1000;
  if (Number.isNaN(ms))
    throw new UsageError(`--since must be a time like 2026-11-01, 2026-11-01T08:00:00Z or 7d, not ${text}.`);
  return new Date(ms).toISOString();
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
      'dry-run': { type: 'boolean', default: false },
      only: { type: 'string' },
      'max-per-second': { type: 'string' },
      version: { type: 'string' },
      since: { type: 'string' },
      'older-than': { type: 'string' },
      reprocess: { type: 'boolean', default: false },
      yes: { type: 'boolean', default: false },
      restart: { type: 'boolean', default: false },
      limit: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
}
