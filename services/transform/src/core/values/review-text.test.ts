import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { codePointCount, parseReviewText } from './review-text.ts';

describe('review texts', () => {
  test.each([
    ['', null],
    [' \n\t\r ', null],
    ['Good.', 'Good.'],
    [' two  spaces ', ' two  spaces '],
    ['a\r\nb\rc\nd\r\r\ne', 'a\nb\nc\nd\n\ne'],
    ['cafe\u0301', 'caf\u00e9'],
    ['ﬁne ½', 'ﬁne ½'],
    ['null', 'null'],
    ['😀\u0000', '😀\u0000'],
  ])('%j is %j', (cell, text) => {
    expect(parseReviewText(cell)).toBe(text);
  });

  test('a text of five million characters is kept whole', () => {
    const text = 'ab😀 '.repeat(1_000_000);
    expect(parseReviewText(text)).toBe(text);
  });
});

describe('length in code points', () => {
  test.each([
    ['', 0],
    ['abc', 3],
    ['é', 1],
    ['😀', 1],
    ['a😀b😀', 4],
    ['👨‍👩‍👧', 5],
    ['\ud83d', 1],
    ['\ude00\ud83d', 2],
    ['\ud83d\ud83d\ude00', 2],
  ])('%j has %i', (text, count) => {
    expect(codePointCount(text)).toBe(count);
  });

  test('property: agrees with the iterator of strings', () => {
    const text = fc.string({ unit: fc.constantFrom('a', '😀', '\ud83d', '\ude00', 'é', '\n') });
    fc.assert(fc.property(text, (t) => codePointCount(t) === [...t].length));
  });
});
