/** Against a real pipeline: the bundles that are deployed, on a local AWS of this test's own. */
import { cp } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FunctionName } from '@tastetrend/contracts';
import { LOCAL_CREDENTIALS, type Stack, startStack } from '@tastetrend/local';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { filesBelow, GOOD, POOR, put, tastetrend, testFolder } from '../command.fixture.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const SUITE = 'tastetrend against a local AWS';
const python = await localAwsPython();

/** Undefined, after saying why, where the local AWS cannot run. */
async function localAwsPython(): Promise<string | undefined> {
  const setup = (await import(new URL('scripts/setup.mjs', `file://${ROOT}`).href)) as {
    ensureVenv(name: string): Promise<string>;
  };
  try {
    return await setup.ensureVenv('ministack');
  } catch (error) {
    if (!(error instanceof Error && error.name === 'SetupError')) throw error;
    process.stdout.write(`SKIPPED ${SUITE}: ${error.message.split('\n')[0]}\n`);
    return undefined;
  }
}

describe.runIf(python !== undefined)(SUITE, () => {
  const folder = testFolder();
  const good = put(folder, 'in/good +%20é.csv', GOOD);
  const poor = put(folder, 'in/poor.csv', POOR);
  let stack: Stack;
  let environment: Record<string, string>;

  beforeAll(async () => {
    const bundles = {} as Record<FunctionName, string>;
    for (const name of ['transform', 'report'] as const) {
      // A build that runs meanwhile does not change what is tested.
      await cp(join(ROOT, 'services', name, 'dist'), join(folder, 'bundles', name), { recursive: true });
      bundles[name] = join(folder, 'bundles', name, 'handler.mjs');
    }
    stack = await startStack({
      bundles,
      python: python as string,
      stateDir: join(folder, 'state'),
      env: 'cli',
      timeFactor: 30,
      log: () => {},
    });
    environment = {
      AWS_ENDPOINT_URL: stack.endpoint,
      AWS_REGION: stack.region,
      AWS_ACCESS_KEY_ID: LOCAL_CREDENTIALS.accessKeyId,
      AWS_SECRET_ACCESS_KEY: LOCAL_CREDENTIALS.secretAccessKey,
    };
  });
  afterAll(() => stack?.stop());

  it('upload brings what the chain made, and local makes the same under the same names', async () => {
    const files = [good, poor, '--prefix', '2026/11/'];
    const [uploaded, local] = await Promise.all([
      tastetrend(folder, ['upload', ...files, '--env', 'cli', '--out', 'chain', '--json'], environment),
      tastetrend(folder, ['local', ...files, '--out', 'local', '--json']),
    ]);
    expect([uploaded.code, local.code]).toEqual([1, 1]);
    const told = [uploaded, local].map(({ stdout }) =>
      JSON.parse(stdout).files.map(({ key, status, reasons, warnings, kind, counts, readability }: FileTold) => {
        return { key, status, reasons, warnings, kind, counts, readability };
      }),
    );
    expect(told[1]).toEqual(told[0]);

    const [chain, here] = ['chain', 'local'].map((out) => filesBelow(join(folder, out)));
    const names = (outputs = {}) => Object.keys(outputs).map(withoutVersion).sort();
    expect(names(here)).toEqual(names(chain));
    expect(names(here)).toContain('2026/11/good +%20é.csv/processed_good +%20é.csv.parquet');
    for (const [path, bytes] of Object.entries(here ?? {})) {
      if (path.endsWith('.jsonl')) expect(bytes).toEqual(chain?.[path]);
      if (!path.endsWith('.json')) continue;
      const other = Object.keys(chain ?? {}).find((name) => withoutVersion(name) === withoutVersion(path));
      const [mine, theirs] = [bytes, chain?.[other ?? '']].map((text) => JSON.parse(String(text)));
      expect(withoutSource(mine), basename(path)).toEqual(withoutSource(theirs));
    }
  });

  it('status says what the queues hold and what the functions counted', async () => {
    const { code, stdout } = await tastetrend(folder, ['status', '--env', 'cli', '--json'], environment);
    expect(code).toBe(0);
    const { queues, failures } = JSON.parse(stdout);
    expect(queues.map(({ name, waiting }: { name: string; waiting: number }) => [name, waiting])).toContainEqual([
      'transform',
      0,
    ]);
    expect(failures).toEqual([]);
  });
});

type FileTold = Readonly<Record<string, unknown>>;

/** A summary's name without what tells versions apart. */
function withoutVersion(path: string): string {
  return path.replace(/_\d{8}T[\d.]+Z_[0-9a-f]{12}(\.json|\.html)$/, '_…$1');
}

/** What follows from bucket, version and upload time goes; everything that was counted and decided stays. */
function withoutSource(value: unknown): unknown {
  const own = ['identity', 'completion_id', 'source', 'outputs', 'eventTime', 'run'];
  return withoutChance(Object.fromEntries(Object.entries(value as object).filter(([name]) => !own.includes(name))));
}

/**
 * Resamples are seeded by the identity: what is drawn differs from version to version, and with it what it decides. So do
 * a lineage event's names of the bucket and the version.
 */
function withoutChance(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutChance);
  if (typeof value !== 'object' || value === null) return value;
  const drawn = ['low', 'high', 'noise_floor', 'p_value', 'q_value', 'flags', 'flagged', 'namespace', 'datasetVersion'];
  const kept = Object.entries(value).filter(([name]) => !drawn.includes(name));
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutChance(inner)]));
}
