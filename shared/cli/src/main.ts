/** The tastetrend command: what was typed, and which exit code comes of it. 0 done, 1 failed, 2 used wrongly. */
import { fileURLToPath } from 'node:url';
import { UsageError } from './errors.ts';
import { HELP, VERB_HELP } from './help.ts';
import { type Invocation, parseInvocation } from './invocation.ts';
import { printable } from './output/table.ts';

type Verb = (invocation: Invocation) => Promise<number>;

/** Loaded when they are wanted: what needs no AWS does not wait for its SDK. */
const VERBS: Record<string, () => Promise<Verb>> = {
  start: async () => (await import('./verbs/start.ts')).start,
  upload: async () => (await import('./verbs/upload.ts')).upload,
  status: async () => (await import('./verbs/status.ts')).status,
  stop: async () => (await import('./verbs/stop.ts')).stop,
  local: async () => (await import('./verbs/local.ts')).local,
  inspect: async () => (await import('./verbs/inspect.ts')).inspect,
  dlq: async () => (await import('./verbs/dlq.ts')).dlq,
  process: async () => (await import('./verbs/process.ts')).processKey,
  backfill: async () => (await import('./verbs/backfill.ts')).backfillRaw,
  reconcile: async () => (await import('./verbs/reconcile.ts')).reconcileAll,
  explain: async () => (await import('./verbs/explain.ts')).explain,
  rollup: async () => (await import('./verbs/rollup.ts')).rollUp,
  audit: async () => (await import('./verbs/audit.ts')).auditAll,
};
const EXIT_INTERRUPTED = 130;
const IMPATIENCE_MS = 500;

async function main(args: readonly string[]): Promise<number> {
  const { verb, files, help, options } = parseInvocation(args);
  if (help || verb === 'help') {
    const about = verb === 'help' ? (files[0] ?? '') : verb;
    process.stdout.write(Object.hasOwn(VERB_HELP, about) ? (VERB_HELP[about] as string) : HELP);
    return 0;
  }
  const load = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (load === undefined) {
    throw new UsageError(`There is no verb ${JSON.stringify(verb)}. The verbs are: ${Object.keys(VERBS).join(', ')}.`);
  }
  const interruption = new AbortController();
  let interruptedAtMs = 0;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // One Ctrl-C may come twice, from the terminal and from our launcher; a second one, later, is meant.
      if (interruption.signal.aborted && performance.now() - interruptedAtMs > IMPATIENCE_MS)
        process.exit(EXIT_INTERRUPTED);
      if (interruption.signal.aborted) return;
      interruptedAtMs = performance.now();
      process.stderr.write('\nStopping …\n');
      interruption.abort();
    });
  }
  const root = fileURLToPath(new URL('../../..', import.meta.url));
  try {
    const run = await load();
    return await run({ files, options, root, signal: interruption.signal });
  } catch (error) {
    if (interruption.signal.aborted) return EXIT_INTERRUPTED;
    throw error;
  }
}

// `tastetrend … | head`: who stops reading wants no more, and no stack either; the exit code says what became of the files.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code !== 'EPIPE') throw error;
});
try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof UsageError;
  const lines = isUsage
    ? [error.message, 'See: npm run -s tastetrend -- --help']
    : [(await import('@tastetrend/aws')).describeError(error)];
  // What the user or a file calls itself may be in there.
  process.stderr.write(lines.flatMap((text) => text.split('\n').map((line) => `${printable(line)}\n`)).join(''));
  process.exitCode = isUsage ? 2 : 1;
}
