/** The transform's bundle: how large what a cold start loads is when zipped, and how long it loads. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { deflateRawSync, gzipSync } from 'node:zlib';
import { median } from './measure.ts';

export interface BundleFacts {
  /** Median over the runs. */
  readonly load_ms: number;
  readonly load_ms_runs: readonly number[];
  /** The files that a cold start reads, with the default writer. */
  readonly default_path: {
    readonly files: readonly string[];
    readonly zipped_bytes: number;
    readonly gzipped_bytes: number;
  };
  /** Every chunk, as it is deployed. */
  readonly all: { readonly files: readonly string[]; readonly zipped_bytes: number };
}

const DIST = fileURLToPath(new URL('../../services/transform/dist', import.meta.url));
const LOADER = fileURLToPath(new URL('./load-bundle.ts', import.meta.url));
const LOAD_RUNS = 11;
/** PKWARE's APPNOTE 4.3: a local header and a central one for each file, both with its name; one end record. */
const ZIP_LOCAL_HEADER_BYTES = 30;
const ZIP_CENTRAL_HEADER_BYTES = 46;
const ZIP_END_BYTES = 22;

/** What the function is told in its environment; nothing of it is called. */
const FUNCTION_ENVIRONMENT = {
  ENVIRONMENT: 'bench',
  RAW_BUCKET: 'raw',
  PROCESSED_BUCKET: 'processed',
  EVENT_BUS_NAME: 'completions',
  TABLE_NAME: 'pipeline',
  QUEUE_URL: 'http://127.0.0.1:1/0/transform',
  AWS_LAMBDA_FUNCTION_MEMORY_SIZE: '1024',
  AWS_REGION: 'us-east-1',
  AWS_ACCESS_KEY_ID: 'bench',
  AWS_SECRET_ACCESS_KEY: 'bench',
};

/** @returns undefined where nothing has been built */
export function measureBundle(pin: readonly string[], loadRuns: number = LOAD_RUNS): BundleFacts | undefined {
  if (!existsSync(join(DIST, 'handler.mjs'))) return undefined;
  const { files } = load(pin, '--files');
  const runs = Array.from({ length: loadRuns }, () => load(pin).load_ms);
  const all = readdirSync(DIST).filter((name) => name.endsWith('.mjs'));
  const loaded = files.map((url) => basename(fileURLToPath(url))).sort();
  const paths = loaded.map((name) => join(DIST, name));
  return {
    load_ms: median(runs),
    load_ms_runs: runs,
    default_path: {
      files: loaded,
      zipped_bytes: zippedBytes(paths),
      gzipped_bytes: paths.reduce((sum, path) => sum + gzipSync(readFileSync(path), { level: 9 }).length, 0),
    },
    all: { files: all.sort(), zipped_bytes: zippedBytes(all.map((name) => join(DIST, name))) },
  };
}

function load(pin: readonly string[], ...mode: string[]): { load_ms: number; files: string[] } {
  const [program, ...args] = [...pin, process.execPath, LOADER, join(DIST, 'handler.mjs'), ...mode] as [string];
  const env = { PATH: process.env.PATH, ...FUNCTION_ENVIRONMENT };
  const { stdout, stderr, status } = spawnSync(program, args, { env, encoding: 'utf8', timeout: 60_000 });
  if (status !== 0) throw new Error(`the transform's bundle does not load:\n${stderr}`);
  return JSON.parse(stdout.trim().split('\n').at(-1) as string);
}

/** The size of a zip of these files, deflated at the highest level. */
function zippedBytes(paths: readonly string[]): number {
  return paths.reduce((sum, path) => {
    const headers = ZIP_LOCAL_HEADER_BYTES + ZIP_CENTRAL_HEADER_BYTES + 2 * Buffer.byteLength(basename(path));
    return sum + headers + deflateRawSync(readFileSync(path), { level: 9 }).length;
  }, ZIP_END_BYTES);
}
