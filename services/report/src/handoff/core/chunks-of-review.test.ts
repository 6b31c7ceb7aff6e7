import { sha256Hex } from '@tastetrend/contracts';
import { describe, expect, it } from 'vitest';
import { ReportAssertionError } from '../../errors.ts';
import { chunkerOf, type ReviewRow } from './chunks-of-review.ts';
import { assertWithinLimits } from './limits.ts';

const ROW: ReviewRow = {
  review_uid: 'u1',
  customer_name: 'Ann Lee',
  review_date: 20_454,
  rating_1_5: 4.5,
  review_text: 'Good soup. Ann Lee',
  restaurant_name: 'Luke',
};
const chunksOf = chunkerOf('raw', 'reviews/a.csv');

describe('chunkerOf', () => {
  it('golden: raise CHUNK_RULES when one of these must change', () => {
    expect(chunksOf(ROW)).toEqual([
      {
        // printf '["chunk","raw","reviews/a.csv","u1",0]' | sha256sum
        chunk_id: sha256Hex('["chunk","raw","reviews/a.csv","u1",0]').slice(0, 32),
        vector_id: sha256Hex('["vector","Luke","Good soup. [customer]"]').slice(0, 32),
        content_hash: sha256Hex('Good soup. [customer]'),
        review_uid: 'u1',
        position: 0,
        text: 'Good soup. [customer]',
        metadata: { source: 'reviews/a.csv', restaurant: 'Luke', review_date: '2026-01-01', rating: 4.5 },
      },
    ]);
    const long = 'It was a long evening, and we said so to everybody we met. '.repeat(60);
    const digest = sha256Hex(JSON.stringify(chunksOf({ ...ROW, review_text: long })));
    expect(digest).toBe('ca9f63e045759ca93d2a19fb8640e6c191e9c0c2584b06ac52b9ee598a64612c');
  });

  it('a row without text has no chunk; what is not known is left out of the metadata', () => {
    expect(chunksOf({ ...ROW, review_text: null })).toEqual([]);
    const bare = { ...ROW, review_date: null, rating_1_5: null, restaurant_name: null };
    expect(chunksOf(bare)[0]?.metadata).toEqual({ source: 'reviews/a.csv' });
  });

  it('the longest key and restaurant stay within what the targets take', () => {
    const [chunk] = chunkerOf('raw', `${'\u0001'.repeat(400)}.csv`)({ ...ROW, restaurant_name: '"🍕'.repeat(4_000) });
    expect(Buffer.byteLength(JSON.stringify(chunk?.metadata))).toBeLessThanOrEqual(1_024);
    expect(chunk?.metadata.source).toMatch(/^[0-9a-f]{64}$/);
    expect(chunk?.metadata.restaurant).toMatch(/^("🍕)+"?…$/u);
  });
});

describe('assertWithinLimits', () => {
  const [good] = chunksOf(ROW);
  if (good === undefined) throw new Error('there is a chunk');
  const { metadata } = good;

  it.each([
    ['more bytes than Titan takes tokens', { text: '€'.repeat(2_731) }, /8193 bytes/],
    [
      'more metadata than Bedrock takes',
      { metadata: { ...metadata, restaurant: 'x'.repeat(1_024) } },
      /bytes of metadata/,
    ],
    [
      'more keys',
      { metadata: Object.assign({ ...metadata }, ...Array.from({ length: 50 }, (_, at) => ({ [`k${at}`]: 1 }))) },
      /keys/,
    ],
    ['a longer key', { metadata: { ...metadata, ['k'.repeat(201)]: 1 } }, /metadata key/],
  ])('refuses %s, and repeats none of it', (_, change, expected) => {
    const refused = () => assertWithinLimits({ ...good, ...change });
    expect(refused).toThrow(ReportAssertionError);
    expect(refused).toThrow(expected);
  });

  it('takes what is just within', () => {
    expect(() => assertWithinLimits({ ...good, text: '€'.repeat(2_730) })).not.toThrow();
  });
});
