/** Our contestant as it is deployed: bundled, so that its start-up is the function's and not the type stripper's. */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const PEERS = fileURLToPath(new URL('../peers/', import.meta.url));

/** @param name of a file in peers/, without its ending. @returns the file to run */
export async function bundleOurs(folder: string, name: 'ours' | 'ours-local' = 'ours'): Promise<string> {
  rmSync(folder, { recursive: true, force: true });
  const bundle = await rolldown({
    input: join(PEERS, `${name}.ts`),
    platform: 'node',
    // What transform files is wanted, and not what runs in Lambda; the old writer does not bundle without a patch.
    treeshake: { moduleSideEffects: false },
    external: ['parquetjs-lite'],
  });
  await bundle.write({ dir: folder, format: 'esm', entryFileNames: '[name].mjs', minify: true });
  await bundle.close();
  return join(folder, `${name}.mjs`);
}
