import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type ReportReadyDetail, reportReadyDetailOf, reportReadyEventSchema } from './report-ready-event.ts';
import {
  chunkChangeSchema,
  chunkDeltaKey,
  chunkHeadKey,
  chunkSetKey,
  chunksReadyEventSchema,
  handoffIdOf,
  sourceIdOf,
} from './review-chunks.ts';

const read = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../examples/${name}.json`, import.meta.url), 'utf8'));

test('promise 9: the example of a report event is what its schema and the code say', () => {
  const { detail } = reportReadyEventSchema.parse(read('report-ready.v1'));
  const files = detail.files.map(({ kind, key }) => ({ kind, key }));
  const made = reportReadyDetailOf(detail, detail.status, files, detail.processed_bucket);
  expect(detail).toEqual(made);
});

test.each([
  ['processed', 'reviews', 'warn', { gate: 'passed', reason: null }],
  ['processed', 'reviews', 'fail', { gate: 'refused', reason: 'validation_failed' }],
  ['processed', 'restaurant_info', 'pass', { gate: 'not_applicable', reason: 'no_reviews' }],
  ['rejected', null, 'fail', { gate: 'not_applicable', reason: 'no_reviews' }],
] as const)('the quality gate of a %s file of %s that says %s', (outcome, kind, status, handoff) => {
  const { detail } = reportReadyEventSchema.parse(read('report-ready.v1'));
  const changed: ReportReadyDetail = { ...detail, outcome, kind };
  expect(reportReadyDetailOf(changed, status, detail.files, 'p')).toMatchObject({ status, handoff });
});

test('promise 9: the example of a hand-over is what its schema and the layout say', () => {
  const { detail } = chunksReadyEventSchema.parse(read('review-chunks-ready.v1'));
  const { source_id: sourceId, sequence, identity, previous } = detail;
  expect(sourceId).toBe(sourceIdOf(detail.source.bucket, detail.source.key));
  expect(detail.handoff_id).toBe(handoffIdOf(sourceId, sequence, identity));
  expect(detail.chain_id).toBe(handoffIdOf(sourceId, 1, previous?.identity ?? identity));
  expect([detail.head_key, detail.set?.key, detail.delta?.key]).toEqual([
    chunkHeadKey(sourceId),
    chunkSetKey(identity),
    chunkDeltaKey(sourceId, sequence, previous?.identity ?? '', identity),
  ]);
});

test('promise 9: the examples of changes are what their schema says, one of each', () => {
  const changes = (read('review-chunk-changes.v1') as unknown[]).map((one) => chunkChangeSchema.parse(one));
  expect(changes.map(({ op }) => op)).toEqual(['upsert', 'metadata', 'tombstone']);
});
