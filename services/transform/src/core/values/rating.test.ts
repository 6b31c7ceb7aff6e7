import { describe, expect, test } from 'vitest';
import { ratingOutOf5, readRating } from './rating.ts';

describe('ratings', () => {
  test.each([
    ['4', 4],
    ['4.0', 4],
    ['4,5', 4.5],
    [' 8.0 ', 8],
    ['85', 85],
    ['0', 0],
    ['-1', -1],
  ])('%j is %d on the scale of the file', (cell, value) => {
    expect(readRating(cell)).toEqual({ value, scale: undefined });
  });

  test.each([
    ['⭐', 1, 5],
    ['⭐⭐⭐⭐⭐', 5, 5],
    ['⭐️⭐️⭐️', 3, 5],
    ['⭐ ⭐ ⭐', 3, 5],
    ['★★★★☆', 4, 5],
    ['☆☆☆☆☆', 0, 5],
    ['🌟🌟', 2, 5],
    ['⭐⭐⭐⭐⭐⭐', 6, 5],
    ['4/5', 4, 5],
    ['4 / 5', 4, 5],
    ['+4/5', 4, 5],
    ['-1/5', -1, 5],
    ['4.5/5', 4.5, 5],
    ['4,5/5', 4.5, 5],
    ['8/10', 8, 10],
    ['8 out of 10', 8, 10],
    ['8 OUT OF 10', 8, 10],
    ['8 of 10', 8, 10],
    ['80/100', 80, 100],
    ['80%', 80, 100],
    ['80 %', 80, 100],
    ['+80%', 80, 100],
    ['-1%', -1, 100],
    ['80.5%', 80.5, 100],
    ['80,5%', 80.5, 100],
    ['4 stars', 4, 5],
    ['1 star', 1, 5],
    ['4.5 Stars', 4.5, 5],
    ['4,5 stars', 4.5, 5],
    ['+4 stars', 4, 5],
    ['-1 star', -1, 5],
    ['4⭐\uFE0F', 4, 5],
    [' ⭐⭐ ', 2, 5],
    ['4⭐', 4, 5],
    ['4 ★', 4, 5],
    ['12/10', 12, 10],
  ])('%j is %d of %i', (cell, value, scale) => {
    expect(readRating(cell)).toEqual({ value, scale });
  });

  test.each([
    '',
    'good',
    '4/7',
    '4/',
    '/5',
    '4 5',
    'stars',
    '⭐x',
    '⭐⭐½',
    '❤❤❤',
    '4.4.4/5',
    '80%x',
    'n/a',
    '4//5',
    '%',
    '1-5',
    'four',
  ])('%j is none', (cell) => {
    expect(readRating(cell)).toBeUndefined();
  });

  test('a cell of a million characters that begins like a rating is refused at once', () => {
    const start = performance.now();
    for (const filler of ['1', ' ', '⭐', '.']) expect(readRating(`4${filler.repeat(500_000)}x`)).toBeUndefined();
    expect(performance.now() - start).toBeLessThan(2000);
  });
});

describe('rating_1_5 = value / scale × 5', () => {
  test.each([
    [1, 5, 1],
    [5, 5, 5],
    [4.5, 5, 4.5],
    [2, 10, 1],
    [10, 10, 5],
    [7, 10, 3.5],
    [100, 100, 5],
    [1, 100, 0.05],
  ] as const)('%d of %i is %d', (value, scale, rating) => {
    expect(ratingOutOf5(value, scale)).toBeCloseTo(rating, 12);
  });

  test.each([
    [0, 5],
    [-0, 5],
    [-1, 5],
    [5.01, 5],
    [7, 5],
    [11, 10],
    [101, 100],
  ] as const)('%d is not on the scale of %i', (value, scale) => {
    expect(ratingOutOf5(value, scale)).toBeUndefined();
  });
});
