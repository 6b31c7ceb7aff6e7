import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printableJson } from './json.ts';
import { barLine } from './progress.ts';
import { countOf, formatTable, printable } from './table.ts';

describe('formatTable', () => {
  it('columns as wide as their widest cell, numbers to the right, no blank at a line end', () => {
    const table = formatTable(
      ['file', 'rows', 'status'],
      [
        ['a.csv', '1,234', 'pass'],
        ['long-name.csv', '7', ''],
      ],
      ['left', 'right', 'left'],
    );
    expect(table.split('\n')).toEqual([
      'file            rows  status',
      '─────────────  ─────  ──────',
      'a.csv          1,234  pass',
      'long-name.csv      7',
    ]);
  });

  it('counts what a reader sees as one character as one', () => {
    const table = formatTable(
      ['a', 'b'],
      [
        ['e\u0301', 'x'],
        ['👩‍🍳', 'x'],
        ['xx', 'x'],
      ],
      ['left', 'left'],
    );
    expect(table.split('\n').slice(2)).toEqual(['e\u0301   x', '👩‍🍳   x', 'xx  x']);
  });

  it('no rows: only the head', () => {
    expect(formatTable(['a'], [], ['left'])).toBe('a\n─');
  });
});

describe('countOf', () => {
  it.for([
    [999, 1000, '999 of 1,000 (99.9 %)'],
    [9999, 10000, '9,999 of 10,000 (99.9 %)'],
    [10000, 10000, '10,000 of 10,000 (100 %)'],
    [0, 3, '0 of 3 (0 %)'],
    [0, 0, 'none'],
  ] as const)('%d of %d', ([part, whole, shown]) => {
    expect(countOf(part, whole)).toBe(shown);
  });
});

const isActedOn = /[\p{Cc}\u061c\u200e\u200f\u2028\u2029\u202a-\u202e\u2066-\u2069]/u;
const anyText = fc.string({
  unit: fc.oneof(
    fc.constantFrom('\x1b', '\x9b', '\u202e', '\u2066', '\n', '\x7f'),
    fc.string({ unit: 'binary', maxLength: 1 }),
  ),
});

describe('printable', () => {
  it('property: nothing is left that a terminal acts on, and nothing else is changed', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(printable(text)).not.toMatch(isActedOn);
        if (!isActedOn.test(text)) expect(printable(text)).toBe(text);
      }),
    );
  });

  it('property: JSON parses to the same value', () => {
    fc.assert(
      fc.property(fc.dictionary(anyText, fc.array(anyText)), (value) => {
        const json = printableJson(value);
        expect(JSON.parse(json)).toEqual(value);
        expect(json.replaceAll('\n', '')).not.toMatch(isActedOn);
      }),
    );
  });
});

describe('barLine', () => {
  it.for([
    [{ files: 0, filesAll: 2, bytes: 0, bytesAll: 4e6 }, '░'.repeat(24), '0 of 2 files, 0.0 of 4.0 MB, 1 s'],
    [
      { files: 1, filesAll: 2, bytes: 1e6, bytesAll: 4e6 },
      '█'.repeat(6) + '░'.repeat(18),
      '1 of 2 files, 1.0 of 4.0 MB, 1 s',
    ],
    [{ files: 2, filesAll: 2, bytes: 4e6, bytesAll: 4e6 }, '█'.repeat(24), '2 of 2 files, 4.0 of 4.0 MB, 1 s'],
    [
      { files: 1, filesAll: 2, bytes: 0, bytesAll: 0 },
      '█'.repeat(12) + '░'.repeat(12),
      '1 of 2 files, 0.0 of 0.0 MB, 1 s',
    ],
  ] as const)('%j', ([done, bar, words]) => {
    expect(barLine(done, 1_900)).toBe(`  ${bar}  ${words}`);
  });
});
