import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FingerprintTable, IntList } from './fingerprint-table.ts';
import { fingerprint } from './fingerprints.ts';

function print(a: number, b = 0, c = 0, d = 0): Buffer {
  const bytes = Buffer.alloc(16);
  [a, b, c, d].forEach((word, i) => {
    bytes.writeUInt32LE(word, i * 4);
  });
  return bytes;
}

describe('a table of fingerprints', () => {
  test('property: numbers like a Map, whatever collides', () => {
    // Few first words, so that nearly all meet in the same slots; words over 2^31 test the signs.
    const word = fc.constantFrom(0, 1, 15, 16, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff);
    fc.assert(
      fc.property(fc.array(fc.tuple(word, word, word, word), { maxLength: 200, size: 'max' }), (words) => {
        const table = new FingerprintTable(16);
        const map = new Map<string, number>();
        for (const [a, b, c, d] of words) {
          const key = [a, b, c, d].join();
          if (!map.has(key)) map.set(key, map.size);
          expect(table.numberOf(print(a, b, c, d))).toBe(map.get(key));
        }
        expect(table.size).toBe(map.size);
      }),
    );
  });

  test('keeps its numbers over many growths', () => {
    const table = new FingerprintTable();
    const prints = Array.from({ length: 20_000 }, (_, i) => fingerprint([i]));
    prints.forEach((p, i) => {
      expect(table.numberOf(p)).toBe(i);
    });
    prints.forEach((p, i) => {
      expect(table.numberOf(p)).toBe(i);
    });
    expect(table.size).toBe(20_000);
  });

  test.each([0, 1, 2, 3])('tells apart what differs in word %i alone', (place) => {
    const table = new FingerprintTable();
    const words = [1, 2, 3, 4];
    words[place] = 9;
    expect(table.numberOf(print(1, 2, 3, 4))).toBe(0);
    expect(table.numberOf(print(...(words as [number, number, number, number])))).toBe(1);
  });
});

test('a list of integers grows and can be changed', () => {
  const list = new IntList();
  for (let i = 0; i < 5000; i++) list.push(0 - i);
  list.set(4000, 7);
  expect(list.length).toBe(5000);
  expect([list.at(0), list.at(1023), list.at(1024), list.at(4000), list.at(4999)]).toEqual([0, -1023, -1024, 7, -4999]);
});
