/** Object keys as people make them. */
import { currentTableKey } from '@tastetrend/contracts';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { canRunPipeline, type RunningPipeline, startPipeline } from '../pipeline/index.ts';
import { tinyFile } from './review-files.ts';

vi.setConfig({ testTimeout: 60_000 });
const SUITE = 'end to end: keys';

const NFC = 'Café Zoë.csv'.normalize('NFC');
const NFD = 'Café Zoë.csv'.normalize('NFD');

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  let p: RunningPipeline;
  beforeAll(async () => {
    p = await startPipeline();
  }, 300_000);
  afterAll(async () => {
    await p?.stop();
  });

  it.each([
    ['spaces', 'my  reviews of may.csv', 'processed/processed_my  reviews of may.csv.parquet'],
    ['spaces at both ends', ' edge .csv ', 'processed/processed_ edge .csv .parquet'],
    ['a plus sign', 'a+b+c.csv', 'processed/processed_a+b+c.csv.parquet'],
    ['percent signs', '100%25 a+b.csv', 'processed/processed_100%25 a+b.csv.parquet'],
    ['what looks encoded', '%2e%2e%2Fa%20b.csv', 'processed/processed_%2e%2e%2Fa%20b.csv.parquet'],
    ['a lone percent sign', '5% off.csv', 'processed/processed_5% off.csv.parquet'],
    ['composed unicode', NFC, `processed/processed_${NFC}.parquet`],
    ['decomposed unicode', NFD, `processed/processed_${NFD}.parquet`],
    ['other scripts and emoji', '口コミ/отзывы 🍜.csv', 'processed/口コミ/processed_отзывы 🍜.csv.parquet'],
    ['quotes', `it's "quoted" \`so\`.csv`, `processed/processed_it's "quoted" \`so\`.csv.parquet`],
    ['marks that URLs read', 'a#b?c&d=e;f,g:h@i!$*(j).csv', 'processed/processed_a#b?c&d=e;f,g:h@i!$*(j).csv.parquet'],
    ['backslash, braces, tilde', 'a\\b{c}[d]^e~f|g<h>.csv', 'processed/processed_a\\b{c}[d]^e~f|g<h>.csv.parquet'],
    ['a deep prefix', `${'d/'.repeat(120)}x.csv`, `processed/${'d/'.repeat(120)}processed_x.csv.parquet`],
    ['two slashes', 'a//b.csv', 'processed/a//processed_b.csv.parquet'],
    ['a leading slash', '/a.csv', 'processed//processed_a.csv.parquet'],
    ['steps upwards', 'up/../../a.csv', 'processed/up/../../processed_a.csv.parquet'],
    ['a step upwards first', '../a.csv', 'processed/../processed_a.csv.parquet'],
    ['the name of our own layout', 'versions/manifests/a.csv', 'processed/versions/manifests/processed_a.csv.parquet'],
    ['no ending', 'reviews', 'processed/processed_reviews.parquet'],
    ['another ending', 'reviews.txt', 'processed/processed_reviews.txt.parquet'],
    ['the name of an object property', '__proto__', 'processed/processed___proto__.parquet'],
  ])(
    '%s: the file arrives under its own key, and its table under the one that follows from it',
    async (_, key, expected) => {
      const { version, manifest } = await p.run(key, tinyFile('good', 'also good'));

      expect(manifest).toMatchObject({ outcome: 'processed', source: { key, version_id: version.versionId } });
      expect(currentTableKey(key)).toBe(expected);
      const current = await p.readProcessed(expected);
      expect(current.metadata.identity).toBe(version.identity);
      await p.idle();
      expect(p.completions(version.identity).map(({ detail }) => detail.source.key)).toEqual([key]);
    },
  );

  it('composed and decomposed spellings of a name are two files', async () => {
    const tables = (await p.listProcessed('processed/processed_Caf')).map(({ key }) => key);
    expect(tables.sort()).toEqual([currentTableKey(NFC), currentTableKey(NFD)].sort());
  });

  it('all of them are keys of the table and of nothing else: nothing lies outside of the layout', async () => {
    await p.idle();
    const allowed =
      /^catalog\/reviews\/[0-9a-f]{32}$|^processed\/(manifests\/[0-9a-f]{64}\.json|versions\/[0-9a-f]{64}\/|logs\/|rag\/|.*processed_)/s;
    expect((await p.listProcessed()).map(({ key }) => key).filter((key) => !allowed.test(key))).toEqual([]);
  });

  it('a key of 880 bytes is processed, and one of 881 is rejected with a reason', async () => {
    const atLimit = `${'ä'.repeat(438)}.csv`;
    expect(Buffer.byteLength(atLimit)).toBe(880);
    const fits = await p.run(atLimit, tinyFile('good'));
    expect(fits.manifest).toMatchObject({ outcome: 'processed', source: { key: atLimit } });
    expect((await p.readProcessed(currentTableKey(atLimit))).metadata.identity).toBe(fits.version.identity);

    const tooLong = await p.run(`x${atLimit}`, tinyFile('good'));
    expect(tooLong.manifest).toMatchObject({ outcome: 'rejected', rejection: { rule: 'key_too_long' } });
    await p.idle();
    expect(await p.depth('transform-dlq')).toEqual({ visible: 0, inFlight: 0 });
  });

  it('the longest key that S3 takes is rejected with a reason', async () => {
    const { manifest } = await p.run('k'.repeat(1024), tinyFile('good'));
    expect(manifest).toMatchObject({ outcome: 'rejected', rejection: { rule: 'key_too_long' } });
  });
});
