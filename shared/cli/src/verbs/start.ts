/** `start`: a whole pipeline on this machine, files through it, and nothing left behind unless asked for. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readEndpoint } from '@tastetrend/aws';
import type { FunctionName } from '@tastetrend/contracts';
import { startSupervised } from '@tastetrend/local';
import { writeSampleFiles } from '@tastetrend/testing';
import { checkFiles } from '../check-files.ts';
import { UsageError } from '../errors.ts';
import type { Invocation } from '../invocation.ts';
import { runFiles } from '../run-files.ts';
import { callerAccount, findTarget, localTarget } from '../target.ts';

/** How many times faster than in AWS a local pipeline's waits and timeouts pass, unless --time-factor says otherwise. */
const TIME_FACTOR = 5;

export async function start({ files, options, root, signal }: Invocation): Promise<number> {
  await checkFiles(files, options.prefix, options.out);
  const samples = files.length > 0 ? undefined : await mkdtemp(join(tmpdir(), 'tastetrend-samples-'));
  try {
    const paths = samples === undefined ? files : makeSamples(samples, options.seed);
    if (options.env !== undefined) {
      const target = await findTarget(root, options.env);
      say(`Uploading to ${target.description}.`);
      return await runFiles(paths, target, { ...options, signal });
    }
    return await runLocally(paths, { files, options, root, signal });
  } finally {
    if (samples !== undefined) await rm(samples, { recursive: true, force: true });
  }
}

function makeSamples(dir: string, seed: number): string[] {
  say(`No files were named: generating the samples (seed ${seed}).`);
  return writeSampleFiles({ seed, dir }).map(({ name }) => join(dir, name));
}

async function runLocally(paths: readonly string[], { files, options, root, signal }: Invocation): Promise<number> {
  const endpoint = readEndpoint();
  if (endpoint === undefined && options.python === undefined) {
    throw new UsageError('The local AWS needs a Python; run it through `npm start`, which sets one up.');
  }
  say(
    endpoint === undefined
      ? 'Starting the local AWS …'
      : `Using ${endpoint} (AWS_ENDPOINT_URL) instead of the local AWS …`,
  );
  let isStopping = false;
  const stack = await startSupervised({
    root,
    keep: options.keep,
    bundles: bundlesIn(root),
    timeFactor: options.timeFactor ?? TIME_FACTOR,
    signal,
    log: (line) => {
      if (!isStopping && !signal.aborted) say(`  ${line}`);
    },
    ...(options.python === undefined ? {} : { python: options.python }),
    ...(endpoint === undefined ? {} : { endpoint, ...(await accessTo(endpoint)) }),
  });
  const stop = async () => {
    isStopping = true;
    if (!options.keep) await stack.stop();
  };
  try {
    say(
      `The pipeline is up at ${stack.endpoint}. Uploading ${paths.length} ${paths.length === 1 ? 'file' : 'files'} …`,
    );
    const code = await runFiles(paths, localTarget(stack), { ...options, signal });
    if (!options.json)
      process.stdout.write(options.keep ? keptHints(stack.endpoint) : nextHints(options.out, files.length === 0));
    return code;
  } finally {
    await stop();
  }
}

/** With an endpoint of the user's, the user's credentials, region and account count. */
async function accessTo(endpoint: string) {
  const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey, AWS_REGION: region } = process.env;
  return {
    accountId: await callerAccount(endpoint),
    ...(region === undefined ? {} : { region }),
    ...(accessKeyId && secretAccessKey ? { credentials: { accessKeyId, secretAccessKey } } : {}),
  };
}

/** Without the sweep: here no clock calls it, and `tastetrend reconcile` does the same. */
function bundlesIn(root: string): Partial<Record<FunctionName, string>> {
  const bundle = (service: FunctionName) => join(root, 'services', service, 'dist', 'handler.mjs');
  return { transform: bundle('transform'), report: bundle('report') };
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}

function nextHints(out: string, areSamples: boolean): string {
  const query = areSamples
    ? `select restaurant_name, count(*), round(avg(rating_1_5), 2) from '${out}/*/processed_*_reviews.*.parquet' group by 1`
    : `select * from '${out}/*/processed_*.parquet' limit 5`;
  return `
What to try next:
  duckdb -c "${query}"
  npm start -- your-reviews.csv    your own file, whatever its columns are called
  npm start -- --keep              a pipeline that stays, to talk to
`;
}

function keptHints(endpoint: string): string {
  return `
The stack stays up at ${endpoint}. To talk to it:
  npm run -s tastetrend -- upload FILE…    files through it
  npm run -s tastetrend -- status          queues, metrics, failures
  npm run -s tastetrend -- rollup          all uploads and months, as pages to read
  npm run -s tastetrend -- stop            end it
  AWS_ENDPOINT_URL=${endpoint} AWS_ACCESS_KEY_ID=local AWS_SECRET_ACCESS_KEY=local AWS_REGION=us-east-1 aws s3 ls
`;
}
