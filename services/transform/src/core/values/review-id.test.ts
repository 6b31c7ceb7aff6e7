import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseReviewId } from './review-id.ts';

describe('review ids', () => {
  test.each([
    ['R12', 'R12', false],
    [' R12 ', 'R12', false],
    ['R12_dup', 'R12', true],
    ['R12_copy', 'R12', true],
    ['R12_COPY', 'R12', true],
    ['R12_copy_dup', 'R12', true],
    ['R12_dup_dup_copy', 'R12', true],
    ['R12 _dup', 'R12', true],
    ['R12_dup _copy', 'R12', true],
    ['dup', 'dup', false],
    ['copy', 'copy', false],
    ['R_dup_1', 'R_dup_1', false],
    ['R12_copy2', 'R12_copy2', false],
    ['R12dup', 'R12dup', false],
    ['R12-dup', 'R12-dup', false],
    ['0', '0', false],
  ])('%j is %j', (cell, id, isSuffixed) => {
    expect(parseReviewId(cell)).toEqual({ id, isSuffixed, isDamaged: false });
  });

  test.each(['', ' ', '\t\n'])('%j is missing', (cell) => {
    expect(parseReviewId(cell)).toEqual({ id: null, isSuffixed: false, isDamaged: false });
  });

  test.each(['#NAME?', 'null', 'N/A', ' n/a ', '#REF!', '_dup', '_copy', '_copy_dup', 'null_dup', '#NAME?_copy', '-'])(
    '%j is damage and no id',
    (cell) => {
      expect(parseReviewId(cell)).toEqual({ id: null, isSuffixed: false, isDamaged: true });
    },
  );

  test('property: an id keeps no suffix, and any number of suffixes leads to the same id', () => {
    const base = fc.stringMatching(/^[A-Z]{2,6}[0-9]$/);
    fc.assert(
      fc.property(base, fc.array(fc.constantFrom('_dup', '_copy', '_Dup')), (id, suffixes) => {
        expect(parseReviewId(id + suffixes.join('')).id).toBe(id);
      }),
    );
  });

  test('an id of a million suffixes, and one that only looks like it, cost no more than their length', () => {
    const hostile = '_dup'.repeat(1_000_000);
    const start = performance.now();
    expect(parseReviewId(`${hostile}x`).id).toBe(`${hostile}x`);
    expect(parseReviewId(`x${hostile}`).id).toBe('x');
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
