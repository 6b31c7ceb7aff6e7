import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, test } from 'vitest';

const COMMAND = fileURLToPath(new URL('./generate.ts', import.meta.url));
const dir = mkdtempSync(join(tmpdir(), 'tastetrend-generate-'));
afterAll(() => rmSync(dir, { recursive: true, force: true }));

function run(...args: string[]) {
  return spawnSync(process.execPath, [COMMAND, ...args], { encoding: 'utf8', timeout: 30_000 });
}

test('the samples are written, with a table of what was written', () => {
  const out = join(dir, 'samples');
  const { status, stdout } = run('--out', out, '--seed', '7');
  expect(status).toBe(0);
  expect(stdout).toMatch(/^seed 7\n/);
  for (const name of readdirSync(out)) expect(stdout).toContain(`${name} `);
  expect(readdirSync(out)).toHaveLength(5);
});

test('one file of any size is written', () => {
  const { status, stdout } = run('--out', dir, '--rows', '2000', '--schema', 'uptown', '--bad-rate', '0.01');
  expect(status).toBe(0);
  const size = statSync(join(dir, 'tastetrend_uptown_reviews.csv')).size;
  expect(stdout).toMatch(new RegExp(`tastetrend_uptown_reviews.csv +${size} +2000 +1881 +99 +20 `));
});

test.each([
  [['--help'], 0, /--schema NAME/],
  [[], 2, /--out DIR is needed/],
  [['--out', dir, '--rows', 'many'], 2, /--rows must be a whole number/],
  [['--out', dir, '--rows', '1', '--schema', 'moon'], 2, /--schema must be one of downtown/],
  [['--out', dir, '--schema', 'uptown'], 2, /need --rows/],
  [
    ['--out', dir, '--rows', '1', '--schema', 'uptown', '--bad-rate', '2'],
    2,
    /--bad-rate must be a number from 0 to 1/,
  ],
  [['--out', dir, '--what'], 2, /--what/],
] as const)('%j ends with exit code %i', (args, code, said) => {
  const { status, stdout, stderr } = run(...args);
  expect(stdout + stderr).toMatch(said);
  expect(status).toBe(code);
});
