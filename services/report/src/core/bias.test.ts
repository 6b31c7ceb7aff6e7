import { type Bias, type BiasMeasure, biasSchema, GROUPS, SENSITIVE_ATTRIBUTES } from '@tastetrend/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ReportAssertionError } from '../errors.ts';
import { anyRows, shuffledKeys } from '../test-data/arbitrary.ts';
import {
  countsOf,
  GONE,
  IGNORED,
  infoProfile,
  manifestOf,
  profileOf,
  REJECTED,
  type Row,
  rows,
} from '../test-data/tally.ts';
import { biasOf } from './bias.ts';
import { serialise } from './serialise.ts';

const ROWS_MIN = 5;

function bias(all: readonly Row[], rowsMin = ROWS_MIN): Bias {
  const profile = profileOf(all);
  return biasOf(manifestOf(profile, countsOf(all)), profile, rowsMin);
}

function genderOf(summary: Bias) {
  return summary.attributes[0] as Bias['attributes'][number];
}

const value = (number: number, over: number): BiasMeasure => ({ value: number, rows: over, reason: null });
const nothing = (reason: string, over: number | null): BiasMeasure => ({ value: null, rows: over, reason });

describe('a table computed by hand', () => {
  //            uploaded  accepted  duplicates  quarantined   ratings of the accepted
  // female        12        10         2            0         4 × 5, 4 × 3, 2 × none
  // male           8         6         2            0         6 × 4
  // missing        6         6         0            0         6 × 3.5
  // unreadable     4         0         0            4
  // all           30        22         4            4
  const file = [
    ...rows(4, { rating: 500 }),
    ...rows(4, { rating: 300, hasText: false }),
    ...rows(2, { rating: null, hasTotal: false }),
    ...rows(2, { fate: 'duplicates' }),
    ...rows(6, { gender: 'male' }),
    ...rows(2, { gender: 'male', fate: 'duplicates' }),
    ...rows(6, { gender: 'missing', rating: 350 }),
    ...rows(4, { gender: 'unreadable', ethnicity: 'unreadable', age: 'unreadable', fate: 'quarantined' }),
  ];
  const { groups, missing, unreadable, small_groups } = genderOf(bias(file));
  const [male, female] = groups;

  it('measures each group', () => {
    expect(groups.map(({ group }) => group)).toEqual(['male', 'female']); // the vocabulary's order
    expect(female).toEqual({
      group: 'female',
      rows: { uploaded: 12, accepted: 10, duplicates: 2, quarantined: 0 },
      shares: {
        uploaded: value(0.4, 30), // 12 / 30
        accepted: value(0.454545, 22), // 10 / 22
        duplicates: value(0.5, 4), // 2 / 4
        quarantined: value(0, 4), // 0 / 4
      },
      share_change: value(0.054545, 22), // 10/22 − 12/30 = (300 − 264) / 660
      kept_rate: value(0.833333, 12), // 10 / 12
      rating_mean: value(4, 8), // (4 × 5 + 4 × 3) / 8: the two without a rating are not in it
      rating_4_or_more_share: value(0.5, 8), // 4 / 8
      missing: {
        rating: value(0.2, 10), // 2 / 10
        text: value(0.4, 10), // 4 / 10
        total_spent: value(0.2, 10), // 2 / 10
      },
    });
    expect(male).toMatchObject({
      kept_rate: value(0.75, 8), // 6 / 8
      share_change: value(0.006061, 22), // 6/22 − 8/30 = (180 − 176) / 660
      rating_mean: value(4, 6),
      rating_4_or_more_share: value(1, 6), // 4 is "4 or more"
    });
  });

  it('keeps the rows of no known group apart', () => {
    expect(missing).toMatchObject({
      rows: { uploaded: 6, accepted: 6 },
      share_change: value(0.072727, 22), // 6/22 − 6/30 = (180 − 132) / 660
      rating_mean: value(3.5, 6),
      rating_4_or_more_share: value(0, 6),
    });
    expect(unreadable).toMatchObject({
      rows: { uploaded: 4, accepted: 0, duplicates: 0, quarantined: 4 },
      shares: { quarantined: value(1, 4) },
      share_change: value(-0.133333, 22), // 0/22 − 4/30
      kept_rate: nothing('below_minimum', 4),
      rating_mean: nothing('no_rows', 0),
    });
  });

  it('lists the groups without rows as the pool they are in', () => {
    expect(small_groups).toMatchObject({
      members: ['other', 'non_binary', 'undisclosed'],
      suppressed: false,
      rows: { uploaded: 0, accepted: 0 },
      shares: { uploaded: value(0, 30) },
      rating_mean: nothing('no_rows', 0),
    });
  });

  it('says how all rows fared', () => {
    expect(bias(file).overall).toMatchObject({
      rows: { uploaded: 30, accepted: 22, duplicates: 4, quarantined: 4 },
      kept_rate: value(0.733333, 30), // 22 / 30
      rating_mean: value(3.85, 20), // (20 + 12 + 24 + 21) / 20
      rating_4_or_more_share: value(0.5, 20), // (4 + 6) / 20
    });
  });
});

