import { type Comparison, comparisonSchema } from '@tastetrend/contracts';
import { expect, it } from 'vitest';
import { compareUpload } from '../../compare-uploads.ts';
import { bucket, report } from '../../test-data/reported-uploads.ts';
import { rows } from '../../test-data/tally.ts';
import { changesOf } from './changes.ts';

/** Of 200 guests all said their age before, and 80 do not now. */
async function comparison(): Promise<Comparison> {
  const at = bucket();
  const key = 'eastside.csv';
  const before = rows(200, { age: 'adult' });
  const now = [...rows(120, { age: 'adult' }), ...rows(80, { age: 'missing' })].map((row, i) => ({
    ...row,
    reviewId: `r${i}`,
  }));
  for (const [at_, all] of [before, now].entries()) {
    const upload = { key, version: `v${at_}`, uploadedAt: `2026-0${at_ + 1}-01T00:00:00.000Z`, rows: all };
    await compareUpload(await report(at, upload), 0.05, at.ports);
  }
  const [, text] = [...at.kept].find(([name]) => /comparison_.*\.json$/.test(name)) ?? [];
  return comparisonSchema.parse(JSON.parse(text ?? ''));
}

it('says once what a column lacks and what its group of no answer gained: they are one figure', async () => {
  const compared = await comparison();
  const { missing, groups } = compared;
  const said = changesOf(compared);
  const titles = said.filter(({ flagged }) => flagged).map(({ title }) => title);
  expect(titles).toContain('Without age range');
  expect(titles).not.toContain('Age: not given');
  // Where the two differ, each is said.
  const others = groups.map((group) => ({ ...group, now: { ...group.now, count: group.now.count + 1 } }));
  expect(changesOf({ ...compared, groups: others }).map(({ title }) => title)).toContain('Age: not given');
  expect(changesOf({ ...compared, groups: others })).toHaveLength(missing.length + groups.length + 1);
});
