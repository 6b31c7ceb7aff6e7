/** What a running pipeline needs of this machine. */
import { access, cp, mkdir } from 'node:fs/promises';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FunctionName } from '@tastetrend/contracts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));

interface Setup {
  ensureVenv(name: string): Promise<string>;
}

/** A function was not built, so that there is nothing to run. */
class NotBuiltError extends Error {
  override readonly name = 'NotBuiltError';
}

/** Python with the local AWS in it; made on the first use on a machine. @throws scripts/setup.mjs's SetupError */
export async function miniStackPython(): Promise<string> {
  // Only when it is wanted: the script is no part of any package.
  const setup = (await import(new URL('scripts/setup.mjs', `file://${ROOT}`).href)) as Setup;
  return await setup.ensureVenv('ministack');
}

/**
 * Whether the local AWS can run here. Where it cannot, prints `SKIPPED <what>: <why>`.
 * @param what the tests that are left out
 */
export async function canRunPipeline(what: string): Promise<boolean> {
  try {
    await miniStackPython();
    return true;
  } catch (error) {
    if (!(error instanceof Error && error.name === 'SetupError')) throw error;
    process.stdout.write(`SKIPPED ${what}: ${error.message.split('\n')[0]}\n`);
    return false;
  }
}

/**
 * Copies the functions' bundles, so that a build which runs meanwhile does not change what is tested.
 * @returns the paths of the copies
 * @throws NotBuiltError
 */
export async function copyBundles(names: readonly FunctionName[], to: string): Promise<Record<string, string>> {
  const bundles: Record<string, string> = {};
  for (const name of names) {
    const dist = path.join(ROOT, 'services', name, 'dist');
    await access(path.join(dist, 'handler.mjs')).catch((cause) => {
      throw new NotBuiltError(`the function ${name} is not built: run \`npm run build\` first`, { cause });
    });
    await mkdir(to, { recursive: true });
    await cp(dist, path.join(to, name), { recursive: true, filter: (source) => !source.endsWith('.map') });
    bundles[name] = path.join(to, name, 'handler.mjs');
  }
  return bundles;
}
