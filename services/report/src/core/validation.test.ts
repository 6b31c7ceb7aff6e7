import { pipeline, validationSchema } from '@tastetrend/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReportAssertionError } from '../errors.ts';
import { anyRows, shuffledKeys } from '../test-data/arbitrary.ts';
import {
  countsOf,
  GONE,
  IDENTITY,
  IGNORED,
  infoProfile,
  manifestOf,
  profileOf,
  REJECTED,
  type Row,
  rows,
} from '../test-data/tally.ts';
import { serialiseByLine } from './serialise.ts';
import { validationOf } from './validation.ts';

function validation(all: readonly Row[], changes: Parameters<typeof profileOf>[1] = {}) {
  const profile = profileOf(all, changes);
  return validationOf(manifestOf(profile, countsOf(all)), profile, pipeline.checks);
}

describe('a file of reviews', () => {
  const file = [
    ...rows(6),
    ...rows(2, { hasText: false }),
    ...rows(1, { fate: 'duplicates' }),
    ...rows(1, { fate: 'quarantined' }),
  ];
  const summary = validation(file, {
    blank_lines: 2,
    rules: {
      rating_unreadable: { count: 1, first_lines: [12, 4] },
      date_unreadable: { count: 3, first_lines: [5, 6, 7] },
    },
    recovered: { total_spent: 1, customer_name: 2 },
    id_conflict_rows: 4,
    readability: {
      ratings: { uploaded: 8, readable: 7, out_of_scale: 1 },
      dates: { uploaded: 9, readable: 6 },
      texts: { uploaded: 0, readable: 0 },
    },
  });

  it('says which version it is about, and that every row is accounted for', () => {
    expect(summary).toMatchObject({
      schema: 'tastetrend.validation/1',
      identity: IDENTITY,
      transform_version: 1,
      source: { bucket: 'raw', version_id: 'v1', uploaded_at: '2025-03-04T05:06:07.000Z' },
      outcome: 'processed',
      kind: 'reviews',
      rejection: null,
      counts: { rows_read: 10, accepted: 8, duplicates: 1, quarantined: 1 },
      conservation: { accounted_for: 10, holds: true }, // 8 + 1 + 1
    });
  });

  it('counts missing values over accepted rows, columns in the order of the table', () => {
    const columns = summary.findings?.columns ?? [];
    expect(columns.slice(0, 2).map(({ column }) => column)).toEqual(['review_uid', 'review_id']);
    expect(columns.find(({ column }) => column === 'review_text')).toMatchObject({
      column: 'review_text',
      present: 6,
      missing: 2,
      missing_pct: 25, // 2 / 8, not 2 / 10
    });
  });

  it('lists what was found, by name, with its first lines in order', () => {
    expect(summary.findings).toMatchObject({
      blank_lines: 2,
      rules: [
        { rule: 'date_unreadable', count: 3, first_lines: [5, 6, 7] },
        { rule: 'rating_unreadable', count: 1, first_lines: [4, 12] },
      ],
      quarantine: [{ reason: 'wrong_field_count', count: 1, first_lines: [7, 9] }],
      duplicates: { exact: { count: 1 }, copy: { count: 0 } },
      recovered: [
        { column: 'customer_name', count: 2 },
        { column: 'total_spent', count: 1 },
      ],
      id_conflict_rows: 4,
      readability: {
        ratings: { uploaded: 8, readable: 7, unreadable: 1, readable_pct: 87.5, out_of_scale: 1 }, // 7 / 8
        dates: { uploaded: 9, readable: 6, unreadable: 3, readable_pct: 66.67 }, // 6 / 9
        texts: { uploaded: 0, readable: 0, unreadable: 0, readable_pct: null },
      },
    });
  });

  it('is as good as its worst check', () => {
    expect(summary.status).toBe('fail'); // dates: 3 / 9 unreadable
    expect(validation(rows(8)).status).toBe('pass');
    expect(validation(rows(8), { id_conflict_rows: 1 }).status).toBe('warn');
  });
});

