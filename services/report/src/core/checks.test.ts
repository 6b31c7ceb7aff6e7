import { pipeline, type Thresholds, worstOf } from '@tastetrend/contracts';
import { describe, expect, it } from 'vitest';
import { countsOf, infoProfile, manifestOf, profileOf, type Row, rows } from '../test-data/tally.ts';
import { checkTable } from './checks.ts';

const THRESHOLDS = pipeline.checks;

type Readability = ReturnType<typeof profileOf>['readability'];

/** The named check of a file of these rows. */
function check(
  name: string,
  all: readonly Row[],
  changes: Parameters<typeof profileOf>[1] = {},
  thresholds: Thresholds = THRESHOLDS,
) {
  const profile = profileOf(all, changes);
  const found = checkTable(manifestOf(profile, countsOf(all)), profile, thresholds).find((one) => one.name === name);
  if (found === undefined) throw new Error(`no check ${name}`);
  return found;
}

function readability(changes: Partial<Readability>): { readability: Readability } {
  const all = { uploaded: 1000, readable: 1000 };
  return { readability: { ratings: { ...all, out_of_scale: 0 }, dates: all, texts: all, ...changes } };
}

describe('every check below, at and over its thresholds', () => {
  it('checks reviews by every threshold of pipeline.json, in its order', () => {
    const profile = profileOf(rows(1));
    const checks = checkTable(manifestOf(profile, countsOf(rows(1))), profile, THRESHOLDS);
    expect(checks.map(({ name }) => name)).toEqual(Object.keys(THRESHOLDS));
    expect(worstOf(checks)).toBe('pass');
  });

  it.each([
    [0, 0, 'pass'],
    [399, 39.9, 'pass'],
    [400, 40, 'pass'],
    [401, 40.1, 'warn'],
    [500, 50, 'warn'],
    [501, 50.1, 'fail'],
    [1000, 100, 'fail'],
  ])('review_text_missing_pct: %d of 1000 accepted rows', (missing, observed, status) => {
    const all = [...rows(missing, { hasText: false }), ...rows(1000 - missing), ...rows(50, { fate: 'duplicates' })];
    expect(check('review_text_missing_pct', all)).toMatchObject({
      observed,
      status,
      counted: { count: missing, of: 1000, of_what: 'accepted rows' },
    });
  });

  it.each([
    [200, 'pass'],
    [201, 'warn'],
    [1000, 'warn'],
  ])('age_range_missing_pct: %d of 1000 accepted rows, which never fails', (missing, status) => {
    const all = [...rows(missing, { age: 'missing' }), ...rows(1000 - missing)];
    expect(check('age_range_missing_pct', all)).toMatchObject({ observed: missing / 10, status });
  });

  it.each([
    [0, 'pass'],
    [1, 'warn'],
    [10, 'warn'],
  ])('id_conflict_rows: %d', (conflicts, status) => {
    expect(check('id_conflict_rows', rows(10), { id_conflict_rows: conflicts })).toMatchObject({
      observed: conflicts,
      unit: 'rows',
      status,
    });
  });

  it.each([
    [10, 1, 'pass'],
    [11, 1.1, 'warn'],
    [100, 10, 'warn'],
    [101, 10.1, 'fail'],
  ])('quarantined_pct: %d of 1000 rows read, not of the accepted ones', (quarantined, observed, status) => {
    const rest = [...rows(500 - quarantined), ...rows(500, { fate: 'duplicates' })];
    expect(check('quarantined_pct', [...rows(quarantined, { fate: 'quarantined' }), ...rest])).toMatchObject({
      observed,
      status,
      counted: { of: 1000, of_what: 'rows read' },
    });
  });

  it.each([
    [10, 'pass'],
    [11, 'warn'],
    [100, 'warn'],
    [101, 'fail'],
  ])('ratings and dates: %d of 1000 uploaded', (bad, status) => {
    const all = rows(1000);
    const unreadable = { uploaded: 1000, readable: 1000 - bad };
    const ratings = readability({ ratings: { ...unreadable, out_of_scale: 0 } });
    expect(check('rating_unreadable_pct', all, ratings)).toMatchObject({ observed: bad / 10, status });
    expect(check('rating_out_of_scale_pct', all, ratings)).toMatchObject({ observed: 0, status: 'pass' });
    const scale = readability({ ratings: { uploaded: 1000, readable: 1000, out_of_scale: bad } });
    expect(check('rating_out_of_scale_pct', all, scale)).toMatchObject({ observed: bad / 10, status });
    expect(check('rating_unreadable_pct', all, scale)).toMatchObject({ observed: 0, status: 'pass' });
    const dates = readability({ dates: unreadable });
    expect(check('date_unreadable_pct', all, dates)).toMatchObject({ observed: bad / 10, status });
  });

  it('takes unreadable ratings out of those uploaded, not out of all rows', () => {
    // 1000 rows, of which 100 have something in the rating cell; 2 of these are unreadable: 2 %, not 0.2 %.
    const ratings = readability({ ratings: { uploaded: 100, readable: 98, out_of_scale: 0 } });
    expect(check('rating_unreadable_pct', rows(1000), ratings)).toMatchObject({
      observed: 2,
      status: 'warn',
      counted: { count: 2, of: 100, of_what: 'uploaded ratings' },
    });
  });

  it('accepted_rows_min: fails without an accepted row, at 1 it passes', () => {
    expect(check('accepted_rows_min', rows(1))).toMatchObject({ observed: 1, status: 'pass' });
    expect(check('accepted_rows_min', rows(3, { fate: 'quarantined' }))).toMatchObject({
      observed: 0,
      status: 'fail',
      threshold: { direction: 'under', warn: null, fail: 1 },
    });
    const few = { ...THRESHOLDS, accepted_rows_min: { warn_under: 10, fail_under: 1 } };
    expect(check('accepted_rows_min', rows(9), {}, few).status).toBe('warn');
    expect(check('accepted_rows_min', rows(10), {}, few).status).toBe('pass');
  });
});

