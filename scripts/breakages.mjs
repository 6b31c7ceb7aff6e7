// npm run breakages [-- --only GLOB --json --seed N --help]: breaks each rule and expects a test to fail; docs/breakages.md.
import { join } from 'node:path';
import { exitWith, prepare, run } from './launch.mjs';
import { ROOT } from './setup.mjs';

await exitWith(async () => {
  const { node, env } = await prepare();
  return await run(node, [join(ROOT, 'scripts', 'breakages.ts'), ...process.argv.slice(2)], env);
});
