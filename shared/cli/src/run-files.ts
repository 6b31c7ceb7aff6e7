/** Upload, follow, fetch, summarise: what `start` and `upload` share. */
import { join, resolve } from 'node:path';
import { fetchOutputs, objectsOf, pathOfKey } from './fetch-outputs.ts';
import type { FinishedFile } from './finished-file.ts';
import { moveFiles } from './move-files.ts';
import { progressView } from './output/progress.ts';
import { printRun } from './summary.ts';
import type { Target } from './target.ts';

export interface RunOptions {
  readonly prefix: string;
  readonly out: string;
  readonly timeoutS: number;
  readonly json: boolean;
  readonly signal: AbortSignal;
}

/** @returns the process's exit code: 0 when every file came through, 1 when one failed */
export async function runFiles(paths: readonly string[], target: Target, options: RunOptions): Promise<number> {
  const view = progressView();
  const finished: FinishedFile[] = [];
  try {
    for (const moved of await moveFiles(paths, target, view, options)) {
      const { key, end } = moved;
      const isFetchable = end.kind === 'reported' && end.manifest.outcome !== 'ignored';
      const directory = join(resolve(options.out), pathOfKey(key));
      const fetched = isFetchable ? await fetchOutputs(end.manifest, objectsOf(target), directory) : undefined;
      finished.push({ ...moved, fetched });
    }
  } finally {
    view.close();
  }
  return printRun(finished, options.json);
}