describe('groups below the minimum size', () => {
  it('shows a group of 5 and pools groups of 4', () => {
    const { groups, small_groups } = genderOf(
      bias([
        ...rows(5, { gender: 'male' }),
        ...rows(4, { gender: 'female', rating: 300 }),
        ...rows(4, { gender: 'other', rating: 500 }),
      ]),
    );
    expect(groups.map(({ group }) => group)).toEqual(['male']);
    expect(small_groups).toMatchObject({
      members: ['female', 'other', 'non_binary', 'undisclosed'],
      added_for_protection: null,
      rows: { accepted: 8 },
      rating_mean: value(4, 8), // (4 × 3 + 4 × 5) / 8
    });
  });

  it('leaves no single small group to be found by subtracting those shown from the totals', () => {
    const { groups, small_groups } = genderOf(
      bias([
        ...rows(20, { gender: 'male' }),
        ...rows(15, { gender: 'female' }),
        ...rows(6, { gender: 'undisclosed', rating: 500 }),
        ...rows(1, { gender: 'non_binary', rating: 150 }),
      ]),
    );
    expect(groups.map(({ group }) => group)).toEqual(['male', 'female']);
    // 42 − 20 − 15 = 7 rows: the one and the six together, whose mean is (150 + 6 × 500) / 7 = 450.
    expect(small_groups).toMatchObject({
      members: ['other', 'non_binary', 'undisclosed'],
      added_for_protection: 'undisclosed',
      rows: { accepted: 7 },
      rating_mean: value(4.5, 7),
    });
  });

  it('withholds every measure of an attribute whose known groups together are too few', () => {
    const all = [...rows(3, { gender: 'male' }), ...rows(1, { gender: 'other' }), ...rows(50, { gender: 'missing' })];
    const { groups, small_groups, missing } = genderOf(bias(all));
    expect(groups).toEqual([]);
    expect(small_groups).toMatchObject({
      members: GROUPS.gender_norm,
      suppressed: true,
      rows: null,
      shares: { accepted: nothing('attribute_too_small', null) },
      share_change: nothing('attribute_too_small', null),
      rating_mean: nothing('attribute_too_small', null),
    });
    // Else overall minus missing would be the four.
    expect(missing).toMatchObject({ rows: { accepted: 50 }, rating_mean: nothing('attribute_too_small', null) });
  });

  it('has no measure over fewer rows than the minimum, and says so', () => {
    const [female] = genderOf(bias([...rows(4), ...rows(6, { rating: null })])).groups;
    expect(female).toMatchObject({
      rating_mean: nothing('below_minimum', 4),
      rating_4_or_more_share: nothing('below_minimum', 4),
      missing: { rating: value(0.6, 10) },
    });
    const [rated] = genderOf(bias([...rows(5), ...rows(6, { rating: null })])).groups;
    expect(rated?.rating_mean).toEqual(value(4, 5));
  });

  it('measures a group by what the cleaning left of it', () => {
    const { groups } = genderOf(
      bias([...rows(9, { gender: 'male', fate: 'duplicates' }), ...rows(4, { gender: 'male' })]),
    );
    expect(groups).toEqual([]);
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
    const summary = biasOf(manifest, profile, ROWS_MIN);
    expect(summary).toMatchObject({ status: 'not_applicable', overall: null, attributes: [] });
    expect(summary.reason).toMatch(/\w+ \w+/);
    expect(biasSchema.parse(summary)).toEqual(summary);
  });

  it('ignored: there is no report', () => {
    expect(() => biasOf(IGNORED, null, ROWS_MIN)).toThrow(ReportAssertionError);
  });

  it('a table without rows has measures of nothing', () => {
    const { attributes, overall } = bias([]);
    expect(overall).toMatchObject({ rating_mean: nothing('no_rows', 0) });
    expect(attributes[0]).toMatchObject({ groups: [], small_groups: { suppressed: false, rows: { uploaded: 0 } } });
  });
});

