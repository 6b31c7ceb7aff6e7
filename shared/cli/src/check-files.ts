/** What can be said about the files of a command before anything is started. */
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { rawKeyOf } from '@tastetrend/ingest';
import { UsageError } from './errors.ts';
import { pathOfKey } from './fetch-outputs.ts';
import { printable } from './output/table.ts';

/**
 * @param out the folder that outputs are copied to; undefined when there will be none
 * @throws UsageError when a path is no file, two of them would be the same key, or a file is where outputs are to go
 */
export async function checkFiles(paths: readonly string[], prefix: string, out: string | undefined): Promise<void> {
  const keys = new Map<string, string>();
  for (const path of paths) {
    const shown = printable(path);
    if (path === '-')
      throw new UsageError('Files are read more than once, so standard input will not do. Name a file.');
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) throw new UsageError(`There is no file ${shown}.`);
    if (found.isDirectory()) {
      throw new UsageError(`${shown} is a folder. Name the files in it, for example ${join(shown, '*.csv')}.`);
    }
    if (!found.isFile()) throw new UsageError(`${shown} is not a file that can be read more than once.`);
    const key = rawKeyOf(path, prefix);
    const other = keys.get(key);
    if (other !== undefined) {
      throw new UsageError(
        `${printable(other)} and ${shown} would both get the key ${printable(key)}. Run them apart, with --prefix.`,
      );
    }
    keys.set(key, path);
    if (out !== undefined) await checkFolder(join(out, pathOfKey(key)), path);
  }
}

async function checkFolder(folder: string, path: string): Promise<void> {
  const found = await stat(folder).catch(() => undefined);
  if (found === undefined || found.isDirectory()) return;
  throw new UsageError(
    `What ${printable(path)} becomes would go into a folder ${printable(folder)}, and a file of that name is there. ` +
      'Name another folder with --out.',
  );
}
