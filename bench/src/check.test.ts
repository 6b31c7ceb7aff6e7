import { describe, expect, test } from 'vitest';
import { expectedCounts, judge } from './check.ts';
import { CONTESTANTS, type Contestant } from './contestants.ts';
import { type BenchFile, spread } from './data.ts';

const FILE: BenchFile = {
  name: 'a_reviews.csv',
  bytes: 1,
  counts: { read: 100, accepted: 85, duplicates: 5, quarantined: 10, conflicts: 20 },
  defects: { too_few_fields: 6, too_many_fields: 4, surplus_all_empty: 2 },
};
const TRUE_REPORT = { ...FILE.counts, missing: { review_text: 30, review_date: 0 } };

function contestantNamed(name: string): Contestant {
  return CONTESTANTS.find((contestant) => contestant.name === name) as Contestant;
}

function problemsOf(name: string, report: object, written = 85) {
  const said = { [FILE.name]: { ...TRUE_REPORT, ...report } };
  const reference = { [FILE.name]: TRUE_REPORT };
  return judge(contestantNamed(name), [FILE], said, reference, { [FILE.name]: written }).problems;
}

describe('a contestant that does the same work', () => {
  test('has no problems', () => {
    expect(problemsOf('ours', {})).toEqual([]);
  });

  test('may leak what it is known to leak, and nothing else', () => {
    expect(expectedCounts(FILE, contestantNamed('polars'))).toEqual({ ...FILE.counts, accepted: 93, quarantined: 2 });
    expect(expectedCounts(FILE, contestantNamed('duckdb'))).toEqual({ ...FILE.counts, accepted: 87, quarantined: 8 });
    expect(expectedCounts(FILE, contestantNamed('pandas'))).toEqual(FILE.counts);
    const leaky = { accepted: 93, quarantined: 2, missing: { review_text: 36, review_date: 8 } };
    expect(problemsOf('polars', leaky, 93)).toEqual([]);
    expect(problemsOf('polars', { ...leaky, accepted: 92, quarantined: 3 }, 92)).toHaveLength(2);
    expect(problemsOf('polars', {})).toHaveLength(2);
  });
});

describe('a contestant that does not', () => {
  test.each(['read', 'accepted', 'duplicates', 'quarantined', 'conflicts'])('is found by its count of %s', (count) => {
    const problems = problemsOf('pandas', { [count]: 1 }, count === 'accepted' ? 1 : 85);
    expect(problems).toEqual([expect.stringContaining(`${count} is 1, and not`)]);
  });

  test('is found by a value that it lost, or has too many of', () => {
    expect(problemsOf('pandas', { missing: { review_text: 31, review_date: 0 } })).toHaveLength(1);
    expect(problemsOf('pandas', { missing: { review_text: 29, review_date: 0 } })).toHaveLength(1);
  });

  test('is found by the rows of its table', () => {
    expect(problemsOf('pandas', {}, 84)).toEqual([expect.stringContaining('its table has 84 rows')]);
  });

  test('is found by a file that it left out', () => {
    expect(judge(contestantNamed('pandas'), [FILE], {}, undefined, {}).problems).toHaveLength(1);
  });
});

test.each([0, 1, 7, 2000, 4924, 999_999])('%i rows are spread over the restaurants, and none is lost', (rows) => {
  expect(spread(rows, undefined).reduce((sum, [, share]) => sum + share, 0)).toBe(rows);
  if (rows === 4924) expect(spread(rows, undefined).map(([, share]) => share)).toEqual([614, 1784, 1655, 871]);
});
