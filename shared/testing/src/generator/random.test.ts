import { expect, test } from 'vitest';
import { Random } from './random.ts';

test('equal streams draw alike, other streams do not, and draws fill their range evenly', () => {
  const draws = (...parts: number[]) => {
    const random = new Random(...parts);
    return Array.from({ length: 4 }, () => random.uint32());
  };
  expect(draws(1, 2, 3)).toEqual(draws(1, 2, 3));
  const streams = [[0], [1], [0, 0], [0, 1], [1, 0], [2 ** 32], [2 ** 32 + 1], [1, 2, 3], [3, 2, 1]];
  expect(new Set(streams.map((parts) => draws(...parts).join())).size).toBe(streams.length);
  const random = new Random(1);
  expectEven(() => random.below(10));
  // Neighbouring streams, as groups and rows use them, are as even as one stream.
  let stream = 0;
  expectEven(() => new Random(1, 614, 3, stream++).below(10));
});

test('weighted draws follow their weights, shuffles keep every item', () => {
  const random = new Random(2);
  let rare = 0;
  for (let i = 0; i < 100_000; i++)
    if (
      random.weighted([
        ['often', 9],
        ['rare', 1],
      ] as const) === 'rare'
    )
      rare++;
  expect(Math.abs(rare - 10_000)).toBeLessThan(500);
  const items = Array.from({ length: 50 }, (_, i) => i);
  const shuffled = random.shuffle([...items]);
  expect(shuffled).not.toEqual(items);
  expect(shuffled.sort((a, b) => a - b)).toEqual(items);
});

function expectEven(draw: () => number): void {
  const counts = Array<number>(10).fill(0);
  for (let i = 0; i < 100_000; i++) {
    const value = draw();
    counts[value] = (counts[value] ?? 0) + 1;
  }
  expect(counts).toHaveLength(10);
  for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(500);
}
