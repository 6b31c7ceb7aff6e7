import { expect, test } from 'vitest';
import { ReviewCleaner } from './clean-review.ts';
import { mapColumns, REVIEW_SYNONYMS } from './columns.ts';
import { DEFAULT_DATE_ORDERS } from './evidence.ts';
import { fingerprint, reviewUid, rowFingerprint, uidFingerprint } from './fingerprints.ts';

function cleaned(row: Readonly<Record<string, string>>) {
  const columns = mapColumns(Object.keys(row), REVIEW_SYNONYMS);
  const reading = { ratingScale: 5, dateOrders: DEFAULT_DATE_ORDERS } as const;
  return new ReviewCleaner(columns, reading).clean(Object.values(row));
}

test('the same parts give the same 128 bits, others give others', () => {
  expect(fingerprint(['a', 1, null]).toString('hex')).toBe('acd2eda3479067092b5a0e28772df5ec');
  const all = [['a', 1], ['a', '1'], ['a1'], ['a', 1, null], [['a'], 1], [null], ['null'], []].map(fingerprint);
  expect(new Set(all.map((print) => print.toString('hex'))).size).toBe(8);
  expect(all.every((print) => print.length === 16)).toBe(true);
});

test('a row is the same whatever the order of its columns, known and unknown', () => {
  const a = cleaned({ id: 'R1', text: 'T', server: 'Bo', table: '4', party: '2' });
  const b = cleaned({ table: '4', party: '2', text: 'T', server: 'Bo', id: 'R1' });
  expect(rowFingerprint(a, 'id')).toEqual(rowFingerprint(b, 'id'));
  expect(rowFingerprint(cleaned({ id: 'R1', text: 'T', server: '4', table: 'Bo', party: '2' }), 'id')).not.toEqual(
    rowFingerprint(a, 'id'),
  );
});

test('dates that cannot be read tell reviews apart', () => {
  const uidOf = (date: string) => uidFingerprint(cleaned({ id: 'R1', date })).toString('hex');
  expect(new Set(['soon', 'later', '', '2014-02-07'].map(uidOf)).size).toBe(4);
  expect(uidOf('07.02.2014')).toBe(uidOf('2014-02-07'));
});

test('every ordinal gives a uid of its own, the first that of the review alone', () => {
  const uid = uidFingerprint(cleaned({ id: 'R1' }));
  expect(reviewUid(uid, 0)).toEqual(uid);
  expect(new Set(Array.from({ length: 1000 }, (_, i) => reviewUid(uid, i).toString('hex'))).size).toBe(1000);
});
