/** What one upload becomes, seen in the buckets and on the bus. */
import { createHash } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  type Bias,
  biasSchema,
  completionIdOf,
  currentTableKey,
  type Manifest,
  manifestKey,
  manifestSchema,
  outputKey,
  type Profile,
  profileSchema,
  reportKey,
  type Validation,
  validationSchema,
  versionPrefix,
} from '@tastetrend/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { generateSampleFiles } from '../generator/samples.ts';
import { canRunPipeline, type RunningPipeline, startPipeline } from '../pipeline/index.ts';
import { ReaderUnavailable } from '../readback/errors.ts';
import { type ParquetContents, readParquet } from '../readback/readback.ts';
import { reviewFile, tinyFile, UNREADABLE } from './review-files.ts';

vi.setConfig({ testTimeout: 60_000 });
const SUITE = 'end to end: one file';

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  let p: RunningPipeline;
  beforeAll(async () => {
    p = await startPipeline();
  }, 300_000);
  afterAll(async () => {
    await p?.stop();
  });

  const validationOf = ({ source, identity }: Manifest) =>
    p.readJson<Validation>(reportKey('validation', source.uploaded_at, identity));
  const biasOf = ({ source, identity }: Manifest) => p.readJson<Bias>(reportKey('bias', source.uploaded_at, identity));
  const tableRole = ({ outputs }: Manifest) => outputs.find(({ role }) => role === 'table');

  /** Rows read = accepted + duplicates + quarantined: in the manifest, and in what was written. */
  async function expectConservation(manifest: Manifest): Promise<void> {
    const { rows_read, accepted, duplicates, quarantined } = manifest.counts;
    expect(accepted + duplicates + quarantined).toBe(rows_read);
    const lines = async (role: 'duplicates' | 'quarantine') => {
      const output = manifest.outputs.find((one) => one.role === role);
      if (output === undefined) return 0;
      return (await p.readProcessed(output.key)).bytes.toString('utf8').split('\n').filter(Boolean).length;
    };
    expect(await lines('duplicates')).toBe(duplicates);
    expect(await lines('quarantine')).toBe(quarantined);
  }

  it('a good file becomes table, profile, manifest and summaries, and every output is the one in the manifest', async () => {
    const { bytes, counts } = reviewFile(11, 400);
    const { version, manifest } = await p.run('reviews/2026/good.csv', bytes);

    expect(manifestSchema.parse(manifest)).toMatchObject({ outcome: 'processed', kind: 'reviews', counts });
    expect(manifest.source).toMatchObject({
      bucket: p.resources.buckets.raw,
      key: 'reviews/2026/good.csv',
      version_id: version.versionId,
      size_bytes: bytes.length,
    });
    expect(manifest.outputs.map(({ role }) => role)).toEqual(expect.arrayContaining(['table', 'profile']));
    for (const output of manifest.outputs) {
      const stored = await p.readProcessed(output.key);
      expect(stored.bytes.length).toBe(output.bytes);
      expect(createHash('sha256').update(stored.bytes).digest('hex')).toBe(output.sha256);
    }
    const listed = await p.listProcessed(versionPrefix(version.identity));
    expect(listed.map(({ key }) => key).sort()).toEqual(manifest.outputs.map(({ key }) => key).sort());
    await expectConservation(manifest);

    const profile = profileSchema.parse(await p.readJson<Profile>(outputKey(version.identity, 'profile')));
    expect(profile.identity).toBe(version.identity);
    const validation = validationSchema.parse(await validationOf(manifest));
    expect(validation).toMatchObject({ identity: version.identity, counts, outcome: 'processed' });
    const bias = biasSchema.parse(await biasOf(manifest));
    expect(bias).toMatchObject({ identity: version.identity, status: 'measured', counts });
  });

  it('the current table is the version’s table, byte for byte, and its metadata says whose it is', async () => {
    const { version, manifest } = await p.run('reviews/2026/current.csv', reviewFile(12, 50).bytes);

    const current = await p.readProcessed('processed/reviews/2026/processed_current.csv.parquet');
    const own = await p.readProcessed(outputKey(version.identity, 'table'));
    expect(current.bytes.equals(own.bytes)).toBe(true);
    expect(current.metadata).toEqual({
      identity: version.identity,
      'version-id': version.versionId,
      'transform-version': '1',
      kind: 'reviews',
      validation: (await validationOf(manifest)).status,
    });
  });

  it('one completion event goes out for one upload, with what the manifest says', async () => {
    const { version, manifest } = await p.run('events/once.csv', reviewFile(13, 50).bytes);
    await p.idle();

    const seen = p.completions(version.identity);
    expect(seen).toHaveLength(1);
    expect(seen[0]?.detail).toMatchObject({
      schema: 'tastetrend.file-version-completed/1',
      completion_id: completionIdOf(version.identity),
      outcome: 'processed',
      counts: manifest.counts,
      manifest_key: manifestKey(version.identity),
      processed_bucket: p.resources.buckets.processed,
      outputs: manifest.outputs,
    });
  });

  it('the table holds what the file says, read by two other parquet readers', async (context) => {
    const { version } = await p.run('content.csv', tinyFile('good', 'comma, and "" quote', 'Grüße\nzwei Zeilen 🍜'));
    const { bytes } = await p.readProcessed(outputKey(version.identity, 'table'));
    const folder = await mkdtemp(path.join(tmpdir(), 'tastetrend-e2e-table-'));
    try {
      const file = path.join(folder, 'table.parquet');
      await writeFile(file, bytes);
      const contents: ParquetContents[] = [];
      for (const engine of ['pyarrow', 'duckdb'] as const) {
        try {
          contents.push(await readParquet(file, engine));
        } catch (error) {
          if (!(error instanceof ReaderUnavailable)) throw error;
          process.stdout.write(`SKIPPED ${SUITE}: reading the table back: ${error.message.split('\n')[0]}\n`);
          return context.skip();
        }
      }
      for (const { rows, metadata } of contents) {
        const texts = rows.map((row) => [row.review_id, row.review_date, row.rating_1_5, row.review_text]);
        expect(texts).toEqual([
          ['r1', '2026-01-01', 1, 'good'],
          ['r2', '2026-01-02', 2, 'comma, and " quote'],
          ['r3', '2026-01-03', 3, 'Grüße\nzwei Zeilen 🍜'],
        ]);
        expect(rows.every((row) => row.source_version === version.versionId)).toBe(true);
        expect(JSON.stringify(metadata)).toContain(version.identity);
      }
    } finally {
      await rm(folder, { recursive: true });
    }
  });

  it('bad rows go to quarantine with their lines and reasons, and harm no other row', async () => {
    const { bytes, counts } = reviewFile(14, 600, { schema: 'uptown', badRowRate: 0.05 });
    expect(counts.quarantined).toBeGreaterThan(10);
    const { version, manifest } = await p.run('bad rows.csv', bytes);

    expect(manifest).toMatchObject({ outcome: 'processed', counts });
    await expectConservation(manifest);
    const quarantine = (await p.readProcessed(outputKey(version.identity, 'quarantine'))).bytes.toString('utf8');
    const reasons = quarantine
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(reasons).toHaveLength(counts.quarantined);
    for (const row of reasons) {
      expect(row).toMatchObject({ line: expect.any(Number), reason: expect.any(String) });
    }
  });

  it.each([
    ['a PDF', UNREADABLE, 'pdf_document'],
    ['an Excel workbook', Buffer.concat([Buffer.from('PK\x03\x04'), Buffer.alloc(64)]), 'excel_workbook'],
    ['the beginning of a gzipped file', Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0]), 'broken_compression'],
    ['a table of something else', Buffer.from('make,model\nVolvo,240\n'), 'no_known_column'],
    ['a zero-byte object', Buffer.alloc(0), 'empty_file'],
  ])(
    '%s is rejected with a reason, has reports that say so, and leaves no table and no dead letter',
    async (_, bytes, rule) => {
      const key = `rejected/${rule}.csv`;
      const { version, manifest } = await p.run(key, bytes);
      await p.idle();

      expect(manifest).toMatchObject({ outcome: 'rejected', outputs: [], counts: { rows_read: 0 } });
      expect(manifest.rejection?.rule).toBe(rule);
      expect(manifest.rejection?.message.length).toBeGreaterThan(30);
      expect(await validationOf(manifest)).toMatchObject({ status: 'fail', rejection: { rule } });
      expect(await biasOf(manifest)).toMatchObject({ status: 'not_applicable' });
      const left = (await p.listProcessed()).map((object) => object.key);
      expect(left).not.toContain(currentTableKey(key));
      expect(left.filter((object) => object.startsWith(versionPrefix(version.identity)))).toEqual([]);
      expect(p.completions(version.identity).map(({ detail }) => detail.outcome)).toEqual(['rejected']);
      expect(await p.depth('transform-dlq')).toEqual({ visible: 0, inFlight: 0 });
    },
  );

  it('a "folder" key is acknowledged as no file: a manifest, and neither table, event nor report', async () => {
    const version = await p.upload('reviews/2027/', '');
    const manifest = await p.waitFor(version.identity, 'transformed');
    await p.idle();

    expect(manifest).toMatchObject({ outcome: 'ignored', outputs: [] });
    expect(p.completions(version.identity)).toEqual([]);
    const left = (await p.listProcessed()).filter(({ key }) => key.includes('2027') || key.includes(version.identity));
    expect(left.map(({ key }) => key)).toEqual([manifestKey(version.identity)]);
  });

  it('restaurant info has a table of its own kind', async () => {
    const info = generateSampleFiles(3).find(({ kind }) => kind === 'restaurant_info');
    if (info?.kind !== 'restaurant_info') throw new Error('the samples have no restaurant info');
    const { manifest } = await p.run(`info/${info.name}`, info.bytes);

    expect(manifest).toMatchObject({ outcome: 'processed', kind: 'restaurant_info' });
    expect(manifest.counts).toMatchObject({ rows_read: info.truth.rows, accepted: info.truth.rows });
    expect(await validationOf(manifest)).toMatchObject({ status: 'pass', kind: 'restaurant_info' });
    expect(tableRole(manifest)).toBeDefined();
  });

  it('a file that fails validation still replaces the table, and its report says fail', async () => {
    const good = await p.run('replaced.csv', tinyFile('one', 'two', 'three'));
    expect((await validationOf(good.manifest)).status).not.toBe('fail');
    const failing = await p.run('replaced.csv', tinyFile('one', '', '', ''));

    expect(await validationOf(failing.manifest)).toMatchObject({ status: 'fail' });
    const current = await p.readProcessed(currentTableKey('replaced.csv'));
    expect(current.metadata).toMatchObject({ identity: failing.version.identity, validation: 'fail' });
  });
});
