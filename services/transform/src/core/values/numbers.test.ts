import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseAmount, parseNumber, parsePercentage, parseWholeNumber } from './numbers.ts';

describe('numbers', () => {
  test.each([
    ['0', 0],
    ['12', 12],
    ['12.50', 12.5],
    [' 7 ', 7],
    ['.5', 0.5],
    ['.25', 0.25],
    ['5.', 5],
    ['+3', 3],
    ['-3.25', -3.25],
    ['1e3', 1000],
    ['1.5E-2', 0.015],
    ['1,234', 1234],
    ['1,234.50', 1234.5],
    ['+1,234', 1234],
    ['123,456', 123_456],
    ['1,234,567', 1_234_567],
    ['-1,234', -1234],
    ['12,5', 12.5],
    ['12,50', 12.5],
    ['1.234,50', 1234.5],
    ['1.234.567,8', 1_234_567.8],
    ['1234,5', 1234.5],
    ['+12,5', 12.5],
    ['-12,5', -12.5],
    ['123.456,7', 123_456.7],
    ['1.234', 1.234],
    ['007', 7],
  ])('%j is %d', (cell, number) => {
    expect(parseNumber(cell)).toBe(number);
  });

  test.each([
    ...[
      '',
      ' ',
      'abc',
      '1a',
      'a1',
      '1 2',
      '1,23,456',
      '12,345,6',
      '1,2345',
      ',5',
      '.',
      '-',
      '+',
      'e5',
      '1e',
      '1e9999',
      '1e999',
      '1234,567',
    ],
    ...[
      'NaN',
      'Infinity',
      '-Infinity',
      '0x10',
      '1_000',
      '12.5.1',
      '--1',
      '१२',
      '½',
      '1,234,5.6',
      '1.23,4',
      '5-',
      '1e1000',
      '1e-1000',
      ',234',
      '12,',
      '.234,5',
      '1234.567,8',
    ],
  ])('%j is none', (cell) => {
    expect(parseNumber(cell)).toBeUndefined();
  });

  test('property: what JavaScript prints is read back', () => {
    fc.assert(fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (x) => parseNumber(String(x)) === x));
  });
});

describe('amounts', () => {
  test.each([
    ['45.20', 45.2],
    ['$45.20', 45.2],
    ['$ 1,045.20', 1045.2],
    ['45,20 €', 45.2],
    ['€45', 45],
    ['£45', 45],
    ['45 USD', 45],
    ['usd 45', 45],
    ['GBP45', 45],
    ['45EUR', 45],
    ['EUR 45', 45],
    ['45$', 45],
    ['45 £', 45],
    ['45GBP', 45],
    [' $5 ', 5],
    ['0', 0],
    ['-0', 0],
  ])('%j is %d', (cell, amount) => {
    expect(parseAmount(cell)).toBe(amount);
  });

  test.each(['', '-1', '$-5', '-$5', '$', '45 kg', '4$5', '(5.00)', 'USD', '45 %'])('%j is none', (cell) => {
    expect(parseAmount(cell)).toBeUndefined();
  });
});

describe('percentages', () => {
  test.each([
    ['18.5', 18.5],
    ['18.5%', 18.5],
    ['18,5 %', 18.5],
    [' 18 % ', 18],
    ['40.0', 40],
    ['0', 0],
    ['-0', 0],
    ['100', 100],
  ])('%j is %d', (cell, percentage) => {
    expect(parsePercentage(cell)).toBe(percentage);
  });

  test.each(['', '-1', '%', '18 %%', '%18', '-0.1 %', '$18'])('%j is none', (cell) => {
    expect(parsePercentage(cell)).toBeUndefined();
  });
});

describe('whole numbers', () => {
  test.each([
    ['1', 1, 1],
    ['8', 1, 8],
    ['4.0', 1, 4],
    [' 4 ', 1, 4],
    ['1,234', 0, 1234],
    ['0', 0, 0],
    ['-0', 0, 0],
    ['2147483647', 1, 2_147_483_647],
  ])('%j from %i is %i', (cell, min, number) => {
    expect(parseWholeNumber(cell, min)).toBe(number);
  });

  test.each([
    ['0', 1],
    ['-1', 0],
    ['2.5', 1],
    ['2147483648', 1],
    ['', 1],
    ['two', 1],
    ['1e30', 1],
  ])('%j from %i is none', (cell, min) => {
    expect(parseWholeNumber(cell, min)).toBeUndefined();
  });
});

test('64 characters may be a number, 65 are none', () => {
  const digits = (count: number) => '1'.repeat(count);
  expect([parseNumber(digits(64)), parseNumber(digits(65))]).toEqual([Number(digits(64)), undefined]);
  expect([parseAmount(`$${digits(63)}`), parseAmount(`$${digits(64)}`)]).toEqual([Number(digits(63)), undefined]);
  expect([parsePercentage(`${digits(63)}%`), parsePercentage(`${digits(64)}%`)]).toEqual([
    Number(digits(63)),
    undefined,
  ]);
});

test('a cell of a million characters that begins like a number is refused at once', () => {
  const start = performance.now();
  for (const filler of ['1', ' ', ',', '.', '$', '€ ']) {
    for (const parse of [parseNumber, parseAmount, parsePercentage]) {
      expect(parse(`1${filler.repeat(500_000)}x`)).toBeUndefined();
    }
  }
  expect(performance.now() - start).toBeLessThan(2000);
});
