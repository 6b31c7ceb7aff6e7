import { ForeignMessageError } from '@tastetrend/aws';
import { COMPLETION_DETAIL_TYPE, COMPLETION_SOURCE, completionDetailOf } from '@tastetrend/contracts';
import { describe, expect, it } from 'vitest';
import { completionOf } from './completion-message.ts';
import { REJECTED } from './test-data/tally.ts';

const DETAIL = completionDetailOf(REJECTED, 'processed-bucket');
const EVENT = {
  version: '0',
  id: 'new-at-each-publish',
  account: '000000000000',
  source: COMPLETION_SOURCE,
  'detail-type': COMPLETION_DETAIL_TYPE,
  detail: DETAIL,
};

function refusal(body: unknown): string {
  try {
    completionOf(body, 'processed-bucket');
  } catch (error) {
    expect(error).toBeInstanceOf(ForeignMessageError);
    return (error as Error).message;
  }
  throw new Error('the message was taken for a completion event');
}

describe('completionOf', () => {
  it('reads an event as EventBridge delivers it, with fields it does not know', () => {
    const body = { ...EVENT, detail: { ...DETAIL, added_later: true } };
    expect(completionOf(body, 'processed-bucket')).toMatchObject({ identity: REJECTED.identity });
  });

  it.each([
    ['an S3 event', { source: 'aws.s3', 'detail-type': 'Object Created', detail: {} }, /source: .*; detail-type: /],
    ['a number', 7, /all of it: /],
    ['nothing', null, /all of it: /],
    ['an event without an identity', { ...EVENT, detail: { ...DETAIL, identity: 'x' } }, /detail\.identity: /],
  ])('refuses %s, and says what was wrong in one line', (_, body, expected) => {
    const message = refusal(body);
    expect(message).toMatch(expected);
    expect(message).not.toContain('\n');
    expect(message.length).toBeLessThan(2000);
  });

  it('does not repeat what a foreign message holds', () => {
    const message = refusal({ ...EVENT, source: 'Jane Guest', detail: { ...DETAIL, counts: 'Jane Guest' } });
    expect(message).not.toContain('Jane');
  });

  it.each([
    ['identity', { source: { ...DETAIL.source, version_id: 'v2' } }],
    ['completion_id', { completion_id: '0'.repeat(64) }],
    ['manifest_key', { manifest_key: 'processed/logs/other.json' }],
    ['processed_bucket', { processed_bucket: 'elsewhere' }],
  ])('refuses an event whose %s contradicts the rest', (field, change) => {
    expect(refusal({ ...EVENT, detail: { ...DETAIL, ...change } })).toContain(`detail.${field}`);
  });
});
