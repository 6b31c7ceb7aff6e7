import { describe, expect, test } from 'vitest';
import { completionDetailOf, completionEventSchema } from './completion-event.ts';
import { ManifestAssertionError, makeManifest } from './manifest.ts';

const table = { role: 'table' as const, key: 'processed/versions/x/table.parquet', bytes: 1, sha256: 'a'.repeat(64) };

function facts(): Parameters<typeof makeManifest>[0] {
  return {
    source: {
      bucket: 'raw',
      key: 'a.csv',
      version_id: 'v1',
      etag: '"e"',
      size_bytes: 10,
      uploaded_at: '2026-11-22T10:00:00.000Z',
    },
    outcome: 'processed',
    kind: 'reviews',
    rejection: null,
    counts: { rows_read: 10, accepted: 7, duplicates: 2, quarantined: 1 },
    outputs: [table],
    inferred: null,
  };
}

describe('promise 4: a manifest whose rows do not add up cannot be made', () => {
  test.each([
    { rows_read: 11, accepted: 7, duplicates: 2, quarantined: 1 },
    { rows_read: 9, accepted: 7, duplicates: 2, quarantined: 1 },
    { rows_read: 10, accepted: 7, duplicates: 3, quarantined: 1 },
  ])('%j', (counts) => {
    expect(() => makeManifest({ ...facts(), counts })).toThrow(ManifestAssertionError);
  });

  test('one whose rows add up is made, and cannot be changed afterwards', () => {
    const manifest = makeManifest(facts());
    expect(manifest.counts.accepted).toBe(7);
    expect(() => Object.assign(manifest, { counts: null })).toThrow(TypeError);
  });
});

describe('outcome, rejection and outputs agree', () => {
  test('a rejection without a reason is refused', () => {
    expect(() => makeManifest({ ...facts(), outcome: 'rejected', outputs: [] })).toThrow(ManifestAssertionError);
  });
  test('a reason without a rejection is refused', () => {
    const rejection = { rule: 'empty_file', message: 'm', line: null };
    expect(() => makeManifest({ ...facts(), rejection })).toThrow(ManifestAssertionError);
  });
  test('a processed version without a table is refused, and a table without one', () => {
    expect(() => makeManifest({ ...facts(), outputs: [] })).toThrow(ManifestAssertionError);
    expect(() => makeManifest({ ...facts(), outcome: 'gone' })).toThrow(ManifestAssertionError);
  });
});

test('promise 9: a consumer accepts fields that it does not know, at any depth', () => {
  const detail = completionDetailOf(makeManifest(facts()), 'processed');
  const event = {
    source: 'tastetrend.transform',
    'detail-type': 'File Version Completed',
    new_field: 1,
    detail: {
      ...detail,
      new_field: 1,
      counts: { ...detail.counts, new_field: 1 },
      source: { ...detail.source, new: 1 },
    },
  };
  expect(completionEventSchema.safeParse(event).success).toBe(true);
});
