import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  fieldIndex,
  kindOf,
  mapColumns,
  normalHeader,
  RESTAURANT_INFO_SYNONYMS,
  REVIEW_SYNONYMS,
  type ReviewField,
} from './columns.ts';

const fieldOf = (header: string) => mapColumns([header], REVIEW_SYNONYMS)[0];

test.each([
  ['guest_name', 'guest_name'],
  ['Guest Name', 'guest_name'],
  ['GUEST-NAME ', 'guest_name'],
  ['\uFEFFGuest Name', 'guest_name'],
  ['  guest.name?! ', 'guest_name'],
  ['ｇｕｅｓｔ name', 'guest_name'],
  ['Tip %', 'tip'],
  ['été 2', 'été_2'],
  ['评分', '评分'],
  ['', ''],
  ['--', ''],
])('header %j is normally %j', (header, normal) => {
  expect(normalHeader(header)).toBe(normal);
});

describe('the headers of the four restaurants', () => {
  test.each<[string, string]>([
    [
      'downtown',
      'review_id=review_id customer_name=customer_name date=review_date rating=rating review_text=review_text location=location business_name=restaurant_name',
    ],
    [
      'eastside',
      'review_number=review_id guest_name=customer_name visit_date=review_date satisfaction_score=rating feedback_comments=review_text venue_location=location restaurant_name=restaurant_name',
    ],
    [
      'uptown',
      'id=review_id name=customer_name review_date=review_date star_rating=rating comments=review_text venue=location establishment=restaurant_name',
    ],
    ['midtown', 'rating_out_of_10=rating'],
    [
      'all',
      'total_spent=total_spent tip_amount=tip_amount tip_percentage=tip_percentage party_size=party_size age_range=age_range gender=gender ethnicity=ethnicity',
    ],
    [
      'elsewhere',
      'stars=rating score=rating text=review_text comment=review_text content=review_text Review=review_text reviewer=customer_name user=customer_name created_at=review_date',
    ],
  ])('%s', (_restaurant, pairs) => {
    for (const pair of pairs.split(' ')) {
      const [header = '', field] = pair.split('=');
      expect(fieldOf(header), header).toMatchObject({ header, field, by: header === field ? 'name' : 'synonym' });
    }
  });
});

test('every synonym is in its normal form, and leads to one field alone', () => {
  for (const synonyms of [REVIEW_SYNONYMS, RESTAURANT_INFO_SYNONYMS] as Record<string, readonly string[]>[]) {
    const all = Object.entries(synonyms).flatMap(([field, names]) => [field, ...names]);
    expect(all.map(normalHeader)).toEqual(all);
    expect(new Set(all).size).toBe(all.length);
    for (const [field, names] of Object.entries(synonyms)) {
      for (const name of names) expect(mapColumns([name], synonyms)[0]).toMatchObject({ field, by: 'synonym' });
    }
  }
});

describe('which column is which', () => {
  test('of two that mean the same, our own name wins wherever it stands, then the first; the other is kept as unknown', () => {
    expect(mapColumns(['stars', 'score', 'Rating'], REVIEW_SYNONYMS)).toEqual([
      { header: 'stars', field: null, by: 'none' },
      { header: 'score', field: null, by: 'none' },
      { header: 'Rating', field: 'rating', by: 'name' },
    ]);
    expect(mapColumns(['stars', 'score'], REVIEW_SYNONYMS)).toEqual([
      { header: 'stars', field: 'rating', by: 'synonym' },
      { header: 'score', field: null, by: 'none' },
    ]);
  });

  test('names that occur again, or are empty, are told apart', () => {
    expect(mapColumns(['rating', 'rating', 'rating', '', ' ', 'x (2)', 'x', 'x'], REVIEW_SYNONYMS)).toEqual([
      { header: 'rating', field: 'rating', by: 'name' },
      { header: 'rating (2)', field: null, by: 'none' },
      { header: 'rating (3)', field: null, by: 'none' },
      { header: 'column_4', field: null, by: 'none' },
      { header: 'column_5', field: null, by: 'none' },
      { header: 'x (2)', field: null, by: 'none' },
      { header: 'x', field: null, by: 'none' },
      { header: 'x (3)', field: null, by: 'none' },
    ]);
  });

  test.each(['__proto__', 'constructor', 'toString', 'hasOwnProperty', 'valueOf'])(
    '%s is an unknown column',
    (header) => {
      expect(fieldOf(header)).toEqual({ header, field: null, by: 'none' });
    },
  );

  test('property: headers stay in order and become unique; no field is taken twice', () => {
    const header = fc.oneof(
      fc.string({ maxLength: 4 }),
      fc.constantFrom('rating', 'Stars', 'id', 'ID ', 'text', 'x', 'x (2)', 'column_1', '', '__proto__'),
    );
    fc.assert(
      fc.property(fc.array(header, { maxLength: 12 }), (headers) => {
        const columns = mapColumns(headers, REVIEW_SYNONYMS);
        expect(columns).toHaveLength(headers.length);
        expect(new Set(columns.map((column) => column.header)).size).toBe(headers.length);
        const fields = columns.flatMap(({ field }) => (field === null ? [] : [field]));
        expect(new Set(fields).size).toBe(fields.length);
        columns.forEach((column, i) => {
          expect(column.header.startsWith(headers[i]?.trim() || 'column_')).toBe(true);
          expect(column.field === null).toBe(column.by === 'none');
        });
        const at = fieldIndex(columns);
        for (const field of fields) expect(columns[at[field as ReviewField] as number]?.field).toBe(field);
      }),
    );
  });
});

describe('the kind of a file', () => {
  test.each([
    ['location,restaurant_name,original_city,address,categories,avg_stars,total_reviews', 'restaurant_info'],
    ['Restaurant,City,Street Address,Cuisine,Average Rating', 'restaurant_info'],
    ['name,city,address', 'restaurant_info'],
    ['review_id,rating,review_text,location,restaurant_name', 'reviews'],
    ['rating', 'reviews'],
    ['location', 'reviews'],
    ['restaurant,foo', 'reviews'],
    ['review_id,customer_name,date,city,address', 'reviews'],
    ['city,address,rating,date', 'reviews'],
    ['stars,review_count', 'restaurant_info'],
    ['foo,bar', null],
    ['address,foo', null],
    ['', null],
    ['__proto__', null],
  ])('%s: %s', (headers, kind) => {
    expect(kindOf(headers.split(','))).toBe(kind);
  });
});

test('the data contract lists every name that is read', () => {
  const page = readFileSync(new URL('../../../../docs/data-contract.md', import.meta.url), 'utf8');
  for (const [field, synonyms] of Object.entries(REVIEW_SYNONYMS)) {
    const line =
      page.split('\n').find((row) => new RegExp(`^\\| (?:${field}|.*\`${field}\`\\)) \\| \``).test(row)) ?? '';
    expect({ field, names: [...(line.split('|')[2]?.matchAll(/`([^`]+)`/g) ?? [])].map(([, name]) => name) }).toEqual({
      field,
      names: [...synonyms],
    });
  }
});
