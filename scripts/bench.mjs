// npm run bench [-- options]: the job beside its peers; see bench/README.md.
import { join } from 'node:path';
import { build, exitWith, prepare, run } from './launch.mjs';
import { ROOT } from './setup.mjs';

await exitWith(async () => {
  const { node, env } = await prepare();
  await build(env);
  return await run(node, [join(ROOT, 'bench', 'src', 'bench.ts'), ...process.argv.slice(2)], env);
});
