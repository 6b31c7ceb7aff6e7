import { type Comparison, comparisonSchema } from '@tastetrend/contracts';
import { describe, expect, it } from 'vitest';
import { compareUpload } from './compare-uploads.ts';
import { type Bucket, bucket, report, type Upload } from './test-data/reported-uploads.ts';
import { rows } from './test-data/tally.ts';

const RATE = 0.05;

const comparisons = ({ kept }: Bucket): Comparison[] =>
  [...kept.entries()]
    .filter(([key]) => key.includes('/comparison_') && key.endsWith('.json'))
    .sort()
    .map(([, text]) => comparisonSchema.parse(JSON.parse(text)));

const january: Upload = {
  key: 'a.csv',
  version: 'v1',
  uploadedAt: '2026-01-31T10:00:00.000Z',
  rows: rows(200, { location: 'Uptown' }),
};
const february: Upload = {
  key: 'a.csv',
  version: 'v2',
  uploadedAt: '2026-02-28T10:00:00.000Z',
  rows: [
    ...rows(150, { location: 'Uptown', rating: 200 }),
    ...rows(50, { location: 'Uptown', hasText: false, gender: 'male' }),
  ],
};
const march: Upload = { ...january, version: 'v3', uploadedAt: '2026-03-31T10:00:00.000Z' };

describe('compareUpload', () => {
  it('compares with the upload before, and says what changed', async () => {
    const at = bucket();
    for (const upload of [january, february]) await compareUpload(await report(at, upload), RATE, at.ports);
    const [comparison, ...others] = comparisons(at);
    expect(others).toEqual([]);
    expect(comparison).toMatchObject({
      same: 'key',
      before: { source: { version_id: 'v1' }, rows: 200 },
      now: { rows: 200 },
    });
    const text = comparison?.missing.find(({ what }) => 'column' in what && what.column === 'review_text');
    expect(text).toMatchObject({ before: { count: 0 }, now: { count: 50, of: 200 }, change: 0.25, flagged: true });
    const male = comparison?.groups.find(({ what }) => 'group' in what && what.group === 'female');
    expect(male).toMatchObject({ before: { share: 1 }, now: { share: 0.75 }, flagged: true });
    expect(comparison?.ratings).toMatchObject({
      mean: { before: 4, now: 2.5, change: -1.5 },
      total_variation: { value: 0.75, flagged: true },
    });
    const spent = comparison?.missing.find(({ what }) => 'column' in what && what.column === 'total_spent');
    expect(spent).toMatchObject({ change: 0, p_value: 1, flagged: false });
  });

  it('promise 1, once in effect: in any order, the comparisons of neighbours are the same bytes', async () => {
    const uploads = [january, february, march];
    const inOrder = bucket();
    for (const upload of uploads) await compareUpload(await report(inOrder, upload), RATE, inOrder.ports);
    const wanted = [...inOrder.kept].filter(([key]) => key.includes('/comparison_') || key.includes('/history/'));
    // Two comparisons, and a page of each.
    expect(wanted.filter(([key]) => key.includes('/comparison_'))).toHaveLength(4);
    for (const order of [
      [2, 1, 0],
      [1, 2, 0],
      [0, 2, 1],
    ]) {
      const at = bucket();
      for (const i of order) await compareUpload(await report(at, uploads[i] as Upload), RATE, at.ports);
      for (const [key, text] of wanted) expect(at.kept.get(key)).toBe(text);
    }
    const together = bucket();
    const keys = await Promise.all(uploads.map((upload) => report(together, upload)));
    await Promise.all(keys.map((key) => compareUpload(key, RATE, together.ports)));
    for (const [key, text] of wanted) expect(together.kept.get(key)).toBe(text);
  });

  it('a page that a crash left out is written by the next delivery, of the comparison that is kept', async () => {
    const at = bucket();
    for (const upload of [january, february]) await compareUpload(await report(at, upload), RATE, at.ports);
    const pageKey = [...at.kept.keys()].find((key) => /\/comparison_.*\.html$/.test(key)) ?? '';
    const page = at.kept.get(pageKey);
    expect(page).toContain('What changed');
    at.kept.delete(pageKey);
    await compareUpload(await report(at, february), RATE, at.ports);
    expect(at.kept.get(pageKey)).toBe(page);
  });

  it('where nothing changed by more than chance there is no page', async () => {
    const at = bucket();
    const again = { ...january, version: 'again', uploadedAt: '2026-02-01T00:00:00.000Z' };
    for (const upload of [january, again]) await compareUpload(await report(at, upload), RATE, at.ports);
    expect(comparisons(at)).toMatchObject([{ flagged: 0 }]);
    expect([...at.kept.keys()].filter((key) => key.includes('/comparison_'))).toHaveLength(1);
  });

  it('a repeated delivery changes nothing', async () => {
    const at = bucket();
    for (const upload of [january, february]) await compareUpload(await report(at, upload), RATE, at.ports);
    const first = new Map(at.kept);
    await compareUpload(await report(at, february), RATE, at.ports);
    expect(at.kept).toEqual(first);
  });

  it('compares files of one restaurant alone by other names, and no others', async () => {
    const at = bucket();
    const mixed = {
      ...march,
      key: 'c.csv',
      rows: [...rows(60, { location: 'Uptown' }), ...rows(60, { location: 'East' })],
    };
    for (const upload of [january, { ...february, key: 'b.csv' }, mixed]) {
      await compareUpload(await report(at, upload), RATE, at.ports);
    }
    expect(comparisons(at).map(({ same, before, now }) => [same, before.source.key, now.source.key])).toEqual([
      ['restaurant', 'a.csv', 'b.csv'],
    ]);
  });

  it('flags nothing where nothing changed, however the rows are clustered', async () => {
    const at = bucket();
    // Forty rows of each review_id, all alike: worth five draws, and not two hundred.
    const clustered = (ratings: readonly number[]) =>
      ratings.flatMap((rating, i) => rows(40, { rating, reviewId: `r${i}`, location: 'Uptown' }));
    const one = { ...january, rows: clustered([100, 500, 500, 500, 300]) };
    const other = { ...february, rows: clustered([500, 100, 100, 500, 400]) };
    for (const upload of [one, other]) await compareUpload(await report(at, upload), RATE, at.ports);
    const [comparison] = comparisons(at);
    expect(comparison?.ratings?.total_variation.value).toBe(0.4);
    expect(comparison?.flagged).toBe(0);
    expect(comparison?.ratings?.total_variation.noise_floor).toBeGreaterThan(0.4);
  });

  it('a file without rows, or of no time, has no history', async () => {
    const at = bucket();
    const empty = { ...january, rows: rows(3, { fate: 'quarantined' as const }) };
    for (const upload of [empty, february]) await compareUpload(await report(at, upload), RATE, at.ports);
    expect(comparisons(at)).toEqual([]);
  });
});
