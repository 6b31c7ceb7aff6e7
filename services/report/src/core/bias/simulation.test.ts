/** What reports flag over many made-up files: nothing where nothing differs, and what differs where something does. */
import { type Bias, pipeline } from '@tastetrend/contracts';
import { describe, expect, it } from 'vitest';
import { codedOf, countsOf, manifestOf, profileOf, type Row } from '../../test-data/tally.ts';
import { Random } from './random.ts';
import { biasOf } from './summary.ts';

/** Intervals are not what is tested here. */
const SETTINGS = { ...pipeline.bias, bootstrap_resamples: { ...pipeline.bias.bootstrap_resamples, value: 39 } };

const GENDERS = ['male', 'male', 'female', 'female', 'missing'];
const ETHNICITIES = ['caucasian', 'caucasian', 'caucasian', 'african_american', 'hispanic', 'asian', 'missing'];
const AGES = ['young_adult', 'adult', 'adult', 'mid_age', 'mature', 'senior', 'missing'];
const RATINGS = [100, 200, 300, 400, 400, 500, 500, 500];

interface World {
  readonly reviews: number;
  /** Rows of a review_id, at most; 1 at least. */
  readonly rowsMax: number;
  /** The group is that of the review, and not each row's own. */
  readonly groupIsConstant: boolean;
  /** What a review rates, by its first row's gender, in hundredths. */
  readonly ratingOf?: (gender: string, random: Random) => number;
}

/**
 * Rows of one review share rating, text and, nearly, what was spent: as far from independent as rows can be. Each row may
 * lack its rating by itself.
 */
function fileOf({ reviews, rowsMax, groupIsConstant, ratingOf }: World, seed: string): Row[] {
  const random = new Random(seed, 'file');
  const one = <T>(choices: readonly T[]) => choices[random.below(choices.length)] as T;
  const people = () => ({ gender: one(GENDERS), ethnicity: one(ETHNICITIES), age: one(AGES) });
  return Array.from({ length: reviews }, (_, id): Row[] => {
    const first = people();
    const rating = ratingOf?.(first.gender, random) ?? one(RATINGS);
    const hasText = random.below(10) < 7;
    const spent = 20 + random.below(150);
    return Array.from({ length: 1 + random.below(rowsMax) }, (_unused, row) => ({
      ...(groupIsConstant || row === 0 ? first : people()),
      fate: 'accepted' as const,
      reviewId: `r${id}`,
      rating: random.below(10) === 0 ? null : rating,
      hasText,
      hasTotal: random.below(5) > 0,
      totalSpent: spent + random.below(5),
      partySize: 1 + random.below(6),
    }));
  }).flat();
}

function flagsOf(all: readonly Row[]): Bias['flags'] {
  const profile = profileOf(all);
  return biasOf(manifestOf(profile, countsOf(all)), profile, codedOf(all), SETTINGS).flags;
}

/** How many of these files' reports flag anything. */
function flaggedOf(world: World, files: number, change = (all: Row[]) => all): number {
  let flagged = 0;
  for (let i = 0; i < files; i++) if (flagsOf(change(fileOf(world, `${i}`))).flagged.length > 0) flagged += 1;
  return flagged;
}

describe('under no difference, with clustered rows, at most 5 % of reports flag anything', () => {
  it.each([
    ['the group is the review’s', { reviews: 150, rowsMax: 7, groupIsConstant: true }, 60],
    ['a fan-out: each row has its own group', { reviews: 150, rowsMax: 7, groupIsConstant: false }, 60],
    ['more rows than are permuted one by one', { reviews: 1_400, rowsMax: 6, groupIsConstant: true }, 20],
  ])('%s', (_, world, files) => {
    const flagged = flaggedOf(world, files);

    expect(flagged).toBeLessThanOrEqual(0.05 * files);
  });

  it('where rows were taken for independent, most reports would', () => {
    const asIfIndependent = (all: Row[]) => all.map((row, i) => ({ ...row, reviewId: `row ${i}` }));
    const files = 10;
    const world = { reviews: 150, rowsMax: 7, groupIsConstant: true };
    expect(flaggedOf(world, files, asIfIndependent)).toBeGreaterThan(0.5 * files);
  });
});

describe('a real difference', () => {
  // Women rate 4 or more in 5 of 8 reviews, as all do here; men in 2 of 8.
  const ratingOf = (gender: string, random: Random) =>
    gender === 'male'
      ? ([100, 100, 200, 200, 300, 300, 400, 500][random.below(8)] as number)
      : (RATINGS[random.below(8)] as number);

  it.each([
    ['of 300 reviews', { reviews: 300, rowsMax: 4, groupIsConstant: true, ratingOf }, 10],
    ['of more rows than are permuted one by one', { reviews: 2_500, rowsMax: 4, groupIsConstant: true, ratingOf }, 4],
  ])('is flagged, with the group and the outcome that differ: %s', (_, world, files) => {
    let found = 0;
    let wrongShare = 0;
    for (let i = 0; i < files; i++) {
      const { flagged } = flagsOf(fileOf(world, `${i}`));
      const ofRatings = flagged.filter(({ outcome }) => outcome.startsWith('rating'));
      if (ofRatings.some(({ groups }) => groups.includes('male'))) found += 1;
      // Nothing but ratings differs; of all that is flagged 5 % may be chance, in the mean of files.
      wrongShare += flagged.length === 0 ? 0 : 1 - ofRatings.length / flagged.length;
    }
    expect(found / files).toBeGreaterThanOrEqual(0.9);
    expect(wrongShare / files).toBeLessThanOrEqual(0.1);
  });
});
