import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { currentTableFactsOf, removalMetadataOf } from './current-table.ts';
import { identityOf, TRANSFORM_VERSION } from './identity.ts';
import { currentTableKey } from './layout.ts';
import { type Removal, removalDetailOf, removalEventSchema } from './removal-event.ts';

const EXAMPLE = new URL('../examples/file-removed.v1.json', import.meta.url);

const removal: Removal = {
  bucket: 'tastetrend-prod-raw-111122223333',
  key: 'reviews/downtown.csv',
  marker: { versionId: 'IYV3p45BT0ac8hjHg1houSdS1a.Mro8e', removedAt: '2026-11-12T10:11:12.000Z' },
  kind: 'reviews',
};

test('promise 9: the example of a removal event is what its schema and the code say', () => {
  const example = removalEventSchema.parse(JSON.parse(readFileSync(EXAMPLE, 'utf8')));
  expect(example.detail).toEqual(removalDetailOf(removal, 'tastetrend-prod-processed-111122223333'));
});

test('a removal is named by the delete marker, and where there is none by its absence', () => {
  const { bucket, key } = removal;
  const ofNothing = removalDetailOf({ ...removal, marker: undefined }, 'p');
  expect(ofNothing).toMatchObject({ reason: 'no_version', source: { version_id: 'none', removed_at: null } });
  expect(ofNothing.identity).toBe(identityOf({ bucket, key, versionId: 'none' }));
  expect(ofNothing.removal_id).not.toBe(removalDetailOf(removal, 'p').removal_id);
});

test('the metadata of the empty table says whose removal it is', () => {
  const { identity, removal_id: removalId, current_table_key } = removalDetailOf(removal, 'p');
  expect(current_table_key).toBe(currentTableKey(removal.key));
  expect(currentTableFactsOf(removalMetadataOf(removal))).toEqual({
    identity,
    versionId: removal.marker?.versionId,
    transformVersion: TRANSFORM_VERSION,
    kind: 'reviews',
    removalId,
    validation: undefined,
  });
});
