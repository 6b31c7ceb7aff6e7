// npm run -s tastetrend -- VERB …: the command, for what needs no set-up but the packages.
import { join } from 'node:path';
import { exitWith, prepare, run } from './launch.mjs';
import { ROOT } from './setup.mjs';

await exitWith(async () => {
  const { node, env } = await prepare();
  return await run(node, [join(ROOT, 'shared', 'cli', 'src', 'main.ts'), ...process.argv.slice(2)], env, 'here');
});
