import { describe, expect, test } from 'vitest';
import { Evidence } from './evidence.ts';

function scaleOf(header: string | undefined, cells: readonly string[]) {
  const evidence = new Evidence(header);
  for (const cell of cells) evidence.addRating(cell);
  expect(evidence.reading().ratingScale).toBe(
    evidence.inference().rating_scale?.value ?? evidence.reading().ratingScale,
  );
  const { value, ambiguous } = evidence.inference().rating_scale ?? { value: undefined, ambiguous: undefined };
  return [value, ambiguous];
}

const times = (n: number, ...cells: string[]) => Array.from({ length: n }, () => cells).flat();

describe('the rating scale', () => {
  test.each([
    ['rating_out_of_10', 10],
    ['Rating (out of 10)', 10],
    ['Rating-Out-Of-10', 10],
    ['rating out of 5', 5],
    ['rating_out_of_100', 100],
    ['Rating/10', 10],
    ['rating / 100', 100],
    ['rating_percent', 100],
    ['Rating (%)', 100],
    ['stars', 5],
    ['Star Rating', 5],
  ] as const)('is said by the name %j', (header, scale) => {
    // Whatever the values look like; a 7 out of 5 makes it doubtful.
    expect(scaleOf(header, times(20, '1', '2', '7'))).toEqual([scale, scale === 5]);
  });

  test.each([
    'rating',
    'score',
    'satisfaction_score',
    'rating_1000',
    'rating/1000',
    'rating/50',
    'out of 50',
    'rating_of_1000',
    undefined,
  ])('is not said by the name %j', (header) => {
    expect(scaleOf(header, times(20, '2', '7', '9'))).toEqual([10, false]);
    expect(scaleOf(header, times(20, '2', '3', '5'))).toEqual([5, false]);
  });

  test.each([
    ['five', times(20, '1', '2', '3', '4.0', '5'), 5, false],
    ['ten, even numbers alone', times(20, '2', '4', '6', '8', '10'), 10, false],
    ['a hundred', times(20, '20', '45', '80', '100'), 100, false],
    ['one 7.0 among a thousand up to 5', [...times(333, '1', '4', '5'), '7.0'], 5, true],
    ['one 7.0 among three', ['4', '5', '7.0'], 5, true],
    ['one value alone, of 7', ['7'], 10, false],
    ['two values over 5, of two', ['7', '8'], 10, false],
    ['5 % over 5', [...times(19, '4'), ...times(1, '7')], 5, true],
    ['4 of 100 over 5', [...times(96, '4'), ...times(4, '9')], 5, true],
    ['5 of 100 over 5', [...times(95, '4'), ...times(5, '9')], 5, true],
    ['6 of 100 over 5', [...times(94, '4'), ...times(6, '9')], 10, false],
    ['one 95 among those up to 10', [...times(50, '4', '9'), '95'], 10, true],
    ['over 100 is over every scale', times(50, '500'), 100, false],
    ['unreadable cells and empty ones do not count', [...times(50, '4', 'good', ''), ...times(1, '9')], 5, true],
  ] as const)('by spread: %s', (_name, cells, scale, ambiguous) => {
    expect(scaleOf('rating', cells)).toEqual([scale, ambiguous]);
  });

  test.each([
    ['stars alone', times(5, '⭐⭐'), 5, false],
    ['percents alone', times(5, '80%'), 100, false],
    ['of ten alone', times(5, '8/10'), 10, false],
    ['stars and a few plain numbers up to 5', [...times(50, '⭐⭐'), '4', '5'], 5, false],
    ['stars and a few plain numbers, some over 5', [...times(50, '⭐⭐'), '4', '8', '9'], 5, true],
    ['a few stars among numbers up to 10', [...times(50, '3', '9'), '⭐⭐'], 10, false],
    ['as many stars as numbers: these decide', [...times(5, '⭐⭐'), ...times(5, '9')], 10, false],
    ['more of ten than stars', [...times(5, '⭐'), ...times(6, '8/10'), '3'], 10, false],
  ] as const)('by what most values say themselves: %s', (_name, cells, scale, ambiguous) => {
    expect(scaleOf('rating', cells)).toEqual([scale, ambiguous]);
  });

  test('is null where nothing was rated, and 5 for the cleaning', () => {
    const evidence = new Evidence('rating');
    for (const cell of ['', 'good', 'N/A']) evidence.addRating(cell);
    expect(evidence.inference().rating_scale).toBeNull();
    expect(evidence.reading().ratingScale).toBe(5);
  });

  test('comes with its evidence in numbers', () => {
    const evidence = new Evidence('rating');
    for (const cell of ['4', '5', '7.0', '⭐']) evidence.addRating(cell);
    expect(evidence.inference().rating_scale?.evidence).toBe(
      'of 3 ratings without a scale of their own, 2 are up to 5, 1 over 5 and up to 10, 0 over 10; 1 more name their scale themselves',
    );
    const named = new Evidence('Star Rating');
    named.addRating('4');
    expect(named.inference().rating_scale?.evidence).toBe('the column\'s name, "Star Rating", says so');
  });
});

