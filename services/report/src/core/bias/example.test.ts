/** The example in the contract is a summary that this code makes: it guards the bytes, too. */
import { readFileSync, writeFileSync } from 'node:fs';
import { biasSchema, pipeline } from '@tastetrend/contracts';
import { expect, it } from 'vitest';
import { codedOf, countsOf, manifestOf, profileOf, type Row, rows } from '../../test-data/tally.ts';
import { serialiseByLine } from '../serialise.ts';
import { biasOf } from './summary.ts';

const EXAMPLE = new URL('../../../../../shared/contracts/examples/bias.v2.json', import.meta.url);

/** 200 guests of two places, of whom women rate lower; three more rows are copies, of women. */
function file(): Row[] {
  const ratings = { female: [200, 300, 300, 400, 500], male: [300, 400, 400, 500, 500] };
  return [
    ...Array.from({ length: 200 }, (_, i): Row => {
      const gender = i % 5 === 4 ? 'missing' : i % 2 === 0 ? 'female' : 'male';
      return {
        ...(rows(1)[0] as Row),
        gender,
        age: 'missing',
        ethnicity: 'missing',
        reviewId: `r${i}`,
        rating: i % 11 === 0 ? null : ((ratings[gender as 'male'] ?? ratings.male)[(i * 7) % 5] as number),
        hasText: i % 3 > 0,
        totalSpent: 20 + ((i * 13) % 90),
        location: i % 4 === 0 ? 'Main St' : 'Elm St',
      };
    }),
    ...rows(3, { fate: 'duplicates', age: 'missing', ethnicity: 'missing' }),
  ];
}

it('promise 1: the same version has the same bytes, and the contract’s example is of this code', () => {
  const all = file();
  const profile = profileOf(all);
  const summary = biasOf(manifestOf(profile, countsOf(all)), profile, codedOf(all), pipeline.bias);
  const text = serialiseByLine(biasSchema, summary);
  // After a change that is meant: UPDATE_EXAMPLES=1 npx vitest run services/report, and read what became of it.
  if (process.env.UPDATE_EXAMPLES === '1') writeFileSync(EXAMPLE, text);
  expect(text).toBe(readFileSync(EXAMPLE, 'utf8'));
});
