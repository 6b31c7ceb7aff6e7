import { describe, expect, it } from 'vitest';
import { keyGlob } from './key-glob.ts';

describe('keyGlob', () => {
  it.each([
    ['*.csv', ['a.csv', 'a b+%25.csv', '.csv'], ['x/a.csv', 'a.csv.gz', 'a_csv']],
    ['2026/**', ['2026/', '2026/11/a.csv', '2026/a\nb'], ['2026', 'x/2026/a']],
    ['**/a?.csv', ['x/a1.csv', 'x/y/aé.csv', 'x/a😀.csv'], ['a1.csv', 'x/a/.csv', 'x/a12.csv']],
    ['a.(b)[c]{d}|^$\\', ['a.(b)[c]{d}|^$\\'], ['aX(b)[c]{d}|^$\\', 'a.b']],
    ['', [''], ['a']],
  ] as const)('%s', (pattern, matching, others) => {
    const matches = keyGlob(pattern);
    for (const key of matching) expect([key, matches(key)]).toEqual([key, true]);
    for (const key of others) expect([key, matches(key)]).toEqual([key, false]);
  });
});
