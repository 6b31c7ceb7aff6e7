/** The README's query for the newest row of each review, as it stands there, tried on files that overlap. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const ROOT = fileURLToPath(new URL('../../..', import.meta.url));
const HEADER = 'review_id,date,rating,review_text,restaurant_name';

interface Setup {
  ensureVenv(name: string): Promise<string>;
}

describe('the README’s query', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'tastetrend-query-'));
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('gives each review once, from the newest file that has it', async () => {
    const [, sql] =
      /duckdb -c "(from [^"]*qualify[^"]*)"/.exec(readFileSync(path.join(ROOT, 'README.md'), 'utf8')) ?? [];
    expect(sql).toContain('review_uid');
    const upload = (name: string, uploadedAt: Date, ...rows: string[]) => {
      const file = path.join(folder, name);
      writeFileSync(file, `${[HEADER, ...rows].join('\n')}\n`);
      utimesSync(file, uploadedAt, uploadedAt);
      return file;
    };
    // By name the older file comes last, so that only the upload time can tell.
    const files = [
      upload('z_reviews.csv', new Date('2026-11-01'), 'r1,2026-01-01,4,good,Downtown', 'r2,2026-01-02,5,fine,Downtown'),
      upload(
        'a_reviews.csv',
        new Date('2026-11-02'),
        'r2,2026-01-02,5,fine,Downtown',
        'r3,2026-01-03,3,so so,Downtown',
      ),
    ];
    const out = path.join(folder, 'out');
    const command = [path.join(ROOT, 'shared/cli/src/main.ts'), 'local', ...files, '--out', out];
    const made = spawnSync(process.execPath, command, { encoding: 'utf8', cwd: folder });
    expect(`${made.status} ${made.stderr}`).toMatch(/^0 /);

    const { ensureVenv } = (await import(new URL('../../../scripts/setup.mjs', import.meta.url).href)) as Setup;
    const script = 'import duckdb, json, sys; print(json.dumps(duckdb.sql(sys.argv[1]).fetchall()))';
    const query = `select review_id, source_file from (${sql}) order by 1`;
    const answer = spawnSync(await ensureVenv('readback'), ['-c', script, query], { encoding: 'utf8', cwd: folder });
    expect(answer.stderr).toBe('');
    expect(JSON.parse(answer.stdout)).toEqual([
      ['r1', 'z_reviews.csv'],
      ['r2', 'a_reviews.csv'],
      ['r3', 'a_reviews.csv'],
    ]);
  });
});
