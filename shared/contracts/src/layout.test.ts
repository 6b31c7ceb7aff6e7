import { expect, test } from 'vitest';
import { currentTableKey, reportKey } from './layout.ts';

test.each([
  ['a.csv', 'processed/processed_a.csv.parquet'],
  ['a.txt', 'processed/processed_a.txt.parquet'],
  ['2026/11/my reviews+1.csv', 'processed/2026/11/processed_my reviews+1.csv.parquet'],
])('the current table of %s is %s', (key, expected) => {
  expect(currentTableKey(key)).toBe(expected);
});

test('a report is named by the upload time of its version, and by no clock of its own', () => {
  expect(reportKey('validation', '2026-11-22T10:11:12.345Z', 'abcdef0123456789'.repeat(4))).toBe(
    'processed/logs/2026/11/22/validation_20261122T101112.345Z_abcdef012345.json',
  );
});
