import { GROUPS } from '@tastetrend/contracts';
import { describe, expect, test } from 'vitest';
import { ageGroupOf, normEthnicity, normGender } from './demographics.ts';

describe('gender', () => {
  test.each([
    [['male', 'Male', 'MALE', 'm', 'M', ' m ', 'man'], 'male'],
    [['female', 'Female', 'FEMALE', 'f', 'F', 'woman'], 'female'],
    [['other', 'Other', 'O'], 'other'],
    [
      ['non-binary', 'Non-binary', 'NON-BINARY', 'non binary', 'nonbinary', 'non_binary', 'nb', 'Non  Binary', 'enby'],
      'non_binary',
    ],
    [['prefer not to say', 'Prefer not to say', 'PREFER  NOT TO SAY', 'undisclosed', 'declined'], 'undisclosed'],
    [['', 'x', 'males', 'unknown', 'constructor', '__proto__', 'toString', 'hispanic'], undefined],
  ])('%j is %s', (cells, norm) => {
    for (const cell of cells) expect(normGender(cell), cell).toBe(norm);
  });
});

describe('ethnicity', () => {
  test.each([
    [['white', 'White', 'WHITE', 'caucasian', 'Caucasian'], 'caucasian'],
    [['black', 'African American', 'african-american', 'african_american', 'AFRICAN  AMERICAN'], 'african_american'],
    [['hispanic', 'Latino', 'latina', 'Latinx'], 'hispanic'],
    [['asian', 'ASIAN'], 'asian'],
    [['native american', 'Native American', 'native_american', 'american indian'], 'native_american'],
    [['mixed', 'Multiracial', 'two or more'], 'mixed'],
    [['other', 'Other'], 'other'],
    [
      ['prefer not to say', 'not disclosed', 'decline to state', 'prefer not to answer', 'prefer not to disclose'],
      'undisclosed',
    ],
    [['', 'martian', 'native', 'valueOf', 'male'], undefined],
  ])('%j is %s', (cells, norm) => {
    for (const cell of cells) expect(normEthnicity(cell), cell).toBe(norm);
  });
});

describe('age', () => {
  test.each([
    [['18-25', '18 - 25', '18–25', '18—25', '18 to 25', ' 18-25 '], 'young_adult'],
    [['26-35'], 'adult'],
    [['36-45'], 'mid_age'],
    [['46-55'], 'mature'],
    [['56-65', '56 TO 65'], 'senior'],
    [['65+', '65 +', '65 and over', '65and over', '65 or older', '65 AND OVER'], 'elder'],
    [['', '30', '18-24', '66+', '17-25', '65', '25-18', '1865+', 'constructor'], undefined],
  ])('%j is %s', (cells, norm) => {
    for (const cell of cells) expect(ageGroupOf(cell), cell).toBe(norm);
  });
});

test('every norm is a group of the contract', () => {
  const norms = (norm: (cell: string) => string | undefined, cells: readonly string[]) =>
    cells.map((cell) => norm(cell));
  expect(GROUPS.gender_norm).toEqual(expect.arrayContaining(norms(normGender, ['m', 'f', 'o', 'nb', 'undisclosed'])));
  expect(
    new Set(
      norms(normEthnicity, ['white', 'black', 'latino', 'asian', 'native american', 'mixed', 'other', 'declined']),
    ),
  ).toEqual(new Set(GROUPS.ethnicity_norm));
  expect(norms(ageGroupOf, ['18-25', '26-35', '36-45', '46-55', '56-65', '65+'])).toEqual(GROUPS.age_group);
});
