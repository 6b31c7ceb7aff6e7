// What `npm start`, `npm test` and `npm run tastetrend` share: set up what is missing, then hand over to Node 24.
// Runs on Node 20 and uses nothing installed.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, dirname, join } from 'node:path';
import { ensureKernels } from './kernels.mjs';
import { ensureNodeModules, ensureVenv, findNode24, ROOT } from './setup.mjs';

const log = (line) => process.stderr.write(`${line}\n`);
const EXIT_INTERRUPTED = 130;
let isInterrupted = false;

/** Ctrl-C in one of several steps: the steps behind it do not run. */
class Interrupted extends Error {}

/** Installs packages and compiles the kernels if need be, and names the Node to go on with and its environment. */
export async function prepare() {
  await ensureNodeModules({ log });
  const node = findNode24();
  await ensureKernels({ log });
  // Compiled code of earlier runs: halves the start of the command.
  const compileCache = join(ROOT, '.local', 'compile-cache');
  const path = [dirname(node), join(ROOT, 'node_modules', '.bin'), process.env.PATH].join(delimiter);
  return {
    node,
    env: {
      ...process.env,
      PATH: path,
      TURBO_TELEMETRY_DISABLED: '1',
      DO_NOT_TRACK: '1',
      NODE_COMPILE_CACHE: compileCache,
    },
  };
}

/** The functions' bundles, built unless the same sources were built before. */
export async function build(env) {
  const turbo = join(ROOT, 'node_modules', '.bin', 'turbo');
  const code = await run(turbo, ['run', 'build', '--output-logs=errors-only', '--log-order=grouped'], env, 'quiet');
  if (isInterrupted) throw new Interrupted();
  if (code !== 0) throw new Error('the functions could not be built; see above');
  for (const service of ['transform', 'report', 'ingest']) {
    const bundle = join(ROOT, 'services', service, 'dist', 'handler.mjs');
    if (!existsSync(bundle)) throw new Error(`the build left no ${bundle}`);
  }
}

/** A Python with the local AWS in it; undefined, after saying so, when another endpoint stands in for it. */
export async function localAwsPython() {
  if (process.env.AWS_ENDPOINT_URL) return undefined;
  return await ensureVenv('ministack', { log });
}

/** Runs a child to its end; signals go to it, and its exit code comes back. */
export function run(command, args, env, mode = 'inherit') {
  return new Promise((resolve, reject) => {
    const stdio = mode === 'quiet' ? ['ignore', 'pipe', 'pipe'] : 'inherit';
    const child = spawn(command, args, {
      cwd: mode === 'here' ? (process.env.INIT_CWD ?? process.cwd()) : ROOT,
      env,
      stdio,
    });
    const output = [];
    child.stdout?.on('data', (chunk) => output.push(chunk));
    child.stderr?.on('data', (chunk) => output.push(chunk));
    // The terminal sends Ctrl-C to the child as well; a signal sent to us alone is passed on. It decides when to end.
    const onInterrupt = () => {
      isInterrupted = true;
    };
    const onTerminate = (signal) => child.kill(signal);
    process.on('SIGINT', onInterrupt);
    for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, onTerminate);
    child.once('error', reject);
    child.once('close', (code, signal) => {
      process.off('SIGINT', onInterrupt);
      for (const name of ['SIGTERM', 'SIGHUP']) process.off(name, onTerminate);
      if (code !== 0 && !isInterrupted) process.stderr.write(Buffer.concat(output));
      resolve(code ?? (signal === 'SIGINT' ? EXIT_INTERRUPTED : 143));
    });
  });
}

/** Ends this process with the code of `main`, or with its error in one line. */
export async function exitWith(main) {
  try {
    process.exitCode = await main();
  } catch (error) {
    if (!(error instanceof Interrupted)) log(error instanceof Error ? error.message : String(error));
    process.exitCode = error instanceof Interrupted ? EXIT_INTERRUPTED : 1;
  }
}
