import type { DateFormat } from './review-date.ts';

export type SchemaName = 'downtown' | 'eastside' | 'uptown' | 'midtown';
export type NamePrefix = 'Customer_' | 'Guest_' | 'Client_';

/** What one restaurant's export looks like: its columns, its rates of missing values (0 to 1) and its habits. */
export interface Restaurant {
  readonly schema: SchemaName;
  readonly fileName: string;
  readonly restaurantName: string;
  readonly location: string;
  /** Headers of id, customer, date, rating, text, location, restaurant; SHARED_COLUMNS follow. */
  readonly ownColumns: readonly [string, string, string, string, string, string, string];
  readonly sampleRows: number;
  readonly missing: { readonly name: number; readonly rating: number; readonly total: number; readonly age: number };
  readonly dateFormats: readonly (readonly [DateFormat, number])[];
  readonly namePrefixes: readonly (readonly [NamePrefix, number])[];
  readonly copyPrefixes: readonly (readonly [NamePrefix, number])[];
  /** A rating of 1 to 5 as this file writes it. */
  readonly writeRating: (rating: number) => string;
  /** Rows of one review repeat its text to the letter (a join fan-out), or each may have its own variant, or none. */
  readonly textsAreShared: boolean;
  /** One turn of the plan: how many accepted rows belong to how many ids. */
  readonly turn: { readonly singleRows: number; readonly fanOutRows: number; readonly fanOutIds: number };
}

export const SHARED_COLUMNS = [
  'total_spent',
  'tip_amount',
  'tip_percentage',
  'party_size',
  'age_range',
  'gender',
  'ethnicity',
] as const;

export const MISSING_TEXT = 0.305;
export const MISSING_GENDER = 0.2;
export const MISSING_ETHNICITY = 0.13;
/** `_copy` and `_dup` rows among the well-formed rows of a file. */
export const COPY_SHARE = 0.05;

const ISO_ONLY = [['iso', 1]] as const;
const NOTHING_MISSING = { name: 0, rating: 0, total: 0 } as const;

/** The four restaurants. Rates where the domain gives a range (age 15–37 %, …) are spread over it. */
export const RESTAURANTS: Readonly<Record<SchemaName, Restaurant>> = {
  downtown: {
    schema: 'downtown',
    fileName: 'tastetrend_downtown_reviews.csv',
    restaurantName: 'Village Whiskey',
    location: 'Downtown',
    ownColumns: ['review_id', 'customer_name', 'date', 'rating', 'review_text', 'location', 'business_name'],
    sampleRows: 614,
    missing: { ...NOTHING_MISSING, age: 0.15 },
    dateFormats: ISO_ONLY,
    namePrefixes: [['Customer_', 1]],
    copyPrefixes: [
      ['Client_', 0.5],
      ['Customer_', 0.5],
    ],
    writeRating: (rating) => `${rating}`,
    textsAreShared: true,
    turn: { singleRows: 285, fanOutRows: 298, fanOutIds: 38 },
  },
  eastside: {
    schema: 'eastside',
    fileName: 'tastetrend_eastside_reviews.csv',
    restaurantName: 'The Bricks',
    location: 'Eastside',
    ownColumns: [
      'review_number',
      'guest_name',
      'visit_date',
      'satisfaction_score',
      'feedback_comments',
      'venue_location',
      'restaurant_name',
    ],
    sampleRows: 1784,
    missing: { name: 0.15, rating: 0.15, total: 0.24, age: 0.37 },
    dateFormats: [
      ['iso', 0.341],
      ['day_first', 0.33],
      ['month_first', 0.329],
    ],
    namePrefixes: [
      ['Customer_', 0.75],
      ['Guest_', 0.25],
    ],
    copyPrefixes: [
      ['Client_', 0.35],
      ['Guest_', 0.35],
      ['Customer_', 0.3],
    ],
    writeRating: (rating) => `${rating}.0`,
    textsAreShared: false,
    turn: { singleRows: 0, fanOutRows: 1695, fanOutIds: 119 },
  },
  uptown: {
    schema: 'uptown',
    fileName: 'tastetrend_uptown_reviews.csv',
    restaurantName: 'Tavern',
    location: 'Uptown',
    ownColumns: ['id', 'name', 'review_date', 'star_rating', 'comments', 'venue', 'establishment'],
    sampleRows: 1655,
    missing: { ...NOTHING_MISSING, age: 0.22 },
    dateFormats: ISO_ONLY,
    namePrefixes: [
      ['Customer_', 0.9],
      ['Client_', 0.1],
    ],
    copyPrefixes: [
      ['Client_', 0.7],
      ['Customer_', 0.3],
    ],
    writeRating: (rating) => '⭐'.repeat(rating),
    textsAreShared: false,
    turn: { singleRows: 12, fanOutRows: 1560, fanOutIds: 251 },
  },
  midtown: {
    schema: 'midtown',
    fileName: 'tastetrend_midtown_reviews.txt',
    restaurantName: 'Luke',
    location: 'Midtown',
    ownColumns: ['review_id', 'customer_name', 'date', 'rating_out_of_10', 'review_text', 'location', 'business_name'],
    sampleRows: 871,
    missing: { name: 0.09, rating: 0.13, total: 0.18, age: 0.3 },
    dateFormats: ISO_ONLY,
    namePrefixes: [['Customer_', 1]],
    copyPrefixes: [
      ['Client_', 0.6],
      ['Customer_', 0.4],
    ],
    writeRating: (rating) => `${rating * 2}.0`,
    textsAreShared: false,
    turn: { singleRows: 25, fanOutRows: 802, fanOutIds: 190 },
  },
};

export const AGE_RANGES = [
  ['18-25', 16],
  ['26-35', 27],
  ['36-45', 22],
  ['46-55', 16],
  ['56-65', 12],
  ['65+', 7],
] as const;

export const GENDERS = [
  ['Male', 16],
  ['male', 10],
  ['MALE', 3],
  ['M', 7],
  ['m', 4],
  ['Female', 17],
  ['female', 11],
  ['FEMALE', 3],
  ['F', 7],
  ['f', 4],
  ['Other', 3],
  ['other', 2],
  ['Non-binary', 3],
  ['non-binary', 2],
  ['NON-BINARY', 1],
  ['Prefer not to say', 4],
  ['prefer not to say', 3],
] as const;

export const ETHNICITIES = [
  ['White', 15],
  ['white', 9],
  ['WHITE', 2],
  ['Caucasian', 8],
  ['caucasian', 4],
  ['Black', 7],
  ['black', 4],
  ['African American', 6],
  ['african american', 3],
  ['Hispanic', 8],
  ['hispanic', 4],
  ['HISPANIC', 1],
  ['Latino', 5],
  ['latino', 3],
  ['Asian', 8],
  ['asian', 4],
  ['ASIAN', 1],
  ['Native American', 2],
  ['native american', 1],
  ['Mixed', 3],
  ['mixed', 2],
  ['Other', 2],
  ['other', 1],
] as const;
