import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundleOurs } from './bundle-ours.ts';
import { tableOf } from './check.ts';
import { CONTESTANTS, type Contestant } from './contestants.ts';
import { type BenchData, benchData } from './data.ts';
import { findPeersPython, findPlainPython } from './python.ts';
import { runRounds, type SizeResult } from './rounds.ts';

const SEED = 5;
/** Enough bad rows for every leak to be seen. */
const BAD_ROW_RATE = 0.2;
const COMPARE = fileURLToPath(new URL('./compare.py', import.meta.url));

const folder = mkdtempSync(join(tmpdir(), 'tastetrend-bench-'));
let data: BenchData;
let peersPython: string | undefined;
let whyNoPython = '';

beforeAll(async () => {
  data = await benchData({ rows: 2000, seed: SEED, badRowRate: BAD_ROW_RATE, schema: undefined }, folder, () => {});
  try {
    peersPython = await findPeersPython(() => {});
  } catch (error) {
    whyNoPython = (error as Error).message;
  }
});

/** In the repository: what is not in the bundle is found from there. */
const bundled = fileURLToPath(new URL(`../../.local/bench/test-${process.pid}`, import.meta.url));

afterAll(() => {
  for (const path of [folder, bundled]) rmSync(path, { recursive: true, force: true });
});

async function run(names: readonly string[]): Promise<SizeResult> {
  const contestants = CONTESTANTS.filter(({ name }) => names.includes(name));
  const ours = await bundleOurs(bundled);
  const instruments = { python: peersPython ?? (await findPlainPython()), ours, pin: [] };
  return await runRounds(data, contestants, {
    instruments,
    scratch: folder,
    runsOf: () => 1,
    log: () => {},
    keepsOutputs: true,
  });
}

/** Value for value, in the columns that nobody recovers. */
function compare(python: string, contestant: string, file: string): unknown {
  const tables = [contestant, 'ours'].map((name) => tableOf(join(folder, name), contestantNamed(name), file));
  return JSON.parse(execFileSync(python, ['-I', COMPARE, ...tables], { encoding: 'utf8' }));
}

function contestantNamed(name: string): Contestant {
  return CONTESTANTS.find((contestant) => contestant.name === name) as Contestant;
}

describe(`on 2,000 rows of seed ${SEED}, ${BAD_ROW_RATE * 100} % of them bad`, () => {
  test.for(CONTESTANTS)(
    '$title does the same work, but for its known leaks',
    async ({ name, needsPython, leaks }, context) => {
      context.skip(needsPython && peersPython === undefined, `no Python environment "bench": ${whyNoPython}`);
      const { results } = await run(['ours', name]);
      for (const { verdict } of results) expect(verdict.problems, verdict.contestant).toEqual([]);
      const result = results.find((each) => each.name === name);
      expect(result?.output_bytes).toBeGreaterThan(10_000);
      expect(result?.cpu_s).toBeGreaterThan(0);
      expect(result?.rss_bytes_max).toBeGreaterThan(20e6);
      // A leak that is in the table but not in the data would be checked by nothing.
      expect(result?.verdict.leaked).toHaveLength(leaks.length);
      for (const { what, rows } of result?.verdict.leaked ?? []) expect(rows, what).toBeGreaterThan(0);
      if (peersPython === undefined) return;
      for (const file of data.files) {
        const leaked = leaks.reduce((sum, leak) => sum + leak.rows(file.defects), 0);
        expect(compare(peersPython, name, file.name), file.name).toEqual({ only_theirs: leaked, only_ours: 0 });
      }
    },
  );
});

test('files are made once, and the same for the same seed', async () => {
  const again = await benchData({ rows: 2000, seed: SEED, badRowRate: BAD_ROW_RATE, schema: undefined }, folder, () => {
    throw new Error('they were made again');
  });
  expect(again).toEqual(data);
  const { counts } = (await benchData({ rows: 500, seed: 1, badRowRate: 0, schema: 'uptown' }, folder, () => {}))
    .files[0] as BenchData['files'][number];
  expect(counts.read).toBe(counts.accepted + counts.duplicates + counts.quarantined);
});
