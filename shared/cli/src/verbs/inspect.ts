/** `inspect`: what would be inferred of files and what would become of their rows. Writes nothing. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { checkFiles } from '../check-files.ts';
import { UsageError } from '../errors.ts';
import { hasFailed } from '../finished-file.ts';
import type { Invocation } from '../invocation.ts';
import { runLocally } from '../local/run-locally.ts';
import { formatInspection, inspectionJson } from '../output/inspection.ts';
import { printableJson } from '../output/json.ts';
import { progressView } from '../output/progress.ts';

export async function inspect({ files, options, signal }: Invocation): Promise<number> {
  if (files.length === 0) throw new UsageError('Which files? For example: tastetrend inspect reviews.csv');
  const { prefix, jobs, json } = options;
  await checkFiles(files, prefix, undefined);
  const view = progressView();
  const inspected = await runLocally(files, view, {
    verb: 'inspect',
    prefix,
    jobs,
    workIn: tmpdir(),
    // Read from there, and gone with the rest.
    folderOf: (_key, temp) => join(temp, 'fetched'),
    signal,
  }).finally(() => view.close());
  process.stdout.write(
    json ? `${printableJson(inspectionJson(inspected))}\n` : `\n${inspected.map(formatInspection).join('\n\n\n')}\n`,
  );
  return inspected.some(hasFailed) ? 1 : 0;
}