describe('for any file', () => {
  /** Every measure in a value, wherever it is. */
  function measuresIn(part: unknown): BiasMeasure[] {
    if (typeof part !== 'object' || part === null) return [];
    if ('value' in part && 'reason' in part) return [part as BiasMeasure];
    return Object.values(part).flatMap(measuresIn);
  }

  it('fits the schema; shares add up to 1, changes to 0, rows to the file', () => {
    fc.assert(
      fc.property(anyRows(), (all) => {
        const summary = bias(all);
        expect(biasSchema.parse(summary)).toEqual(summary);
        for (const { groups, small_groups, missing, unreadable } of summary.attributes) {
          const parts = [...groups, small_groups, missing, unreadable];
          if (small_groups.suppressed) continue;
          for (const fate of ['uploaded', 'accepted', 'duplicates', 'quarantined'] as const) {
            const total = parts.reduce((sum, part) => sum + (part.rows?.[fate] ?? Number.NaN), 0);
            expect(total).toBe(fate === 'uploaded' ? summary.counts.rows_read : summary.counts[fate]);
            const shares = parts.map((part) => part.shares[fate].value);
            if (total === 0) expect(new Set(shares)).toEqual(new Set([null]));
            else expect(shares.reduce<number>((sum, share) => sum + (share ?? Number.NaN), 0)).toBeCloseTo(1, 4);
          }
          if (summary.counts.accepted > 0) {
            expect(parts.reduce((sum, part) => sum + (part.share_change.value ?? Number.NaN), 0)).toBeCloseTo(0, 4);
          }
        }
      }),
    );
  });

  it('keeps every measure in its bounds, and over no fewer rows than the minimum', () => {
    fc.assert(
      fc.property(anyRows(), (all) => {
        const { attributes, overall } = bias(all);
        for (const part of [overall, ...attributes.flatMap((one) => [...one.groups, one.small_groups])]) {
          const { rating_mean, ...others } = part as Record<string, unknown> & { rating_mean: BiasMeasure };
          if (rating_mean.value !== null) expect(rating_mean.value).toBeGreaterThanOrEqual(0.5);
          expect(rating_mean.value ?? 0).toBeLessThanOrEqual(5);
          for (const measure of measuresIn(others)) {
            expect(Math.abs(measure.value ?? 0)).toBeLessThanOrEqual(1);
            expect(measure.value).not.toBeNaN();
          }
          for (const measure of [rating_mean, others.kept_rate as BiasMeasure, ...measuresIn(others.missing)]) {
            if (measure.value !== null) expect(measure.rows).toBeGreaterThanOrEqual(ROWS_MIN);
          }
        }
      }),
    );
  });

  it('shows or leaves to subtraction no group of people below the minimum', () => {
    fc.assert(
      fc.property(anyRows(), (all) => {
        const { attributes, counts } = bias(all);
        for (const { groups, small_groups, missing, unreadable } of attributes) {
          for (const { rows: shown } of groups) expect(shown.accepted).toBeGreaterThanOrEqual(ROWS_MIN);
          const shown = [...groups, missing, unreadable].reduce((sum, part) => sum + part.rows.accepted, 0);
          const rest = counts.accepted - shown;
          if (rest > 0 && rest < ROWS_MIN) {
            // Then nothing is known of the attribute but how many rows say anything of it.
            expect(groups).toEqual([]);
            expect(small_groups.suppressed).toBe(true);
            expect(
              measuresIn([missing.rating_mean, missing.missing, unreadable.rating_mean]).map((m) => m.value),
            ).toEqual([null, null, null, null, null]);
          }
        }
      }),
    );
  });

  it('has the same bytes in whatever order the profile lists its groups', () => {
    fc.assert(
      fc.property(anyRows(), fc.integer(), (all, seed) => {
        const profile = profileOf(all);
        const manifest = manifestOf(profile, countsOf(all));
        const shuffled = shuffledKeys(profile, seed);
        expect(serialise(biasSchema, biasOf(manifest, shuffled, ROWS_MIN))).toBe(
          serialise(biasSchema, biasOf(manifest, profile, ROWS_MIN)),
        );
      }),
    );
  });

  it.each([
    ['a row accepted here and a duplicate in the manifest', { accepted: 1, duplicates: -1 }],
    ['a rating more than the profile has', { rated: 1, missing_rating: -1 }],
    ['more rated 4 or more than rated', { rating_4_or_more: 9 }],
  ])('refuses a group with %s', (_, changes: Record<string, number>) => {
    const all = [...rows(6), ...rows(2, { rating: null }), ...rows(2, { fate: 'duplicates' })];
    const profile = structuredClone(profileOf(all));
    const cell = profile.groups.age_group?.adult as Record<string, number>;
    for (const [field, change] of Object.entries(changes)) cell[field] = (cell[field] as number) + change;
    expect(() => biasOf(manifestOf(profile, countsOf(all)), profile, ROWS_MIN)).toThrow(ReportAssertionError);
  });

  it('refuses groups that do not add up to the manifest', () => {
    const attributes = fc.constantFrom(...SENSITIVE_ATTRIBUTES);
    const fields = fc.constantFrom(
      'uploaded',
      'accepted',
      'duplicates',
      'quarantined',
      'rated',
      'rating_sum_hundredths',
    );
    fc.assert(
      fc.property(anyRows(), attributes, fields, (all, attribute, field) => {
        const profile = structuredClone(profileOf(all));
        const cell = profile.groups[attribute]?.missing as Record<string, number>;
        cell[field] = (cell[field] as number) + 1;
        expect(() => biasOf(manifestOf(profile, countsOf(all)), profile, ROWS_MIN)).toThrow(ReportAssertionError);
      }),
    );
  });
});
