/** Uploads files and follows each until its summaries are there, or until it has failed for good. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Manifest } from '@tastetrend/contracts';
import { type Progress, progressOf, rawKeyOf, type Uploaded, uploadFile } from '@tastetrend/ingest';
import type { FileEnd, FinishedFile } from './finished-file.ts';
import type { ProgressView } from './output/progress.ts';
import { seconds } from './output/table.ts';
import type { Target } from './target.ts';

export type MovedFile = Omit<FinishedFile, 'fetched'>;

export interface MoveOptions {
  readonly prefix: string;
  readonly timeoutS: number;
  readonly signal: AbortSignal;
}

/** Asked quickly at first, more slowly the longer it takes: S3 is paid by the question. */
const POLL_MS_MIN = 60;
const POLL_MS_MAX = 2_000;
const UPLOADS_AT_ONCE = 4;

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

/** Waits until a file version has its summaries, or has failed for good. */
export async function follow(
  { identity, version }: Pick<Uploaded, 'identity' | 'version'>,
  target: Target,
  view: ProgressView,
  timeoutS: number,
  signal: AbortSignal,
): Promise<FileEnd> {
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

function endWords(end: FileEnd): string {
  if (end.kind === 'reported') return end.manifest.outcome === 'processed' ? 'done' : end.manifest.outcome;
  return end.kind === 'timed_out' ? 'not finished' : 'failed';
}
