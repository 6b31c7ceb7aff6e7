import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReviewIds } from './review-ids.ts';

const bytes = (id: string) => Buffer.from(id);

describe('ReviewIds', () => {
  it('tells ids apart as a map of texts does', () => {
    const id = fc.oneof(fc.string({ maxLength: 4 }), fc.string({ unit: 'binary', maxLength: 30 }));
    fc.assert(
      fc.property(fc.array(id, { maxLength: 100 }), (ids) => {
        const numbers = new Map<string, number>();
        const reviewIds = new ReviewIds();
        for (const one of ids) {
          if (!numbers.has(one)) numbers.set(one, numbers.size);
          if (reviewIds.of(bytes(one)) !== numbers.get(one)) expect.fail(`${one} is taken for another`);
        }
        expect(reviewIds.count).toBe(numbers.size);
      }),
    );
  });

  it('finds 200,000 ids again, among rows without one', () => {
    const reviewIds = new ReviewIds();
    const numbers = Array.from({ length: 200_000 }, (_, i) => {
      if (i % 10 === 0) reviewIds.ofNoId();
      return reviewIds.of(bytes(`review-${i}`));
    });
    expect(new Set(numbers).size).toBe(200_000);
    for (const i of [0, 1, 9_999, 123_456, 199_999]) expect(reviewIds.of(bytes(`review-${i}`))).toBe(numbers[i]);
    expect(reviewIds.count).toBe(220_000);
  });

  it('takes no two rows without an id for one', () => {
    const reviewIds = new ReviewIds();
    expect([reviewIds.ofNoId(), reviewIds.ofNoId(), reviewIds.of(bytes('')), reviewIds.ofNoId()]).toEqual([0, 1, 2, 3]);
  });
});
