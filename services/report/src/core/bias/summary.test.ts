import { type Bias, biasSchema, GROUPS, pipeline, SENSITIVE_ATTRIBUTES } from '@tastetrend/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReportAssertionError } from '../../errors.ts';
import { anyRows, shuffledKeys } from '../../test-data/arbitrary.ts';
import {
  codedOf,
  countsOf,
  GONE,
  IGNORED,
  infoProfile,
  manifestOf,
  profileOf,
  REJECTED,
  type Row,
  rows,
} from '../../test-data/tally.ts';
import { serialiseByLine } from '../serialise.ts';
import { type BiasSettings, biasOf } from './summary.ts';

/** Resamples enough for values and structure; chance is measured in other tests. */
const FEW: BiasSettings = {
  ...pipeline.bias,
  bootstrap_resamples: { ...pipeline.bias.bootstrap_resamples, value: 39 },
  permutations_min: { ...pipeline.bias.permutations_min, value: 19 },
};

function bias(all: readonly Row[], settings: BiasSettings = FEW): Bias {
  const profile = profileOf(all);
  return biasOf(manifestOf(profile, countsOf(all)), profile, codedOf(all), settings);
}

function genderOf(summary: Bias) {
  return summary.attributes[0] as Bias['attributes'][number];
}

function outcomeOf(summary: Bias, group: string, name: string) {
  const { groups, missing, unreadable } = genderOf(summary);
  const found = [...groups, missing, unreadable].find((one) => one.group === group);
  return found?.outcomes.find(({ outcome }) => outcome === name);
}

const value = (number: number) => expect.objectContaining({ value: expect.closeTo(number, 5), reason: null });

