import { utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  biasSchema,
  currentTableKey,
  identityOf,
  type Manifest,
  manifestSchema,
  profileSchema,
  REVIEW_COLUMNS,
  reportKey,
  sha256Hex,
  validationSchema,
} from '@tastetrend/contracts';
import { describe, expect, it } from 'vitest';
import {
  ACTED_ON,
  filesBelow,
  GOOD,
  HOSTILE,
  POOR,
  put,
  type Ran,
  tastetrend,
  testFolder,
} from '../command.fixture.ts';

const folder = testFolder();
const MODIFIED = new Date('2026-02-03T04:05:06.789Z');
const good = put(folder, 'in/good.csv', GOOD);
const poor = put(folder, 'in/poor.csv', POOR);
const workbook = put(folder, 'in/book.xlsx', Buffer.from('504b030414000600', 'hex'));
for (const path of [good, poor, workbook]) utimesSync(path, MODIFIED, MODIFIED);

/** All of stdout is one JSON document. */
const runJson = ({ stdout }: Ran) =>
  JSON.parse(stdout) as { failed: number; files: { key: string; status: string; reasons: string[] }[] };

/** The outputs of a key, each as its schema says and as its manifest says. */
function outputsOf(out: string, key: string) {
  const files = filesBelow(join(out, key));
  const parsed = (name: string) => JSON.parse(String(files[name]));
  const manifest: Manifest = manifestSchema.parse(parsed('manifest.json'));
  const { source, identity } = manifest;
  const summary = (kind: 'validation' | 'bias') => parsed(basename(reportKey(kind, source.uploaded_at, identity)));
  const validation = validationSchema.parse(summary('validation'));
  const bias = biasSchema.parse(summary('bias'));
  const { bucket, key: rawKey, version_id: versionId } = source;
  expect(identity).toBe(identityOf({ bucket, key: rawKey, versionId }));
  expect([validation.identity, bias.identity]).toEqual([identity, identity]);
  expect(String(files[basename(reportKey('report', source.uploaded_at, identity))])).toContain(identity);
  const { rows_read, accepted, duplicates, quarantined } = manifest.counts;
  expect(accepted + duplicates + quarantined).toBe(rows_read);
  const lines = (name: string) => String(files[name] ?? '').split('\n').length - 1;
  expect([lines('duplicates.jsonl'), lines('quarantine.jsonl')]).toEqual([duplicates, quarantined]);
  for (const { role, bytes, sha256 } of manifest.outputs) {
    const name = role === 'table' ? basename(currentTableKey(rawKey)) : basename(outputName(role));
    if (role !== 'table' && role !== 'profile' && bytes === 0) expect(files[name]).toBeUndefined();
    else expect(sha256Hex(files[name] as Buffer)).toBe(sha256);
  }
  return { names: Object.keys(files), files, manifest, validation, bias };
}

const outputName = (role: string) => (role === 'profile' ? 'profile.json' : `${role}.jsonl`);

/** Code that runs first in every process of the command. */
const preloaded = (code: string) => ({
  NODE_OPTIONS: `--import data:text/javascript,${encodeURIComponent(code)}`,
});

