/** `rollup`: counts the current tables by restaurant and month, anew, and copies the pages to read. */
import { join } from 'node:path';
import { ROLLUP_KEY } from '@tastetrend/contracts';
import { refreshRollup, s3RollupPorts } from '@tastetrend/report';
import { copyPages } from '../copy-pages.ts';
import { UsageError } from '../errors.ts';
import { objectsOf } from '../fetch-outputs.ts';
import type { Invocation } from '../invocation.ts';
import { printableJson } from '../output/json.ts';
import { count, printable } from '../output/table.ts';
import { findTarget } from '../target.ts';

const PAGES_FOLDER = 'pages';

export async function rollUp({ files, options, root }: Invocation): Promise<number> {
  if (files.length > 0) throw new UsageError('rollup takes no files: it counts all current tables.');
  const target = await findTarget(root, options.env);
  const ports = s3RollupPorts(target.s3, target.processedBucket);
  const { rollup } = await refreshRollup({ keysMax: Number.POSITIVE_INFINITY }, ports);
  const { index, pages } = await copyPages(objectsOf(target), join(options.out, PAGES_FOLDER));
  if (options.json) process.stdout.write(`${printableJson(rollup)}\n`);
  else {
    const rows = rollup.cells.reduce((sum, cell) => sum + cell.rows, 0);
    process.stdout.write(
      `${count(rows)} rows of ${count(rollup.files)} files in ${count(rollup.cells.length)} cells: ${printable(`s3://${target.processedBucket}/${ROLLUP_KEY}`)}\n` +
        `${count(pages)} pages to read, beginning with ${printable(index)}\n`,
    );
  }
  return 0;
}