describe('how a check is judged and told', () => {
  it('compares unrounded: 40.004 % is over 40 %, though it is written as 40', () => {
    const columns = { ...profileOf(rows(25_000)).columns, review_text: { present: 14_999, missing: 10_001 } };
    expect(check('review_text_missing_pct', rows(25_000), { columns })).toMatchObject({
      observed: 40,
      status: 'warn',
      message: '10,001 of 25,000 accepted rows (40 %) have no review text, over the limit of 40 %.',
    });
  });

  it('tells what to do only where there is something to do', () => {
    const text = check('review_text_missing_pct', rows(4, { hasText: false }));
    expect(text.message).toBe('4 of 4 accepted rows (100 %) have no review text, over the limit of 50 %.');
    expect(text.what_to_do).toMatch(/export/);
    const passed = check('review_text_missing_pct', rows(4));
    expect(passed).toMatchObject({ message: '0 of 4 accepted rows (0 %) have no review text.', what_to_do: null });
  });

  it('passes a share of nothing, unobserved', () => {
    const none = readability({
      ratings: { uploaded: 0, readable: 0, out_of_scale: 0 },
      dates: { uploaded: 0, readable: 0 },
    });
    for (const name of ['rating_unreadable_pct', 'rating_out_of_scale_pct', 'date_unreadable_pct']) {
      expect(check(name, rows(5), none)).toMatchObject({ observed: null, status: 'pass', what_to_do: null });
    }
    expect(check('review_text_missing_pct', []).message).toBe(
      'There are no accepted rows, so there is nothing to check.',
    );
    expect(check('quarantined_pct', [])).toMatchObject({ observed: null, status: 'pass' });
  });

  it('asks of restaurant info only what holds for any table', () => {
    const profile = infoProfile(4, 0);
    const manifest = manifestOf(profile, { rows_read: 4, accepted: 4, duplicates: 0, quarantined: 0 });
    const checks = checkTable(manifest, profile, THRESHOLDS);
    expect(checks.map(({ name, status }) => [name, status])).toEqual([
      ['quarantined_pct', 'pass'],
      ['accepted_rows_min', 'pass'],
    ]);
  });

  it('is as good as its worst check', () => {
    const [pass, warn, fail] = (['pass', 'warn', 'fail'] as const).map((status) => ({
      ...check('quarantined_pct', rows(1)),
      status,
    })) as [never, never, never];
    expect(worstOf([pass, warn, fail])).toBe('fail');
    expect(worstOf([warn, pass])).toBe('warn');
    expect(worstOf([pass])).toBe('pass');
    expect(() => worstOf([])).toThrow();
  });
});
