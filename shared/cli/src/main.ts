/** The tastetrend command: what was typed, and which exit code comes of it. 0 done, 1 failed, 2 used wrongly. */
import { fileURLToPath } from 'node:url';
import { describeError } from '@tastetrend/aws';
import { UsageError } from './errors.ts';
import { HELP } from './help.ts';
import { type Invocation, parseInvocation } from './invocation.ts';
import { start } from './verbs/start.ts';
import { status } from './verbs/status.ts';
import { stop } from './verbs/stop.ts';
import { upload } from './verbs/upload.ts';

const VERBS: Record<string, (invocation: Invocation) => Promise<number>> = { start, upload, status, stop };
const EXIT_INTERRUPTED = 130;
const IMPATIENCE_MS = 500;

async function main(args: readonly string[]): Promise<number> {
  const { verb, files, help, options } = parseInvocation(args);
  if (help || verb === 'help') {
    process.stdout.write(HELP);
    return 0;
  }
  const run = Object.hasOwn(VERBS, verb) ? VERBS[verb] : undefined;
  if (run === undefined) {
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
    return await run({ files, options, root, signal: interruption.signal });
  } catch (error) {
    if (interruption.signal.aborted) return EXIT_INTERRUPTED;
    throw error;
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const isUsage = error instanceof UsageError;
  process.stderr.write(
    isUsage ? `${error.message}\nSee: npm run -s tastetrend -- --help\n` : `${describeError(error)}\n`,
  );
  process.exitCode = isUsage ? 2 : 1;
}
