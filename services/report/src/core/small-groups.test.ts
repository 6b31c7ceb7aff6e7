import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { partitionBySize } from './small-groups.ts';

function partition(sizes: Record<string, number>, rowsMin = 5) {
  const size = (group: string) => ({ uploaded: sizes[group] as number, accepted: sizes[group] as number });
  return partitionBySize(Object.keys(sizes), size, rowsMin);
}

describe('partitionBySize', () => {
  it('shows every group that is large enough', () => {
    expect(partition({ a: 5, b: 9 })).toEqual({
      shown: ['a', 'b'],
      pooled: [],
      addedForProtection: null,
      poolIsTooSmall: false,
    });
  });

  it('pools small groups, and shows the pool when it is large enough', () => {
    expect(partition({ a: 9, b: 4, c: 1 })).toMatchObject({
      shown: ['a'],
      pooled: ['b', 'c'],
      addedForProtection: null,
    });
  });

  it('adds the smallest shown group to a pool that subtraction would reveal, the first of equals', () => {
    expect(partition({ a: 9, b: 1, c: 7, d: 7 })).toMatchObject({
      shown: ['a', 'd'],
      pooled: ['b', 'c'],
      addedForProtection: 'c',
    });
  });

  it('needs no cover for groups without a row', () => {
    expect(partition({ a: 9, b: 0 })).toMatchObject({ shown: ['a'], pooled: ['b'], addedForProtection: null });
  });

  it('shows nothing when all groups together are below the minimum', () => {
    expect(partition({ a: 3, b: 1 })).toEqual({
      shown: [],
      pooled: ['a', 'b'],
      addedForProtection: null,
      poolIsTooSmall: true,
    });
  });

  it('measures a group by its accepted rows, and covers one of which none was accepted', () => {
    const sizes: Record<string, { uploaded: number; accepted: number }> = {
      a: { uploaded: 9, accepted: 9 },
      b: { uploaded: 40, accepted: 1 },
    };
    const sizeOf = (group: string) => sizes[group] as { uploaded: number; accepted: number };
    expect(partitionBySize(['a', 'b'], sizeOf, 5)).toMatchObject({ shown: [], pooled: ['a', 'b'] });
    sizes.b = { uploaded: 3, accepted: 0 };
    expect(partitionBySize(['a', 'b'], sizeOf, 5)).toMatchObject({ shown: [], pooled: ['a', 'b'] });
  });

  it('puts each group in one place, and leaves nothing below the minimum to be shown or subtracted', () => {
    const sizes = fc.dictionary(fc.string({ minLength: 1, maxLength: 2 }), fc.nat(12), {
      maxKeys: 9,
      noNullPrototype: true,
    });
    fc.assert(
      fc.property(sizes, fc.integer({ min: 2, max: 8 }), (groups, rowsMin) => {
        const { shown, pooled, poolIsTooSmall } = partition(groups, rowsMin);
        expect([...shown, ...pooled].sort()).toEqual(Object.keys(groups).sort());
        const rowsOf = (names: readonly string[]) => names.reduce((sum, name) => sum + (groups[name] as number), 0);
        for (const group of shown) expect(groups[group]).toBeGreaterThanOrEqual(rowsMin);
        const total = rowsOf(Object.keys(groups));
        const rest = total - rowsOf(shown);
        expect(rest === rowsOf(pooled)).toBe(true);
        expect(rest === 0 || rest >= rowsMin || (poolIsTooSmall && shown.length === 0)).toBe(true);
      }),
    );
  });
});
