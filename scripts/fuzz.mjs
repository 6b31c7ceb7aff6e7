// npm run fuzz [-- --seconds N --seed N]: mutated files at the transform's core; see bench/src/fuzz/fuzz.ts.
import { join } from 'node:path';
import { exitWith, prepare, run } from './launch.mjs';
import { ROOT } from './setup.mjs';

await exitWith(async () => {
  const { node, env } = await prepare();
  return await run(node, [join(ROOT, 'bench', 'src', 'fuzz', 'fuzz.ts'), ...process.argv.slice(2)], env);
});