describe('a table computed by hand', () => {
  //           accepted   rating 5  rating 3  none    text
  // female       40         10        20      10      20
  // male         60         45        15       0      60
  const file = [
    ...rows(10, { rating: 500, hasText: false, partySize: 2, totalSpent: 10 }),
    ...rows(20, { rating: 300, partySize: 2, totalSpent: 10 }),
    ...rows(10, { rating: null, hasText: false, partySize: 5, totalSpent: 10 }),
    ...rows(45, { gender: 'male', rating: 500, partySize: 2, totalSpent: 40 }),
    ...rows(15, { gender: 'male', rating: 300, partySize: 5, totalSpent: 40 }),
    ...rows(5, { fate: 'duplicates' }),
  ];
  const summary = bias(file);

  it('class imbalance and missing values: female, 40 of 100', () => {
    expect(genderOf(summary).groups.map(({ group }) => group)).toEqual(['male', 'female']); // the vocabulary's order
    const female = genderOf(summary).groups[1];
    expect(female).toMatchObject({
      reviews: 40,
      class_imbalance: value(0.2), // (60 − 40) / 100
      missing: { rating: value(0.25), text: value(0.5), total_spent: value(0) },
    });
  });

  it('ratings of 4 or more: 10 of 30 beside 45 of 60', () => {
    expect(outcomeOf(summary, 'female', 'rating_4_or_more')).toMatchObject({
      kind: 'binary',
      sizes: { group: { rows: 30, reviews: 30 }, others: { rows: 60, reviews: 60 } },
      measures: {
        share: value(1 / 3),
        share_of_others: value(0.75),
        difference_in_proportions: value(0.75 - 1 / 3),
        disparate_impact: { value: expect.closeTo(4 / 9, 5), four_fifths: 'not_met' }, // ⅓ / ¾
        // Parties of 2: 55 with, 20 without, all of them hers: 1 − 10/55. Parties of 5: none with, so nothing is said.
        conditional_disparity: value(1 - 10 / 55),
        total_variation: value(0.75 - 1 / 3),
        kolmogorov_smirnov_labels: value(0.75 - 1 / 3),
        lp_norm: value(Math.SQRT2 * (0.75 - 1 / 3)),
        kullback_leibler: value(0.25 * Math.log(0.25 / (2 / 3)) + 0.75 * Math.log(0.75 / (1 / 3))),
      },
      test: { measure: 'total_variation' },
    });
  });

  it('the rating itself, and what was spent', () => {
    expect(outcomeOf(summary, 'female', 'rating')).toMatchObject({
      kind: 'ordered',
      measures: {
        mean: value(11 / 3), // (10 × 5 + 20 × 3) / 30
        mean_of_others: value(4.5), // (45 × 5 + 15 × 3) / 60
        wasserstein_1: value(2 * (0.75 - 1 / 3)), // two stars apart
        kolmogorov_smirnov_cumulative: value(0.75 - 1 / 3),
      },
      test: { measure: 'wasserstein_1' },
    });
    expect(outcomeOf(summary, 'female', 'total_spent')).toMatchObject({
      measures: {
        mean: value(Math.log(11)),
        mean_of_others: value(Math.log(41)),
        // Bands of ¼: ln 11 = 2.398 is in that of 2.25, ln 41 = 3.714 in that of 3.5.
        wasserstein_1: value(1.25),
        total_variation: value(1),
        kullback_leibler: { value: null, low: null, high: null, noise_floor: null, p_value: null, reason: 'support' },
      },
    });
  });

  it('says what it is conditioned on: location where there are several, else the size of the party', () => {
    expect(summary.conditioned_on).toEqual({ column: 'party_size', strata: 5 });
    const twoPlaces = file.map((row, i) => ({ ...row, location: i % 2 === 0 ? 'Main St' : 'Elm St' }));
    expect(bias(twoPlaces).conditioned_on).toEqual({ column: 'location', strata: 3 });
    expect(bias(file.map((row) => ({ ...row, location: 'Main St' }))).conditioned_on?.column).toBe('party_size');
  });

  it('whom the cleaning dropped: 5 of 45 women, no man', () => {
    const [male, female] = genderOf(summary).groups;
    expect(female?.cleaning).toMatchObject({
      rows: { uploaded: 45, accepted: 40, duplicates: 5, quarantined: 0 },
      shares: {
        uploaded: value(45 / 105),
        accepted: value(0.4),
        duplicates: { value: 1, low: expect.closeTo(0.565518, 5), high: 1 }, // Wilson, 5 of 5
        quarantined: { value: null, reason: 'no_rows' },
      },
      share_change: value(0.4 - 45 / 105),
      kept_rate: value(40 / 45),
    });
    expect(male?.cleaning).toMatchObject({ kept_rate: { value: 1, high: 1 }, share_change: value(0.6 - 60 / 105) });
    const change = 0.4 - 45 / 105;
    expect(female?.cleaning.share_change.low).toBeLessThan(change);
    expect(female?.cleaning.share_change.high).toBeGreaterThan(change);
    expect(female?.cleaning.share_change.high).toBeLessThan(0); // 5 dropped women and no man are more than chance
  });

  it('flags what differs that much, and nothing that does not', () => {
    const flags = bias(file, pipeline.bias).flags;
    expect(flags.flagged.map(({ groups, outcome }) => `${groups} ${outcome}`).sort()).toEqual(
      ['female', 'male']
        .flatMap((group) =>
          ['has_rating', 'has_text', 'rating', 'rating_4_or_more', 'total_spent'].map((name) => `${group} ${name}`),
        )
        .sort(),
    );
    expect(flags.flagged).toContainEqual({
      attributes: ['gender_norm'],
      groups: ['female'],
      outcome: 'rating_4_or_more',
      four_fifths: 'not_met',
    });
  });
});

describe('missing, unreadable and undisclosed', () => {
  const file = [
    ...rows(40, { gender: 'missing', rating: 500 }),
    ...rows(40, { gender: 'unreadable' }),
    ...rows(40, { gender: 'undisclosed' }),
    ...rows(7, { gender: 'unreadable', fate: 'quarantined' }),
  ];

  it('are three groups, of which one is of people', () => {
    const { groups, missing, unreadable } = genderOf(bias(file));
    expect(groups.map(({ group }) => group)).toEqual(['undisclosed']);
    expect(missing).toMatchObject({ group: 'missing', cleaning: { rows: { accepted: 40 } }, reviews: 40 });
    expect(unreadable.cleaning.rows).toMatchObject({ accepted: 40, quarantined: 7 });
    expect(unreadable.cleaning.shares.quarantined).toEqual(value(1));
    expect(outcomeOf(bias(file), 'missing', 'rating')?.measures).toMatchObject({
      mean: value(5),
      mean_of_others: value(4),
    });
  });
});