describe('other files', () => {
  it('restaurant info is checked as a table, and never as reviews', () => {
    const profile = infoProfile(4, 1);
    const manifest = manifestOf(profile, { rows_read: 5, accepted: 4, duplicates: 0, quarantined: 1 });
    const summary = validationOf(manifest, profile, pipeline.checks);
    expect(summary).toMatchObject({ kind: 'restaurant_info', status: 'fail' }); // 1 / 5 quarantined
    expect(summary.checks.map(({ name }) => name)).toEqual(['quarantined_pct', 'accepted_rows_min']);
    expect(summary.findings?.columns.map(({ column }) => column)).toEqual(['location', 'address']);
  });

  it('a rejected file fails, with the reason it was rejected for', () => {
    const summary = validationOf(REJECTED, null, pipeline.checks);
    expect(summary).toMatchObject({
      outcome: 'rejected',
      status: 'fail',
      rejection: { rule: 'no_known_column' },
      checks: [
        { name: 'file_readable', status: 'fail', observed: null, message: 'No column of this file is known. (line 1)' },
      ],
      findings: null,
    });
    expect(validationSchema.parse(summary)).toEqual(summary);
  });

  it('a version that is gone warns', () => {
    const summary = validationOf(GONE, null, pipeline.checks);
    expect(summary).toMatchObject({
      outcome: 'gone',
      status: 'warn',
      source: { uploaded_at: null },
      checks: [{ name: 'file_present', status: 'warn' }],
    });
    expect(validationSchema.parse(summary)).toEqual(summary);
  });

  it('a folder marker has no report', () => {
    expect(() => validationOf(IGNORED, null, pipeline.checks)).toThrow(ReportAssertionError);
  });
});

describe('a report that does not add up cannot be made', () => {
  const all = [...rows(8), ...rows(1, { fate: 'duplicates' }), ...rows(1, { fate: 'quarantined' })];
  const profile = profileOf(all);
  const manifest = manifestOf(profile, countsOf(all));

  it.each([
    ['another version', { ...profile, identity: '0'.repeat(64) }],
    ['another kind', { ...profile, kind: 'restaurant_info' as const }],
    [
      'a column short of a cell',
      { ...profile, columns: { ...profile.columns, rating_raw: { present: 7, missing: 0 } } },
    ],
    ['more duplicates', { ...profile, duplicates: { ...profile.duplicates, copy: { count: 1, first_lines: [] } } }],
    ['a quarantined row without a reason', { ...profile, quarantine: {} }],
    ['more conflicts than rows', { ...profile, id_conflict_rows: 9 }],
    [
      'more readable than uploaded',
      { ...profile, readability: { ...profile.readability, dates: { uploaded: 1, readable: 2 } } },
    ],
  ])('%s', (_, wrong) => {
    expect(() => validationOf(manifest, wrong, pipeline.checks)).toThrow(ReportAssertionError);
  });

  it('a manifest that lost a row', () => {
    const lossy = { ...manifest, counts: { ...manifest.counts, rows_read: 11 } };
    expect(() => validationOf(lossy, null, pipeline.checks)).toThrow(/11/);
    const summary = { ...validationOf(manifest, profile, pipeline.checks), counts: lossy.counts };
    expect(() => serialiseByLine(validationSchema, summary)).toThrow(ReportAssertionError);
  });
});

describe('for any file', () => {
  it('fits the schema, keeps percentages within 0 and 100, and has no NaN', () => {
    fc.assert(
      fc.property(anyRows(), (all) => {
        const summary = validation(all);
        expect(JSON.parse(serialiseByLine(validationSchema, summary))).toEqual(summary);
        for (const { present, missing } of summary.findings?.columns ?? []) {
          expect(present + missing).toBe(summary.counts.accepted);
        }
      }),
    );
  });

  it('has the same bytes in whatever order the profile lists its columns, rules and reasons', () => {
    const rules = { b: { count: 1, first_lines: [2] }, a: { count: 1, first_lines: [1] } };
    fc.assert(
      fc.property(anyRows(), fc.integer(), (all, seed) => {
        const profile = profileOf(all, { rules, recovered: { z: 1, y: 2 } });
        const manifest = manifestOf(profile, countsOf(all));
        expect(
          serialiseByLine(validationSchema, validationOf(manifest, shuffledKeys(profile, seed), pipeline.checks)),
        ).toBe(serialiseByLine(validationSchema, validationOf(manifest, profile, pipeline.checks)));
      }),
    );
  });
});

describe('serialiseByLine', () => {
  it('writes keys in the order of the schema, leaves out what it does not know, and ends the line', () => {
    const summary = validation(rows(1));
    const shuffled = { ...Object.fromEntries(Object.entries(summary).reverse()), customer_name: 'A. Guest' };
    const text = serialiseByLine(validationSchema, shuffled as unknown as typeof summary);
    expect(text).toBe(serialiseByLine(validationSchema, summary));
    expect(text).toMatch(/^\{\n {2}"schema": "tastetrend.validation\/1",\n {2}"identity"/);
    expect(text.endsWith('}\n')).toBe(true);
    expect(text).not.toContain('Guest');
  });
});
