// infra/check: sets up what is missing and hands over to Node 24, as npm test does.
import { join } from 'node:path';
import { exitWith, prepare, run } from './launch.mjs';
import { ROOT } from './setup.mjs';

await exitWith(async () => {
  const { node, env } = await prepare();
  return await run(node, [join(ROOT, 'infra', 'testing', 'src', 'check.ts')], env);
});
