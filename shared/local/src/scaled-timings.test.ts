import { expect, it } from 'vitest';
import { scaleSeconds } from './scaled-timings.ts';

it.each([
  [300, 1, 300],
  [300, 60, 5],
  [120, 50, 3],
  [15, 60, 1],
  [1, 1_000, 1],
  [0, 60, 0],
])('%d s at a factor of %d are %d s', (seconds, timeFactor, expected) => {
  expect(scaleSeconds(seconds, timeFactor)).toBe(expected);
});

it.each([0, -1, 0.5, Number.NaN])('refuses a factor of %d', (timeFactor) => {
  expect(() => scaleSeconds(300, timeFactor)).toThrow(RangeError);
});
