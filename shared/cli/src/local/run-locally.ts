/** Files through the pipeline's core on this machine, some at a time, each in a process that it shares with no other. */
import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { rawKeyOf } from '@tastetrend/ingest';
import { fetchOutputs } from '../fetch-outputs.ts';
import { type FinishedFile, statusOf } from '../finished-file.ts';
import type { ProgressView } from '../output/progress.ts';
import { seconds } from '../output/table.ts';
import { FileWorker } from './file-worker.ts';
import { Folder } from './folder-ports.ts';
import type { Details } from './inspect-file.ts';
import type { FileTask } from './worker-messages.ts';

export interface LocalRun {
  readonly verb: FileTask['verb'];
  readonly prefix: string;
  /** Files that are worked on at the same time. */
  readonly jobs: number;
  /** An existing folder; what is temporary lies in a folder of its own in it, and goes at the end. */
  readonly workIn: string;
  /** The folder for what a key becomes. */
  folderOf(key: string, temp: string): string;
  readonly signal: AbortSignal;
}

export interface LocallyRun extends FinishedFile {
  readonly bytes: number;
  /** For `inspect`, when the file did not fail. */
  readonly details: Details | undefined;
}

/** @returns one result a file, in the order given. @throws when interrupted, or when nothing can be written */
export async function runLocally(paths: readonly string[], view: ProgressView, run: LocalRun): Promise<LocallyRun[]> {
  const results: LocallyRun[] = new Array(paths.length);
  const sizes = await Promise.all(paths.map(async (path) => (await stat(path)).size));
  const bytes = sizes.reduce((sum, size) => sum + size, 0);
  const done = { files: 0, bytes: 0 };
  /** Bytes of files under way that are cleaned by now, about. */
  const underWay = new Map<number, number>();
  const showAll = () => {
    const partly = [...underWay.values()].reduce((sum, part) => sum + part, 0);
    view.overall({ files: done.files, bytes: done.bytes + partly, filesAll: paths.length, bytesAll: bytes });
  };
  await mkdir(run.workIn, { recursive: true });
  const temp = await mkdtemp(join(resolve(run.workIn), '.tastetrend-'));
  const waiting = paths.keys();
  async function work(): Promise<void> {
    const worker = new FileWorker(temp);
    try {
      for (const i of waiting) {
        const directory = join(temp, String(i));
        const size = sizes[i] as number;
        const onProgress = (share: number) => {
          underWay.set(i, share * size);
          showAll();
        };
        results[i] = await one(paths[i] as string, size, directory, worker, { ...view, onProgress }, run);
        underWay.delete(i);
        await rm(directory, { recursive: true, force: true });
        done.files += 1;
        done.bytes += size;
        showAll();
      }
    } finally {
      worker.end();
    }
  }
  showAll();
  try {
    await Promise.all(Array.from({ length: Math.min(run.jobs, paths.length) }, work));
  } finally {
    await rm(temp, { recursive: true, force: true, maxRetries: 3 });
  }
  return results;
}

async function one(
  path: string,
  bytes: number,
  directory: string,
  worker: FileWorker,
  view: Pick<ProgressView, 'set'> & { onProgress(share: number): void },
  { verb, prefix, folderOf, signal }: LocalRun,
): Promise<LocallyRun> {
  const key = rawKeyOf(path, prefix);
  let startedMs = performance.now();
  const end = (outcome: Pick<LocallyRun, 'identity' | 'end' | 'fetched' | 'details'>): LocallyRun => {
    const file = { path, key, bytes, ms: performance.now() - startedMs, ...outcome };
    view.set(key, `${statusOf(file)} after ${seconds(file.ms)}`);
    return file;
  };
  const failed = (cause: string) =>
    end({ identity: null, end: { kind: 'failed', cause }, fetched: undefined, details: undefined });
  let isStarted = false;
  const onState = (state: string) => {
    // The start of a process is no part of what a file takes.
    if (!isStarted) startedMs = performance.now();
    isStarted = true;
    view.set(key, state);
  };
  const listener = { state: onState, progress: view.onProgress };
  const answer = await worker.run({ verb, path, key, directory }, listener, signal);
  if (answer.kind === 'failed') return failed(answer.cause);
  const { manifest, details } = answer.work;
  try {
    const fetched = await fetchOutputs(manifest, new Folder(directory), folderOf(key, directory));
    return end({ identity: manifest.identity, end: { kind: 'reported', manifest }, fetched, details });
  } catch (error) {
    return failed((error as Error).message);
  }
}
