import type { Random } from './random.ts';

/** Why a row cannot be trusted as a row. */
export type MalformedKind = 'too_few_fields' | 'too_many_fields';

/** The fields of a well-formed row with some of its last ones cut off, or up to three too many. */
export function malform(random: Random, fields: readonly string[]): { fields: string[]; kind: MalformedKind } {
  if (random.chance(0.5)) {
    return { fields: fields.slice(0, random.between(2, fields.length - 1)), kind: 'too_few_fields' };
  }
  const surplus = Array.from({ length: random.between(1, 3) }, () => random.pick(['', 'x', 'see note', '0']));
  return { fields: [...fields, ...surplus], kind: 'too_many_fields' };
}
