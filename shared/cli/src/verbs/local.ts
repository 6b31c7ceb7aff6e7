/** `local`: what the pipeline would make of files, made on this machine by the same core, without any AWS. */
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { checkFiles } from '../check-files.ts';
import { UsageError } from '../errors.ts';
import { pathOfKey } from '../fetch-outputs.ts';
import type { Invocation } from '../invocation.ts';
import { runLocally } from '../local/run-locally.ts';
import { progressView } from '../output/progress.ts';
import { printRun } from '../summary.ts';

export async function local({ files, options, signal }: Invocation): Promise<number> {
  if (files.length === 0) throw new UsageError('Which files? For example: tastetrend local reviews.csv --out out');
  const { prefix, jobs, json } = options;
  const out = resolve(options.out);
  await checkFiles(files, prefix, out);
  await mkdir(out, { recursive: true }).catch((error: Error) => {
    throw new UsageError(`Outputs cannot go to ${options.out}: ${error.message}. Name another folder with --out.`);
  });
  const view = progressView();
  const folderOf = (key: string) => join(out, pathOfKey(key));
  const run = { verb: 'local', prefix, jobs, workIn: out, folderOf, signal } as const;
  const finished = await runLocally(files, view, run).finally(() => view.close());
  return printRun(finished, json);
}
