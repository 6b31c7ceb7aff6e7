// npm test [-- vitest's own arguments]: sets up what is missing, builds the bundles that the tests run, runs the tests.
// npm run test:slow: the few that take long instead. npm run test:reliability: every fault at every call, and the load.
import { join } from 'node:path';
import { build, exitWith, prepare, run } from './launch.mjs';
import { ensureVenv, ROOT } from './setup.mjs';

/** Kinds of tests that npm test leaves out, or runs a part of. */
const KINDS = ['slow', 'reliability'];

await exitWith(async () => {
  const { node, env } = await prepare();
  const args = process.argv.slice(2).filter((arg) => !KINDS.includes(arg.slice(2)));
  const kind = KINDS.find((one) => process.argv.includes(`--${one}`));
  const isSlow = kind === 'slow';
  await build(env);
  for (const name of ['ministack', 'readback', ...(isSlow ? ['bench', 'oracle', 'embedder'] : [])]) {
    try {
      await ensureVenv(name, { log: (line) => process.stderr.write(`${line}\n`) });
    } catch (error) {
      // The tests that need it skip themselves, each with this reason; .ci/run does not accept that.
      process.stderr.write(`SKIPPED everything that needs the Python environment "${name}": ${error.message}\n`);
    }
  }
  const vitest = join(ROOT, 'node_modules', 'vitest', 'vitest.mjs');
  return await run(node, [vitest, 'run', ...args], kind ? { ...env, TASTETREND_TESTS: kind } : env);
});
