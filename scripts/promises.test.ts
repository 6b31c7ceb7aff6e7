/** Each promise has tests that bear its name, and docs/reliability.md says where. */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';

const ROOT = path.join(import.meta.dirname, '..');
const PROMISES = 10;

it.each(Array.from({ length: PROMISES }, (_, at) => at + 1))(
  'promise %i has tests, which the document names',
  (promise) => {
    const files = spawnSync('git', ['ls-files', '*.test.ts'], { cwd: ROOT, encoding: 'utf8' })
      .stdout.trim()
      .split('\n');
    const named = new RegExp(`['"\`]promise ${promise}\\b`);
    const found = files.filter((file) => named.test(readFileSync(path.join(ROOT, file), 'utf8')));
    expect(found).not.toEqual([]);
    const line = readFileSync(path.join(ROOT, 'docs/reliability.md'), 'utf8')
      .split('\n')
      .find((text) => text.startsWith(`| ${promise} `));
    const cited = [...(line ?? '').matchAll(/`([^`]+\.test\.ts)`/g)].map(([, file]) => file);
    expect(cited.length).toBeGreaterThan(0);
    for (const file of cited) expect(found).toContain(file);
  },
);
