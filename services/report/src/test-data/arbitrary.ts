/** Any file's rows, and any order of a profile's keys. */
import { GROUPS, type Profile } from '@tastetrend/contracts';
import fc from 'fast-check';
import type { Row } from './tally.ts';

/** Few enough rows and groups often enough that sizes lie around the minimum. */
export function anyRows(): fc.Arbitrary<Row[]> {
  const none = ['missing', 'unreadable'];
  const row: fc.Arbitrary<Row> = fc.record({
    fate: fc.constantFrom('accepted', 'accepted', 'accepted', 'duplicates', 'quarantined'),
    gender: fc.constantFrom('male', 'male', 'male', 'female', 'female', ...GROUPS.gender_norm, ...none),
    ethnicity: fc.constantFrom(...GROUPS.ethnicity_norm, ...none),
    age: fc.constantFrom(...GROUPS.age_group, ...none),
    rating: fc.constantFrom(50, 100, 200, 350, 400, 450, 500, null),
    hasText: fc.boolean(),
    hasTotal: fc.boolean(),
  });
  return fc.oneof(fc.array(row, { maxLength: 20 }), fc.array(row, { minLength: 20, maxLength: 120 }));
}

/** The same profile, the keys of every object in another order. */
export function shuffledKeys(profile: Profile, seed: number): Profile {
  const shuffle = (part: unknown): unknown => {
    if (Array.isArray(part) || typeof part !== 'object' || part === null) return part;
    const entries = Object.entries(part).map(([key, value]) => [key, shuffle(value)] as const);
    const rank = (key: string) => [...key].reduce((hash, letter) => (hash * 31 + letter.charCodeAt(0)) | 0, seed);
    return Object.fromEntries(entries.sort(([a], [b]) => rank(a) - rank(b)));
  };
  return shuffle(profile) as Profile;
}
