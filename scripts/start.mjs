// npm start [-- FILE… options]: everything from a fresh clone to the end of the run.
import { join } from 'node:path';
import { build, exitWith, localAwsPython, prepare, run } from './launch.mjs';
import { ROOT } from './setup.mjs';

await exitWith(async () => {
  const args = process.argv.slice(2);
  const { node, env } = await prepare();
  const cli = [join(ROOT, 'shared', 'cli', 'src', 'main.ts'), 'start', ...args];
  if (args.includes('--help') || args.includes('-h')) return await run(node, cli, env, 'here');
  await build(env);
  const needsLocalAws = !args.some((arg) => arg === '--env' || arg.startsWith('--env='));
  const python = needsLocalAws ? await localAwsPython() : undefined;
  return await run(node, cli, python === undefined ? env : { ...env, TASTETREND_PYTHON: python }, 'here');
});
