/** Demographics as people write them, in the words of the table. One line extends a list. */
import { remembering } from './remember.ts';

const GENDERS: Record<string, string> = {
  m: 'male',
  male: 'male',
  man: 'male',
  f: 'female',
  female: 'female',
  woman: 'female',
  o: 'other',
  other: 'other',
  'non-binary': 'non_binary',
  'non binary': 'non_binary',
  nonbinary: 'non_binary',
  non_binary: 'non_binary',
  nb: 'non_binary',
  enby: 'non_binary',
};

const ETHNICITIES: Record<string, string> = {
  white: 'caucasian',
  caucasian: 'caucasian',
  black: 'african_american',
  'african american': 'african_american',
  'african-american': 'african_american',
  african_american: 'african_american',
  hispanic: 'hispanic',
  latino: 'hispanic',
  latina: 'hispanic',
  latinx: 'hispanic',
  asian: 'asian',
  'native american': 'native_american',
  native_american: 'native_american',
  'american indian': 'native_american',
  mixed: 'mixed',
  multiracial: 'mixed',
  'two or more': 'mixed',
  other: 'other',
};

/** Only what says that the person would not say: a missing value is not "undisclosed". */
const UNDISCLOSED = new Set([
  'prefer not to say',
  'prefer not to answer',
  'prefer not to disclose',
  'undisclosed',
  'not disclosed',
  'decline to state',
  'declined',
]);

const AGE_GROUPS: Record<string, string> = {
  '18-25': 'young_adult',
  '26-35': 'adult',
  '36-45': 'mid_age',
  '46-55': 'mature',
  '56-65': 'senior',
  '65+': 'elder',
};

function fold(value: string): string {
  return value.trim().toLowerCase().replaceAll(/\s+/g, ' ');
}

function lookUp(table: Record<string, string>, value: string): string | undefined {
  const folded = fold(value);
  if (UNDISCLOSED.has(folded)) return 'undisclosed';
  return Object.hasOwn(table, folded) ? table[folded] : undefined;
}

/** @returns undefined when it is none that we know */
export const normGender = remembering((value: string): string | undefined => {
  return lookUp(GENDERS, value);
});

/** @returns undefined when it is none that we know */
export const normEthnicity = remembering((value: string): string | undefined => {
  return lookUp(ETHNICITIES, value);
});

/** `26-35`, `26 – 35`, `26 to 35`; `65+`, `65 and over`. @returns undefined when it is none that we know */
export const ageGroupOf = remembering((value: string): string | undefined => {
  const folded = fold(value)
    .replace(/\s*(?:-|–|—| to )\s*/, '-')
    .replace(/^(65)\s*(?:\+|and over|or older)$/, '$1+');
  return Object.hasOwn(AGE_GROUPS, folded) ? AGE_GROUPS[folded] : undefined;
});
