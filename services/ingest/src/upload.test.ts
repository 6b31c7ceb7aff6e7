import { makeManifest } from '@tastetrend/contracts';
import { describe, expect, it } from 'vitest';
import { reportKeysOf } from './follow.ts';
import { rawKeyOf } from './upload.ts';

// Uploading and following are tested against a running pipeline: shared/testing/src/e2e/ingest.test.ts.

describe('rawKeyOf', () => {
  it.each([
    ['/data/2026/downtown.csv', '', 'downtown.csv'],
    ['downtown.csv', 'reviews/2026/', 'reviews/2026/downtown.csv'],
    ['./a b+c%25.csv', '', 'a b+c%25.csv'],
    ['../up.csv', 'x/', 'x/up.csv'],
  ])('%s under "%s" is %s', (path, prefix, key) => {
    expect(rawKeyOf(path, prefix)).toBe(key);
  });
});

describe('reportKeysOf', () => {
  const manifest = (outcome: 'gone' | 'ignored', uploaded_at: string | null) =>
    makeManifest({
      source: { bucket: 'b', key: 'k', version_id: 'v', etag: null, size_bytes: null, uploaded_at },
      outcome,
      kind: null,
      rejection: null,
      counts: { rows_read: 0, accepted: 0, duplicates: 0, quarantined: 0 },
      outputs: [],
      inferred: null,
    });

  it('names both summaries and the page, by the upload’s day', () => {
    const { identity, ...rest } = manifest('gone', '2026-11-12T01:02:03.000Z');
    const short = identity.slice(0, 12);
    expect(reportKeysOf({ identity, ...rest })).toEqual([
      `processed/logs/2026/11/12/validation_20261112T010203.000Z_${short}.json`,
      `processed/logs/2026/11/12/bias_20261112T010203.000Z_${short}.json`,
      `processed/logs/2026/11/12/report_20261112T010203.000Z_${short}.html`,
    ]);
  });

  it('has a place for a version whose upload time nobody knows', () => {
    const gone = manifest('gone', null);
    expect(reportKeysOf(gone)[0]).toBe(`processed/logs/undated/validation_undated_${gone.identity}.json`);
  });

  it('has none for what is no file', () => {
    expect(reportKeysOf(manifest('ignored', '2026-11-12T01:02:03.000Z'))).toEqual([]);
  });
});
