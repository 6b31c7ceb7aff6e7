/** `upload`: files into a pipeline that runs, followed to their summaries. */

import { checkFiles } from '../check-files.ts';
import { UsageError } from '../errors.ts';
import type { Invocation } from '../invocation.ts';
import { runFiles } from '../run-files.ts';
import { findTarget } from '../target.ts';

export async function upload({ files, options, root, signal }: Invocation): Promise<number> {
  if (files.length === 0) throw new UsageError('Which files? For example: tastetrend upload reviews.csv');
  await checkFiles(files, options.prefix, options.out);
  const target = await findTarget(root, options.env);
  process.stderr.write(`Uploading to ${target.description}.\n`);
  return await runFiles(files, target, { ...options, signal });
}
