import { describe, expect, test } from 'vitest';
import { type CleanReview, comparable, foldOf, ReviewCleaner } from './clean-review.ts';
import { mapColumns, REVIEW_SYNONYMS } from './columns.ts';
import { DEFAULT_DATE_ORDERS, type FileReading } from './evidence.ts';

const READING: FileReading = { ratingScale: 5, dateOrders: DEFAULT_DATE_ORDERS };

/** Cleans one row, given as header → cell. */
function clean(row: Readonly<Record<string, string>>, reading: Partial<FileReading> = {}): CleanReview {
  const columns = mapColumns(Object.keys(row), REVIEW_SYNONYMS);
  return new ReviewCleaner(columns, { ...READING, ...reading }).clean(Object.values(row));
}

test('a whole row', () => {
  const review = clean({
    review_id: ' R12_copy ',
    customer_name: 'Guest_Ann Lee ',
    date: '07.02.2014',
    rating: ' 4.0',
    text: 'Fine.\r\nVery.',
    venue: ' Eastside ',
    restaurant_name: ' The Bricks\t',
    total_spent: '$45.20',
    tip_amount: '9,04 €',
    tip_percentage: '20 %',
    party_size: '4.0',
    age_range: '26–35',
    gender: 'F',
    ethnicity: 'Latina',
    server: 'Bo',
  });
  expect(review).toEqual({
    reviewId: 'R12',
    isSuffixed: true,
    customerName: 'Ann Lee',
    reviewDays: Date.UTC(2014, 1, 7) / 86_400_000,
    ratingRaw: '4.0',
    ratingScale: 5,
    rating: 4,
    text: 'Fine.\nVery.',
    location: 'Eastside',
    restaurantName: 'The Bricks',
    totalSpent: 45.2,
    tipAmount: 9.04,
    tipPercentage: 20,
    partySize: 4,
    ageRange: '26–35',
    gender: 'F',
    ethnicity: 'Latina',
    genderNorm: 'female',
    ethnicityNorm: 'hispanic',
    ageGroup: 'adult',
    extra: [
      ['review_id', ' R12_copy '],
      ['server', 'Bo'],
    ],
    unread: {},
    applied: ['id_suffix_removed', 'customer_prefix_removed'],
  });
});

test('a row without anything', () => {
  const { extra, unread, applied, isSuffixed, ...values } = clean({ id: '', rating: ' ', text: '\n', age: '', x: '' });
  expect({ extra, unread, applied, isSuffixed }).toEqual({ extra: [], unread: {}, applied: [], isSuffixed: false });
  expect(new Set(Object.values(values))).toEqual(new Set([null]));
});

describe('nothing uploaded is lost: what cannot be read is null, kept under its uploaded header, and counted', () => {
  test.each([
    ['Visit Date', '2014-02-30', 'reviewDays', 'date_unreadable', 'review_date'],
    ['Total', 'a lot', 'totalSpent', 'total_spent_unreadable', 'total_spent'],
    ['total_spent', '-5', 'totalSpent', 'total_spent_unreadable', 'total_spent'],
    ['Tip', '(5)', 'tipAmount', 'tip_amount_unreadable', 'tip_amount'],
    ['Tip', '5 %', 'tipAmount', 'tip_amount_unreadable', 'tip_amount'],
    ['tip pct', '$5', 'tipPercentage', 'tip_percentage_unreadable', 'tip_percentage'],
    ['tip pct', 'some', 'tipPercentage', 'tip_percentage_unreadable', 'tip_percentage'],
    ['covers', '0', 'partySize', 'party_size_unreadable', 'party_size'],
    ['party_size', '2.5', 'partySize', 'party_size_unreadable', 'party_size'],
  ] as const)('%s %j', (header, cell, key, rule, field) => {
    const review = clean({ [header]: ` ${cell}` });
    expect(review[key]).toBeNull();
    expect(review.extra).toEqual([[header, ` ${cell}`]]);
    expect(review.unread).toEqual({ [field]: cell });
    expect(review.applied).toEqual([rule]);
  });

  test.each(['Visit Date', 'Total', 'Tip', 'tip pct', 'covers', 'age', 'sex', 'race', 'Stars'])(
    '%s: a word for missing',
    (header) => {
      const review = clean({ [header]: 'n/a' });
      const { extra, applied, unread, isSuffixed, ...values } = review;
      expect(new Set(Object.values(values))).toEqual(new Set([null]));
      expect({ extra, applied, unread, isSuffixed }).toEqual({
        extra: [[header, 'n/a']],
        applied: ['word_for_missing'],
        unread: {},
        isSuffixed: false,
      });
    },
  );

  test.each([
    ['age_range', '30ish', 'ageRange', 'ageGroup', 'age_range_unreadable'],
    ['gender', 'x', 'gender', 'genderNorm', 'gender_unreadable'],
    ['ethnicity', 'Martian', 'ethnicity', 'ethnicityNorm', 'ethnicity_unreadable'],
  ] as const)('%s %j stays as uploaded beside an empty norm', (header, cell, key, normKey, rule) => {
    const review = clean({ [header]: ` ${cell} ` });
    expect([review[key], review[normKey], review.extra, review.applied]).toEqual([cell, null, [], [rule]]);
  });

  test.each([
    ['R12_dup', 'id_suffix_removed', 'R12'],
    ['#NAME?', 'id_damaged', null],
    ['null', 'id_damaged', null],
  ])('an id of %s', (cell, rule, id) => {
    const review = clean({ 'Review Number': cell });
    expect([review.reviewId, review.extra, review.applied]).toEqual([id, [['Review Number', cell]], [rule]]);
  });

  test('a name that is nothing but a prefix', () => {
    const review = clean({ name: 'Guest_' });
    expect([review.customerName, review.extra, review.applied]).toEqual([
      null,
      [['name', 'Guest_']],
      ['customer_prefix_removed'],
    ]);
  });

  test('unknown columns, as uploaded, in the order of the file; empty cells say nothing', () => {
    const review = clean({ x: ' 1 ', rating: '4', __proto__x: '', y: 'null', 10: 'ten', 2: 'two' });
    expect(review.extra).toEqual([
      ['2', 'two'],
      ['10', 'ten'],
      ['x', ' 1 '],
      ['y', 'null'],
    ]);
    expect(review.applied).toEqual([]);
  });

  test('a second column of the same meaning', () => {
    expect(clean({ rating: '4', Stars: '3' }).extra).toEqual([['Stars', '3']]);
  });
});