describe('groups below a minimum', () => {
  it('need enough review_ids, and not rows alone', () => {
    const file = [...rows(300), ...rows(60, { gender: 'male' }).map((row, i) => ({ ...row, reviewId: `m${i % 19}` }))];
    const { groups } = genderOf(bias(file));
    expect(groups.map(({ group, reviews }) => [group, reviews])).toEqual([
      ['male', 19],
      ['female', 300],
    ]);
    expect(groups[0]).toMatchObject({ class_imbalance: { value: null, reason: 'below_minimum' }, outcomes: [] });
    // And she has nobody to be compared with.
    expect(groups[1]?.outcomes).toEqual([]);
  });

  it('have no measure of an outcome that is known of too few, or of too few others', () => {
    const file = [...rows(60), ...rows(29, { gender: 'male' }), ...rows(31, { gender: 'male', rating: null })];
    for (const group of ['male', 'female']) {
      expect(outcomeOf(bias(file), group, 'rating')).toMatchObject({
        reason: 'below_minimum',
        measures: null,
        test: null,
      });
      expect(outcomeOf(bias(file), group, 'has_rating')).toMatchObject({ reason: null });
    }
  });

  it('are not shown below 5 rows, or below 5 review_ids: 30 rows may be of one guest', () => {
    const file = [
      ...rows(50),
      ...rows(40, { gender: 'undisclosed' }),
      ...rows(30, { gender: 'male', reviewId: 'one guest' }),
      ...rows(4, { gender: 'other' }),
    ];
    const { groups, small_groups } = genderOf(bias(file));
    expect(groups.map(({ group }) => group)).toEqual(['female', 'undisclosed']);
    expect(small_groups).toMatchObject({
      members: ['male', 'other', 'non_binary'],
      added_for_protection: null,
      cleaning: { rows: { accepted: 34 } },
    });
  });

  it('leave no single small group to be found by subtracting those shown from the totals', () => {
    const file = [
      ...rows(60, { gender: 'male' }),
      ...rows(50, { gender: 'female' }),
      ...rows(40, { gender: 'undisclosed' }),
      ...rows(1, { gender: 'non_binary' }),
    ];
    const { groups, small_groups } = genderOf(bias(file));
    expect(groups.map(({ group }) => group)).toEqual(['male', 'female']);
    expect(small_groups).toMatchObject({ added_for_protection: 'undisclosed', cleaning: { rows: { accepted: 41 } } });
  });

  it('withhold every measure of an attribute whose known groups together are too few', () => {
    const file = [...rows(3, { gender: 'male' }), ...rows(1, { gender: 'other' }), ...rows(50, { gender: 'missing' })];
    const { groups, small_groups, missing } = genderOf(bias(file));
    expect(groups).toEqual([]);
    expect(small_groups).toMatchObject({ members: GROUPS.gender_norm, suppressed: true, cleaning: null });
    expect(missing.outcomes).toEqual([]);
  });
});

describe('pairs', () => {
  const ofPair = (gender: string, ethnicity: string, count: number, rating = 400) =>
    rows(count, { gender, ethnicity, rating });
  const file = [
    ...ofPair('male', 'asian', 120, 500),
    ...ofPair('male', 'hispanic', 130),
    ...ofPair('female', 'asian', 140),
    ...ofPair('female', 'hispanic', 20),
    ...ofPair('missing', 'asian', 110),
  ];

  it('are compared where they are large enough, known groups only', () => {
    const [pair] = bias(file).pairs;
    expect(pair?.attributes).toEqual(['gender_norm', 'ethnicity_norm']);
    expect(pair?.groups.map(({ groups }) => groups.join(' '))).toEqual(['male hispanic', 'male asian', 'female asian']);
    expect(pair?.groups[1]).toMatchObject({ sizes: { group: { rows: 120, reviews: 120 }, others: { rows: 400 } } });
    expect(pair?.groups[1]?.outcomes.find(({ outcome }) => outcome === 'rating')?.measures).toMatchObject({
      mean: value(5),
      mean_of_others: value(4),
    });
  });

  it('are not shown where a small one could be found by subtraction', () => {
    const [pair] = bias([...file, ...ofPair('male', 'mixed', 3), ...ofPair('female', 'mixed', 5)]).pairs;
    // Of the men 3 would be left over: the smaller of the two pairs goes with them.
    expect(pair?.groups.map(({ groups }) => groups.join(' '))).toEqual(['male hispanic', 'female asian']);
  });
});