describe('tastetrend local', () => {
  it('a good file: all outputs of the chain under its names, each as its schema and manifest say; 0', async () => {
    const ran = await tastetrend(folder, ['local', good, '--out', 'one', '--json']);
    expect(ran.code).toBe(0);
    expect(runJson(ran)).toMatchObject({
      schema: 'tastetrend.run/1',
      failed: 0,
      files: [{ key: 'good.csv', status: 'warn', reasons: [], counts: { rows_read: 614 } }],
    });
    const { names, files, manifest, validation, bias } = outputsOf(join(folder, 'one'), 'good.csv');
    const short = manifest.identity.slice(0, 12);
    expect(names).toEqual([
      `bias_20260203T040506.789Z_${short}.json`,
      'duplicates.jsonl',
      `lineage_20260203T040506.789Z_${short}.json`,
      'manifest.json',
      'processed_good.csv.parquet',
      'profile.json',
      `report_20260203T040506.789Z_${short}.html`,
      `validation_20260203T040506.789Z_${short}.json`,
    ]);
    expect(manifest.source).toEqual({
      bucket: 'local',
      key: 'good.csv',
      version_id: `etag:${sha256Hex(GOOD)}`,
      etag: `"${sha256Hex(GOOD)}"`,
      size_bytes: GOOD.length,
      uploaded_at: MODIFIED.toISOString(),
    });
    expect(profileSchema.parse(JSON.parse(String(files['profile.json']))).identity).toBe(manifest.identity);
    expect(validation.status).toBe('warn');
    expect(bias.status).toBe('measured');
    const table = files['processed_good.csv.parquet'] as Buffer;
    expect([table.subarray(0, 4).toString(), table.subarray(-4).toString()]).toEqual(['PAR1', 'PAR1']);
    for (const { name } of REVIEW_COLUMNS) expect(table.includes(name)).toBe(true);
    expect(filesBelow(join(folder, 'one'))).toHaveProperty(['good.csv/manifest.json']);
    expect(Object.keys(filesBelow(join(folder, 'one'))).every((path) => path.startsWith('good.csv/'))).toBe(true);
  });

  it('the same files give the same bytes again, from another folder and with a process for each', async () => {
    const args = [good, poor, workbook];
    const names = ['good.csv', 'poor.csv', 'book.xlsx'];
    const recorder = (record: string) => `import { appendFileSync } from 'node:fs';
      if (process.argv[1]?.endsWith('worker.ts')) appendFileSync(${JSON.stringify(join(folder, record))}, '.');`;
    const [one, three] = [preloaded(recorder('first.workers')), preloaded(recorder('again.workers'))];
    const options = ['--out', '../again', '--jobs', '3', '--prefix', '2026/11/'];
    const first = await tastetrend(folder, ['local', ...args, '--out', 'first', '--prefix', '2026/11/'], one);
    const again = await tastetrend(join(folder, 'in'), ['local', ...names, ...options], three);
    expect([first.code, again.code]).toEqual([1, 1]);
    const files = filesBelow(join(folder, 'first'));
    expect(Object.keys(files)).toHaveLength(8 + 9 + 5);
    expect(Object.keys(files)).toContain('2026/11/good.csv/processed_good.csv.parquet');
    expect(filesBelow(join(folder, 'again'))).toEqual(files);
    const order = names.map((name) => again.stdout.indexOf(`2026/11/${name}`));
    expect(order).toEqual(order.toSorted((a, b) => a - b));
    expect([String(filesBelow(folder)['first.workers']), String(filesBelow(folder)['again.workers'])]).toEqual([
      '.',
      '...',
    ]);
  });

  it('a file that is rejected, and one that fails its validation, each with its reason: 1', async () => {
    const ran = await tastetrend(folder, ['local', workbook, poor, good, '--out', 'bad', '--json']);
    expect(ran.code).toBe(1);
    const { failed, files } = runJson(ran);
    expect(failed).toBe(2);
    expect(files.map(({ status }) => status)).toEqual(['rejected', 'fail', 'warn']);
    expect(files[0]?.reasons.join()).toContain('Excel workbook');
    expect(files[1]?.reasons.join()).toContain('2 of 7 rows read');
    const rejected = outputsOf(join(folder, 'bad'), 'book.xlsx');
    expect(rejected.manifest).toMatchObject({
      outcome: 'rejected',
      rejection: { rule: 'excel_workbook' },
      outputs: [],
    });
    expect(rejected.names).toHaveLength(5);
    const failing = outputsOf(join(folder, 'bad'), 'poor.csv');
    expect(failing.manifest.counts).toEqual({ rows_read: 7, accepted: 4, duplicates: 1, quarantined: 2 });
    expect(failing.validation.status).toBe('fail');
  });

  it('each failure alone gives 1 as well, and a table says so to people', async () => {
    const [rejected, failing] = await Promise.all([
      tastetrend(folder, ['local', workbook, '--out', 'r']),
      tastetrend(folder, ['local', poor, '--out', 'f']),
    ]);
    expect([rejected.code, failing.code]).toEqual([1, 1]);
    expect(rejected.stdout).toMatch(/book\.xlsx .* rejected /);
    expect(rejected.stdout).toContain('What failed:');
    expect(failing.stdout).toMatch(/poor\.csv +7 +4 +1 +2 .* fail /);
    expect(failing.stderr).toMatch(/poor\.csv: cleaning\n/);
  });

  it('what kills a worker is the failure of its file alone, which keeps what an earlier run made of it', async () => {
    const doomed = put(folder, 'in/doomed.csv', GOOD);
    expect((await tastetrend(folder, ['local', doomed, '--out', 'crash'])).code).toBe(0);
    const before = filesBelow(join(folder, 'crash', 'doomed.csv'));
    const killer = `if (process.argv[1]?.endsWith('worker.ts'))
      process.on('message', ({ path }) => path.endsWith('doomed.csv') && process.kill(process.pid, 'SIGKILL'));`;
    for (const jobs of ['1', '2']) {
      const ran = await tastetrend(
        folder,
        ['local', doomed, good, '--out', 'crash', '--jobs', jobs, '--json'],
        preloaded(killer),
      );
      expect(ran.code).toBe(1);
      expect(runJson(ran).files).toMatchObject([
        { key: 'doomed.csv', status: 'failed', counts: null },
        { key: 'good.csv', status: 'warn', counts: { rows_read: 614 } },
      ]);
      expect(runJson(ran).files[0]?.reasons.join()).toContain('SIGKILL');
    }
    expect(filesBelow(join(folder, 'crash', 'doomed.csv'))).toEqual(before);
    outputsOf(join(folder, 'crash'), 'good.csv');
    expect(Object.keys(filesBelow(join(folder, 'crash'))).every((path) => /^(?:doomed|good)\.csv\//.test(path))).toBe(
      true,
    );
  });

  it('a file that is written to meanwhile fails, and leaves nothing', async () => {
    const growing = put(folder, 'in/growing.csv', GOOD);
    const writer = `import { appendFileSync } from 'node:fs';
      if (process.argv[1]?.endsWith('worker.ts')) {
        const { send } = process;
        process.send = (message, ...rest) => {
          if (message.state === 'reporting') appendFileSync(${JSON.stringify(growing)}, 'x');
          return send.call(process, message, ...rest);
        };
      }`;
    const ran = await tastetrend(folder, ['local', growing, '--out', 'changed', '--json'], preloaded(writer));
    expect(ran.code).toBe(1);
    expect(runJson(ran).files[0]?.reasons.join()).toContain('changed while it was read');
    expect(filesBelow(join(folder, 'changed'))).toEqual({});
  });

  it('an earlier run of the same key goes, and what others put there stays', async () => {
    const path = put(folder, 'in/again.csv', POOR);
    const out = join(folder, 'over');
    await tastetrend(folder, ['local', path, '--out', 'over']);
    put(out, 'again.csv/notes.txt', 'mine');
    put(folder, 'in/again.csv', GOOD);
    await tastetrend(folder, ['local', path, '--out', 'over']);
    const { names } = outputsOf(out, 'again.csv');
    expect(names).toContain('notes.txt');
    expect(names).not.toContain('quarantine.jsonl');
    expect(names.filter((name) => name.startsWith('validation_'))).toHaveLength(1);
  });

  it('a hostile file name is a name like any other, and is shown without what a terminal would act on', async () => {
    const path = put(folder, `in/${HOSTILE}\n.csv`, POOR);
    const [text, json] = await Promise.all([
      tastetrend(folder, ['local', path, '--out', 'hostile']),
      tastetrend(folder, ['local', path, '--out', 'hostile-json', '--json']),
    ]);
    for (const { stdout, stderr } of [text, json]) {
      expect(stdout).not.toMatch(ACTED_ON);
      expect(stderr).not.toMatch(ACTED_ON);
    }
    expect(text.stdout).toContain(String.raw`a\u001b[31m`);
    expect(runJson(json).files[0]?.key).toBe(basename(path));
    outputsOf(join(folder, 'hostile'), basename(path));
  });

  it('a file that is gone when its turn comes is its own failure', async () => {
    const path = put(folder, 'in/gone.csv', GOOD);
    const remover = `import { rmSync } from 'node:fs';
      if (process.argv[1]?.endsWith('worker.ts')) rmSync(${JSON.stringify(path)}, { force: true });`;
    const ran = await tastetrend(folder, ['local', path, good, '--out', 'gone', '--json'], preloaded(remover));
    expect(ran.code).toBe(1);
    expect(runJson(ran).files.map(({ status }) => status)).toEqual(['failed', 'warn']);
    expect(runJson(ran).files[0]?.reasons.join()).toContain('ENOENT');
    expect(Object.keys(filesBelow(join(folder, 'gone'))).every((name) => name.startsWith('good.csv/'))).toBe(true);
  });
});