test('what is kept of our own columns stands among the unknown, in the order of the file', () => {
  const review = clean({ server: 'Bo', tip: 'some', table: '7', id: 'R1_dup', till: '2' });
  expect(review.extra.map(([header]) => header)).toEqual(['server', 'tip', 'table', 'id', 'till']);
});

test('one guest is a party', () => {
  expect(clean({ party_size: '1' })).toMatchObject({ partySize: 1, extra: [], applied: [] });
});

describe('a cleaner', () => {
  const cleanerOf = (...headers: string[]) => new ReviewCleaner(mapColumns(headers, REVIEW_SYNONYMS), READING);

  test('knows of columns that we do not know', () => {
    expect(cleanerOf('id', 'rating').hasUnknownColumns).toBe(false);
    expect(cleanerOf('id', 'server').hasUnknownColumns).toBe(true);
    expect(cleanerOf('till', 'id', 'server').hasUnknownColumns).toBe(true);
  });

  test('cleans a cell as a row that has nothing else', () => {
    const cleaner = cleanerOf('id', 'date', 'sex', 'server', 'tip');
    expect(cleaner.cleanCell('gender', 'M')).toEqual(cleaner.clean(['', '', 'M', '', '']));
    expect(cleaner.cleanCell('review_date', 'soon')).toEqual(cleaner.clean(['', 'soon', '', '', '']));
    expect(cleaner.cleanCell('location', 'Eastside')).toEqual(cleaner.clean(['', '', '', '', '']));
  });
});

test('an unreadable value compares as uploaded, words that we do not know without regard to capitals', () => {
  const [soon, later] = [clean({ date: 'soon' }), clean({ date: 'later' })];
  expect(comparable(soon, 'review_date', soon.reviewDays)).toBe('soon');
  expect(comparable(later, 'review_date', later.reviewDays)).toBe('later');
  expect(comparable(soon, 'review_date', 7)).toBe(7);
  expect(comparable(soon, 'tip_amount', null)).toBeNull();
  expect([foldOf('male', 'M'), foldOf(null, 'ROBOT'), foldOf(null, null)]).toEqual(['male', 'robot', null]);
});

describe('ratings', () => {
  test('are read on the scale of the file, or on their own', () => {
    const { ratingRaw, ratingScale, rating } = clean({ rating: '7.0' }, { ratingScale: 10 });
    expect([ratingRaw, ratingScale, rating]).toEqual(['7.0', 10, 3.5]);
    expect(clean({ rating: '⭐⭐⭐' }, { ratingScale: 10 })).toMatchObject({ ratingScale: 5, rating: 3 });
    expect(clean({ rating: '80%' })).toMatchObject({ ratingScale: 100, rating: 4 });
  });

  test('out of scale are no rating, stay as uploaded, and are counted', () => {
    const review = clean({ rating: '7.0' });
    expect(review).toMatchObject({ ratingRaw: '7.0', ratingScale: 5, rating: null, extra: [] });
    expect(review.applied).toEqual(['rating_out_of_scale']);
  });

  test('that cannot be read stay as uploaded, in both places', () => {
    const review = clean({ Stars: 'good' });
    expect(review).toMatchObject({ ratingRaw: 'good', ratingScale: null, rating: null, extra: [['Stars', 'good']] });
    expect(review.applied).toEqual(['rating_unreadable']);
  });

  test('that a kept row takes over are read in the same way', () => {
    const cleaner = new ReviewCleaner(mapColumns(['rating'], REVIEW_SYNONYMS), { ...READING, ratingScale: 10 });
    expect(cleaner.rate('7.0')).toEqual({ ratingRaw: '7.0', ratingScale: 10, rating: 3.5 });
    expect(cleaner.rate('⭐')).toEqual({ ratingRaw: '⭐', ratingScale: 5, rating: 1 });
  });
});

test('dates are read in the order of their separator', () => {
  const days = (cell: string, slash: 'day_first' | 'month_first') =>
    clean({ date: cell }, { dateOrders: { ...DEFAULT_DATE_ORDERS, '/': slash } }).reviewDays;
  expect(days('06/09/2018', 'day_first')).toBe(Date.UTC(2018, 8, 6) / 86_400_000);
  expect(days('06/09/2018', 'month_first')).toBe(Date.UTC(2018, 5, 9) / 86_400_000);
});