describe('files without rows to compare', () => {
  it.each([
    ['rejected', REJECTED, null],
    ['gone', GONE, null],
    [
      'restaurant info',
      manifestOf(infoProfile(4, 0), { rows_read: 4, accepted: 4, duplicates: 0, quarantined: 0 }),
      infoProfile(4, 0),
    ],
  ])('%s: not applicable, and why', (_, manifest, profile) => {
    const summary = biasOf(manifest, profile, null, FEW);
    expect(summary).toMatchObject({ status: 'not_applicable', attributes: [], pairs: [], flags: { tests: 0 } });
    expect(summary.reason).toMatch(/\w+ \w+/);
    expect(biasSchema.parse(summary)).toEqual(summary);
  });

  it('ignored: there is no report', () => {
    expect(() => biasOf(IGNORED, null, null, FEW)).toThrow(ReportAssertionError);
  });

  it('a table without rows has measures of nothing', () => {
    const summary = bias([]);
    expect(biasSchema.parse(summary)).toEqual(summary);
    expect(summary).toMatchObject({ status: 'measured', flags: { tests: 0 } });
  });
});

describe('for any file', () => {
  /** Enough rows that measures are made, of few review_ids. */
  const anyFile = fc
    .tuple(anyRows(), fc.integer({ min: 1, max: 300 }))
    .map(([all, ids]) =>
      [...all, ...all, ...all].map((row, i) => ({ ...row, reviewId: `r${(i * 7) % ids}`, partySize: i % 7 || null })),
    );
  const LOW: BiasSettings = {
    ...FEW,
    measure_rows_min: { ...FEW.measure_rows_min, value: 6 },
    measure_reviews_min: { ...FEW.measure_reviews_min, value: 6 },
    pair_rows_min: { ...FEW.pair_rows_min, value: 6 },
    pair_reviews_min: { ...FEW.pair_reviews_min, value: 6 },
  };

  it('fits the schema; every fate’s shares add up to 1 and changes to 0; intervals hold their values', () => {
    fc.assert(
      fc.property(anyFile, (all) => {
        const summary = bias(all, LOW);
        expect(biasSchema.parse(summary)).toEqual(summary);
        for (const { groups, small_groups, missing, unreadable } of summary.attributes) {
          if (small_groups.cleaning === null) continue;
          const parts = [
            ...groups.map(({ cleaning }) => cleaning),
            small_groups.cleaning,
            missing.cleaning,
            unreadable.cleaning,
          ];
          for (const fate of ['uploaded', 'accepted', 'duplicates', 'quarantined'] as const) {
            const total = parts.reduce((sum, part) => sum + part.rows[fate], 0);
            expect(total).toBe(fate === 'uploaded' ? summary.counts.rows_read : summary.counts[fate]);
            if (total === 0) continue;
            expect(parts.reduce((sum, part) => sum + (part.shares[fate].value ?? Number.NaN), 0)).toBeCloseTo(1, 4);
          }
          if (summary.counts.accepted > 0) {
            expect(parts.reduce((sum, part) => sum + (part.share_change.value ?? Number.NaN), 0)).toBeCloseTo(0, 4);
          }
        }
        for (const { value: found, low, high, noise_floor } of estimatesIn(summary)) {
          if (found === null) expect([low, high, noise_floor ?? null]).toEqual([null, null, null]);
          else if (noise_floor !== undefined) {
            expect(found).toBeGreaterThanOrEqual(low ?? 0);
            expect(found).toBeLessThanOrEqual(high ?? Number.POSITIVE_INFINITY);
            expect(noise_floor ?? 0).toBeGreaterThanOrEqual(0);
          }
          if (low !== null && high !== null) expect(low).toBeLessThanOrEqual(high);
        }
      }),
      { numRuns: 40 },
    );
  });

  it('has the same bytes for the same table, and the same values in whatever order its rows are', () => {
    fc.assert(
      fc.property(anyFile, fc.integer(), (all, seed) => {
        const text = (summary: Bias) => serialiseByLine(biasSchema, summary);
        const summary = bias(all, LOW);
        const profile = profileOf(all);
        const again = biasOf(manifestOf(profile, countsOf(all)), shuffledKeys(profile, seed), codedOf(all), LOW);
        // The manifest names the profile's bytes, the summary does not.
        expect(text(again)).toBe(text(summary));
        const values = (one: Bias) => estimatesIn(one).map((estimate) => estimate.value);
        expect(values(bias([...all].reverse(), LOW))).toEqual(values(summary));
      }),
      { numRuns: 20 },
    );
  });

  it('shows no group of people below the minimum, nor leaves one to subtraction', () => {
    fc.assert(
      fc.property(anyFile, (all) => {
        const { attributes, pairs, counts } = bias(all, LOW);
        for (const { groups, small_groups, missing, unreadable } of attributes) {
          for (const { reviews, cleaning } of groups) {
            expect(Math.min(reviews, cleaning.rows.accepted)).toBeGreaterThanOrEqual(5);
          }
          const shown = [...groups, missing, unreadable].reduce((sum, { cleaning }) => sum + cleaning.rows.accepted, 0);
          const rest = counts.accepted - shown;
          if (rest > 0 && rest < 5) expect([groups, small_groups.suppressed]).toEqual([[], true]);
        }
        for (const { groups } of pairs)
          for (const { sizes } of groups) expect(sizes.group.reviews).toBeGreaterThanOrEqual(6);
      }),
      { numRuns: 40 },
    );
  });

  it('holds no id, place or text of a row', () => {
    const all = rows(60).map((row, i) => ({ ...row, reviewId: `secret-id-${i}`, location: `secret-place-${i % 3}` }));
    expect(serialiseByLine(biasSchema, bias(all))).not.toContain('secret');
  });

  it.each(SENSITIVE_ATTRIBUTES)('refuses a table whose groups of %s are not those of its profile', (attribute) => {
    const all = [...rows(6), ...rows(4, { gender: 'male', ethnicity: 'hispanic', age: 'elder' })];
    const profile = structuredClone(profileOf(all));
    const [from, to] = Object.values(profile.groups[attribute] ?? {}).filter(({ accepted }) => accepted > 0);
    for (const [cell, by] of [
      [from, -1],
      [to, 1],
    ] as const) {
      if (cell === undefined) continue;
      for (const field of ['uploaded', 'accepted', 'rated', 'rating_4_or_more'] as const) cell[field] += by;
      cell.rating_sum_hundredths += by * 400;
    }
    expect(() => biasOf(manifestOf(profile, countsOf(all)), profile, codedOf(all), FEW)).toThrow(/in the table/);
  });

  it.each([
    ['a row accepted here and a duplicate in the manifest', { accepted: 1, duplicates: -1 }],
    ['more rated 4 or more than rated', { rating_4_or_more: 9 }],
  ])('refuses a profile with %s', (_, changes: Record<string, number>) => {
    const all = [...rows(6), ...rows(2, { rating: null }), ...rows(2, { fate: 'duplicates' })];
    const profile = structuredClone(profileOf(all));
    const cell = profile.groups.age_group?.adult as Record<string, number>;
    for (const [field, change] of Object.entries(changes)) cell[field] = (cell[field] as number) + change;
    expect(() => biasOf(manifestOf(profile, countsOf(all)), profile, codedOf(all), FEW)).toThrow(ReportAssertionError);
  });
});

interface Estimate {
  readonly value: number | null;
  readonly low: number | null;
  readonly high: number | null;
  readonly noise_floor?: number | null;
}

function estimatesIn(part: unknown): Estimate[] {
  if (typeof part !== 'object' || part === null) return [];
  if ('value' in part && 'low' in part) return [part as Estimate];
  return Object.values(part).flatMap(estimatesIn);
}
