import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { percentOf, roundedQuotient } from './rounding.ts';

describe('roundedQuotient', () => {
  it.each([
    [1, 3, 2, 0.33],
    [2, 3, 2, 0.67],
    [1, 8, 2, 0.13], // 0.125: half goes away from zero
    [-1, 8, 2, -0.13],
    [-1, 1000, 2, 0], // never -0
    [1005, 1000, 2, 1.01], // 1.005, which as a double is below the half
    [0, 7, 6, 0],
  ])('%d / %d to %d places is %d', (numerator, denominator, decimals, expected) => {
    expect(roundedQuotient(BigInt(numerator), BigInt(denominator), decimals)).toBe(expected);
  });

  it('has no quotient over nothing', () => {
    expect(() => roundedQuotient(1n, 0n, 2)).toThrow(RangeError);
  });

  it('is within half a unit of the last place, and odd in its numerator', () => {
    const whole = fc.integer({ min: 1, max: 2_000_000 });
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2_000_000 }), whole, (part, of) => {
        const rounded = roundedQuotient(BigInt(part), BigInt(of), 6);
        expect(Math.abs(rounded - part / of)).toBeLessThanOrEqual(0.5e-6 + 1e-9);
        expect(roundedQuotient(BigInt(-part), BigInt(of), 6) + rounded).toBe(0);
      }),
    );
  });
});

describe('percentOf', () => {
  it('has two places, and is null over nothing', () => {
    expect(percentOf(187, 614)).toBe(30.46); // 30.4560…
    expect(percentOf(0, 0)).toBeNull();
  });
});
