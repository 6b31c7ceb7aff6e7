import { expect, it } from 'vitest';
import { oneAtATime } from './one-at-a-time.ts';

it('runs one after the other, whatever becomes of those before', async () => {
  const atATime = oneAtATime();
  const seen: string[] = [];
  const work =
    (name: string, fails = false) =>
    async () => {
      seen.push(`${name} begins`);
      await new Promise((resolve) => setImmediate(resolve));
      seen.push(`${name} ends`);
      if (fails) throw new Error(name);
      return name;
    };
  const results = await Promise.allSettled([atATime(work('a')), atATime(work('b', true)), atATime(work('c'))]);
  expect(seen).toEqual(['a begins', 'a ends', 'b begins', 'b ends', 'c begins', 'c ends']);
  expect(results.map((one) => (one.status === 'fulfilled' ? one.value : (one.reason as Error).message))).toEqual([
    'a',
    'b',
    'c',
  ]);
});
