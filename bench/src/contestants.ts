/** Who takes part, how each is started, and what each is known to get wrong. */
import { fileURLToPath } from 'node:url';
import { heapOptionsOf } from '@tastetrend/contracts';
import type { Defects } from './data.ts';

/** Rows that a contestant takes for good ones, and that are none. */
export interface Leak {
  readonly what: string;
  readonly rows: (defects: Defects) => number;
}

/** What contestants are run with. */
export interface Tools {
  readonly python: string | undefined;
  /** Our contestant, bundled. */
  readonly ours: string;
}

export interface Contestant {
  readonly name: string;
  readonly title: string;
  readonly needsPython: boolean;
  readonly compression: string;
  /** How it is known to miss the rules; each must come out to the row. */
  readonly leaks: readonly Leak[];
  /** So slow that one run of many rows is enough. */
  readonly isSlow: boolean;
  command(tools: Tools, raw: string, out: string): string[];
}

/** The functions' memory. */
const MEMORY_MB = 1024;
/** Node as the functions have it. */
export const FUNCTION_NODE = [process.execPath, ...heapOptionsOf(MEMORY_MB)];
/** For those that are no function: as much heap, and the rest is V8's choice. */
const NODE = [process.execPath, `--max-old-space-size=${Math.floor(MEMORY_MB * 0.9)}`];

const peer = (file: string) => fileURLToPath(new URL(`../peers/${file}`, import.meta.url));

function node(file: string): Contestant['command'] {
  return (_, raw, out) => [...NODE, peer(file), raw, out];
}

function ours(...writer: string[]): Contestant['command'] {
  return (tools, raw, out) => [...FUNCTION_NODE, tools.ours, raw, out, ...writer];
}

function python(file: string): Contestant['command'] {
  return (tools, raw, out) => [tools.python as string, peer(file), raw, out];
}

const ZSTD = 'zstd 3';
const NONE = { leaks: [], isSlow: false, needsPython: false } as const;

export const CONTESTANTS: readonly Contestant[] = [
  { ...NONE, name: 'ours', title: 'ours', compression: ZSTD, command: ours() },
  {
    ...NONE,
    name: 'polars',
    title: 'polars',
    compression: ZSTD,
    needsPython: true,
    leaks: [
      { what: 'a row with too few fields passes for one whose last fields are empty', rows: (d) => d.too_few_fields },
      { what: 'a row with too many fields passes when all too many are empty', rows: (d) => d.surplus_all_empty },
    ],
    command: python('polars_etl.py'),
  },
  {
    ...NONE,
    name: 'duckdb',
    title: 'DuckDB, one thread',
    compression: ZSTD,
    needsPython: true,
    leaks: [
      { what: 'a row with too many fields passes when all too many are empty', rows: (d) => d.surplus_all_empty },
    ],
    command: python('duckdb_etl.py'),
  },
  {
    ...NONE,
    name: 'pandas',
    title: 'pandas + pyarrow',
    compression: ZSTD,
    needsPython: true,
    command: python('pandas_etl.py'),
  },
  {
    ...NONE,
    name: 'csv-parse',
    title: 'csv-parse + parquetjs-lite',
    compression: 'snappy',
    isSlow: true,
    command: node('csv-parse-parquetjs.ts'),
  },
  {
    ...NONE,
    name: 'ours-hyparquet',
    title: 'ours, hyparquet-writer',
    compression: ZSTD,
    command: ours('hyparquet'),
  },
  {
    ...NONE,
    name: 'ours-parquetjs',
    title: 'ours, parquetjs-lite',
    compression: 'as configured',
    isSlow: true,
    command: ours('parquetjs'),
  },
];

export const DEFAULT_CONTESTANTS = ['ours', 'polars', 'duckdb', 'pandas', 'csv-parse'];
