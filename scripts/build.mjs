// npm run build [-- turbo's own arguments]: the functions' bundles, then a zip of each (scripts/package.mjs).
import { join } from 'node:path';
import { exitWith, prepare, run } from './launch.mjs';
import { ROOT } from './setup.mjs';

await exitWith(async () => {
  const { node, env } = await prepare();
  const turbo = join(ROOT, 'node_modules', '.bin', 'turbo');
  const code = await run(turbo, ['run', 'build', ...process.argv.slice(2)], env);
  return code === 0 ? await run(node, [join(ROOT, 'scripts', 'package.mjs')], env) : code;
});
