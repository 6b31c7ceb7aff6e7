import { expect, it } from 'vitest';
import { allOf } from './all-of.ts';

it('waits for all, also where one has failed, and then throws what that one threw', async () => {
  let isEnded = false;
  const slow = new Promise<void>((resolve) => setTimeout(resolve, 20)).then(() => {
    isEnded = true;
  });
  await expect(allOf([Promise.reject(new Error('the first')), slow])).rejects.toThrow('the first');
  expect(isEnded).toBe(true);
});

it('gives their results in the order of the list', async () => {
  const late = new Promise<string>((resolve) => setTimeout(() => resolve('late'), 5));
  expect(await allOf<[string, number]>([late, Promise.resolve(2)])).toEqual(['late', 2]);
});
