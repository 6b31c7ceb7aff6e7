import { describe, expect, test } from 'vitest';
import { isWordForMissing } from './missing.ts';

describe('words for missing', () => {
  test.each([
    ...['null', 'NULL', 'None', 'nil', 'NaN', 'NA', 'n/a', 'N/A', 'N.A.', 'undefined', '-', '--', '?'],
    ...['#NAME?', '#name?', '#N/A', '#VALUE!', '#REF!', '#NULL!', '#NUM!', '#DIV/0!'],
  ])('%s is one', (cell) => {
    expect(isWordForMissing(cell)).toBe(true);
  });

  test.each(['', '0', 'no', 'Nana', 'nullable', 'none of it', '---', '#NAME', 'x', '#'])('%j is none', (cell) => {
    expect(isWordForMissing(cell)).toBe(false);
  });
});
