import { expect, it } from 'vitest';
import { compareUpload } from './compare-uploads.ts';
import { ListedComparisons } from './listed-comparisons.ts';
import { bucket, report, type Upload } from './test-data/reported-uploads.ts';
import { rows } from './test-data/tally.ts';

const upload = (key: string, version: string, month: string): Upload => ({
  key,
  version,
  uploadedAt: `2026-${month}-01T10:00:00.000Z`,
  rows: rows(100, { location: 'Uptown' }),
});

it('shows the comparison with the upload right before, of the same key rather than of the restaurant', async () => {
  const at = bucket();
  // v2 comes last: v3 was compared with v1 while v2 was not there, and that comparison stays.
  for (const one of [
    upload('a.csv', 'v1', '01'),
    upload('b.csv', 'v1', '04'),
    upload('a.csv', 'v3', '05'),
    upload('a.csv', 'v2', '03'),
  ]) {
    await compareUpload(await report(at, one), 0.05, at.ports);
  }
  const listed = new ListedComparisons();
  for (const key of at.kept.keys()) listed.add([key]);
  const identities = new Map(
    [...at.kept]
      .filter(([key]) => key.includes('/validation_'))
      .map(([, text]) => JSON.parse(text))
      .map(({ identity, source }) => [`${source.key} ${source.version_id}`, identity as string]),
  );
  const before = async (name: string) => {
    const found = await listed.of(identities.get(name) ?? '', async (key) => at.kept.get(key));
    const page = found?.href.replace('../', 'processed/logs/') ?? '';
    expect(at.kept.has(page)).toBe((found?.comparison.flagged ?? 0) > 0);
    return found && `${found.comparison.before.source.key} ${found.comparison.before.source.version_id}`;
  };
  expect(await before('a.csv v3')).toBe('a.csv v2');
  expect(await before('a.csv v2')).toBe('a.csv v1');
  expect(await before('b.csv v1')).toBe('a.csv v2');
  expect(await before('a.csv v1')).toBeNull();
});