function ordersOf(cells: readonly string[]) {
  const evidence = new Evidence(undefined);
  for (const cell of cells) evidence.addDate(cell);
  const { date_orders } = evidence.inference();
  for (const { separator, value } of date_orders) expect(evidence.reading().dateOrders[separator]).toBe(value);
  return date_orders.map(({ separator, value, ambiguous_values }) => `${separator} ${value} ${ambiguous_values}`);
}

describe('the order of dates', () => {
  test.each([
    ['ISO alone leaves nothing open', ['2011-11-02', '2014-02-07', 'February 7, 2014'], []],
    ['no date', ['', 'soon', '99/99/2014'], []],
    ['evidence for month first settles the open ones', ['06/09/2018', '12/24/2016'], ['/ month_first 0']],
    ['evidence for day first settles the open ones', ['06/09/2018', '24/12/2016'], ['/ day_first 0']],
    ['without evidence the slash is month first', ['06/09/2018', '01/02/2018'], ['/ month_first 2']],
    ['without evidence the dot is day first', ['07.02.2014', '01.02.2014', '03.04.2014'], ['. day_first 3']],
    ['without evidence the dash is month first', ['07-02-2014'], ['- month_first 1']],
    ['the same day and month is open in no way that matters', ['03/03/2014'], []],
    [
      'the majority wins a contradiction, which stays open',
      ['24/12/2016', '25/12/2016', '12/24/2016', '01/02/2016'],
      ['/ day_first 1'],
    ],
    ['a tie is read as is usual', ['24/12/2016', '12/24/2016', '01/02/2016'], ['/ month_first 1']],
    ['a tie of dots is read as is usual', ['24.12.2016', '12.24.2016', '01.02.2016'], ['. day_first 1']],
    [
      'each separator has its own order: the three formats of eastside',
      ['2011-11-02', '07.02.2014', '06/09/2018', '12/24/2016', '24.12.2016'],
      ['/ month_first 0', '. day_first 0'],
    ],
  ])('%s', (_name, cells, orders) => {
    expect(ordersOf(cells)).toEqual(orders);
  });

  test('comes with its evidence in numbers', () => {
    const evidence = new Evidence(undefined);
    for (const cell of ['24/12/2016', '12/24/2016', '12/25/2016', '01/02/2016']) evidence.addDate(cell);
    expect(evidence.inference().date_orders[0]?.evidence).toBe(
      '1 dates can only be day first, 2 only month first, 1 could be either',
    );
  });
});

test('a name that says the scale decides, and ratings above it make it doubtful', () => {
  const scaleOf = (cells: readonly string[]) => {
    const evidence = new Evidence('Stars');
    for (const cell of cells) evidence.addRating(cell);
    return evidence.inference().rating_scale;
  };
  expect(scaleOf(['4', '5'])).toEqual({ value: 5, evidence: 'the column\'s name, "Stars", says so', ambiguous: false });
  expect(scaleOf(['4', '8', '9'])).toMatchObject({
    value: 5,
    evidence: expect.stringContaining('2 of 3 ratings are above it'),
    ambiguous: true,
  });
});
