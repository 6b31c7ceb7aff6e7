/** Uploads files and follows each until its summaries are there, or until it has failed for good. */
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { FailureRecord } from '@tastetrend/aws';
import type { Manifest } from '@tastetrend/contracts';
import { type Progress, progressOf, rawKeyOf, type Uploaded, uploadFile } from '@tastetrend/ingest';
import { UsageError } from './errors.ts';
import type { ProgressView } from './output/progress.ts';
import { seconds } from './output/table.ts';
import type { Target } from './target.ts';

export interface MovedFile {
  readonly path: string;
  readonly key: string;
  readonly identity: string;
  readonly ms: number;
  readonly end:
    | { readonly kind: 'reported'; readonly manifest: Manifest }
    | { readonly kind: 'dead'; readonly failure: FailureRecord }
    | { readonly kind: 'timed_out'; readonly waitedS: number };
}

export interface MoveOptions {
  readonly prefix: string;
  readonly timeoutS: number;
  readonly signal: AbortSignal;
}

/** Asked quickly at first, more slowly the longer it takes: S3 is paid by the question. */
const POLL_MS_MIN = 60;
const POLL_MS_MAX = 2_000;
const UPLOADS_AT_ONCE = 4;

/** @throws UsageError when a path is no file, or two of them would be the same key */
export async function checkFiles(paths: readonly string[], prefix: string): Promise<void> {
  const keys = new Map<string, string>();
  for (const path of paths) {
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) throw new UsageError(`There is no file ${path}.`);
    if (!found.isFile()) throw new UsageError(`${path} is not a file. Name the files, for example ${path}/*.csv.`);
    const key = rawKeyOf(path, prefix);
    const other = keys.get(key);
    if (other !== undefined) {
      throw new UsageError(`${other} and ${path} would both be uploaded as ${key}. Upload them apart, with --prefix.`);
    }
    keys.set(key, path);
  }
}

/** @returns one result a file, in the order given */
export async function moveFiles(
  paths: readonly string[],
  target: Target,
  view: ProgressView,
  { prefix, timeoutS, signal }: MoveOptions,
): Promise<MovedFile[]> {
  const results: MovedFile[] = new Array(paths.length);
  const waiting = paths.keys();
  async function work(): Promise<void> {
    for (const i of waiting) {
      const path = paths[i] as string;
      const key = rawKeyOf(path, prefix);
      const startedMs = performance.now();
      view.set(key, 'uploading');
      const uploaded = await uploadFile(target.s3, target.rawBucket, key, path);
      view.set(key, 'uploaded');
      const end = await follow(uploaded, target, view, timeoutS, signal);
      const ms = performance.now() - startedMs;
      view.set(key, `${endWords(end)} after ${seconds(ms)}`);
      results[i] = { path, key, identity: uploaded.identity, ms, end };
    }
  }
  await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, work));
  return results;
}

async function follow(
  { identity, version }: Uploaded,
  target: Target,
  view: ProgressView,
  timeoutS: number,
  signal: AbortSignal,
): Promise<MovedFile['end']> {
  const startedMs = performance.now();
  for (let waitMs = POLL_MS_MIN; ; waitMs = Math.min(POLL_MS_MAX, waitMs * 1.3)) {
    const progress: Progress = await progressOf(identity, target);
    if (progress.state === 'reported') return { kind: 'reported', manifest: progress.manifest };
    if (progress.state === 'failing') {
      const { failure, isDead } = progress;
      if (isDead) return { kind: 'dead', failure };
      const tries = `failed ${failure.receiveCount} of ${failure.receiveCountMax} times`;
      view.set(version.key, `${tries}, tried again in ${failure.retryAfterS} s: ${failure.cause}`);
    } else if (progress.state === 'transformed') {
      view.set(version.key, `${outcomeWords(progress.manifest)}; reporting`);
    }
    if (performance.now() - startedMs > timeoutS * 1000) return { kind: 'timed_out', waitedS: timeoutS };
    await sleep(waitMs, undefined, { signal });
  }
}

function outcomeWords({ outcome, counts }: Manifest): string {
  if (outcome !== 'processed') return outcome;
  return `${counts.rows_read.toLocaleString('en-US')} rows cleaned`;
}

function endWords(end: MovedFile['end']): string {
  if (end.kind === 'reported') return end.manifest.outcome === 'processed' ? 'done' : end.manifest.outcome;
  return end.kind === 'dead' ? 'failed' : 'not finished';
}
