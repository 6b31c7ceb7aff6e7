/** Upload, follow, fetch, summarise: what `start` and `upload` share. */
import { resolve } from 'node:path';
import { fetchOutputs } from './fetch-outputs.ts';
import { moveFiles } from './move-files.ts';
import { progressView } from './output/progress.ts';
import {
  type FinishedFile,
  formatFailures,
  formatLocations,
  formatSummary,
  formatWarnings,
  hasFailed,
  summaryJson,
} from './summary.ts';
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
      const isFetchable = moved.end.kind === 'reported' && moved.end.manifest.outcome !== 'ignored';
      const out = resolve(options.out);
      const fetched =
        isFetchable && moved.end.kind === 'reported' ? await fetchOutputs(moved.end.manifest, target, out) : undefined;
      finished.push({ moved, fetched });
    }
  } finally {
    view.close();
  }
  const failures = formatFailures(finished);
  if (options.json) {
    process.stdout.write(`${JSON.stringify(summaryJson(finished), null, 2)}\n`);
  } else {
    process.stdout.write(`\n${formatSummary(finished)}\n`);
    if (failures !== '') process.stdout.write(`\nWhat failed:\n${failures}\n`);
    const warnings = formatWarnings(finished);
    if (warnings !== '') process.stdout.write(`\nWhat to look at:\n${warnings}\n`);
    const locations = formatLocations(finished);
    if (locations !== '') process.stdout.write(`\nWhat each file became:\n${locations}\n`);
  }
  return finished.some(hasFailed) ? 1 : 0;
}
