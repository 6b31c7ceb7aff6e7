// What Terraform calls (infra/release.tf): puts the packages of one version into the artifacts bucket, if they are not
// there. Sets up what is missing and hands over to Node 24, as npm test does.
import { join } from 'node:path';
import { exitWith, prepare, run } from './launch.mjs';
import { ROOT } from './setup.mjs';

await exitWith(async () => {
  const { node, env } = await prepare();
  const args = process.argv.slice(2);
  const program = args[0] === 'promote' ? 'promote.ts' : 'release.ts';
  return await run(node, [join(ROOT, 'infra', 'src', program), ...(args[0] === 'promote' ? args.slice(1) : args)], env);
});
