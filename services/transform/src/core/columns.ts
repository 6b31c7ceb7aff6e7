/** Which column of a file is which of ours: by our own name, by the one synonym table, or not at all. */

/** What a review file can tell about a review; the rest of the table is computed. */
export type ReviewField =
  | 'review_id'
  | 'customer_name'
  | 'review_date'
  | 'rating'
  | 'review_text'
  | 'location'
  | 'restaurant_name'
  | 'total_spent'
  | 'tip_amount'
  | 'tip_percentage'
  | 'party_size'
  | 'age_range'
  | 'gender'
  | 'ethnicity';

export type RestaurantInfoField =
  | 'location'
  | 'restaurant_name'
  | 'original_city'
  | 'address'
  | 'categories'
  | 'avg_stars'
  | 'total_reviews';

/** Other names for a review's columns, as `normalHeader` gives them. One line extends it. */
export const REVIEW_SYNONYMS: Record<ReviewField, readonly string[]> = {
  review_id: ['id', 'review_number', 'review_no', 'reviewid'],
  customer_name: [
    'name',
    'guest_name',
    'guest',
    'customer',
    'client_name',
    'reviewer',
    'reviewer_name',
    'user',
    'user_name',
    'username',
    'author',
  ],
  review_date: ['date', 'visit_date', 'created_at', 'created', 'date_of_visit', 'submitted_at', 'timestamp', 'time'],
  rating: [
    'rating_raw',
    'stars',
    'star_rating',
    'score',
    'satisfaction_score',
    'rating_out_of_5',
    'rating_out_of_10',
    'rating_out_of_100',
    'rating_5',
    'rating_10',
    'rating_100',
    'review_rating',
    'review_score',
    'overall_rating',
    'rating_percent',
  ],
  review_text: [
    'text',
    'review',
    'comment',
    'comments',
    'content',
    'feedback',
    'feedback_comments',
    'review_body',
    'body',
    'review_comment',
    'message',
  ],
  location: ['venue', 'venue_location', 'branch', 'restaurant_location', 'city', 'site'],
  restaurant_name: ['restaurant', 'business_name', 'business', 'establishment', 'venue_name'],
  total_spent: ['total', 'amount', 'amount_spent', 'bill', 'bill_total', 'spend', 'total_amount'],
  tip_amount: ['tip', 'gratuity'],
  tip_percentage: ['tip_percent', 'tip_pct', 'tip_rate'],
  party_size: ['party', 'guests', 'group_size', 'number_of_guests', 'covers'],
  age_range: ['age', 'age_band', 'age_bracket'],
  gender: ['sex'],
  ethnicity: ['race', 'ethnic_group'],
};

export const RESTAURANT_INFO_SYNONYMS: Record<RestaurantInfoField, readonly string[]> = {
  location: ['venue', 'venue_location', 'branch', 'site'],
  restaurant_name: ['restaurant', 'business_name', 'business', 'establishment', 'name'],
  original_city: ['city'],
  address: ['street_address', 'street'],
  categories: ['category', 'cuisine', 'cuisines'],
  avg_stars: ['average_stars', 'avg_rating', 'average_rating', 'stars'],
  total_reviews: ['review_count', 'number_of_reviews', 'reviews'],
};

export interface MappedColumn<Field extends string> {
  /** As uploaded, trimmed; `column_3` where it was empty, `rating (2)` where it stood there before. */
  readonly header: string;
  readonly field: Field | null;
  readonly by: 'name' | 'synonym' | 'none';
}

/** `Guest Name`, `guest-name`, `GUEST_NAME ` → `guest_name`. */
export function normalHeader(header: string): string {
  return header
    .normalize('NFKC')
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, '_')
    .replaceAll(/^_+|_+$/g, '');
}

/** Maps headers to fields; of two that mean the same field, one of our own name wins, then the first. */
export function mapColumns<Field extends string>(
  headers: readonly string[],
  synonyms: Record<Field, readonly string[]>,
): MappedColumn<Field>[] {
  const fields = Object.keys(synonyms) as Field[];
  const byName = new Map<string, Field>(fields.map((field) => [field, field]));
  const bySynonym = new Map<string, Field>(
    fields.flatMap((field) => synonyms[field].map((synonym) => [synonym, field] as const)),
  );
  const normal = headers.map(normalHeader);
  const taken = new Map<Field, number>();
  for (const known of [byName, bySynonym]) {
    normal.forEach((name, i) => {
      const field = known.get(name);
      if (field !== undefined && !taken.has(field)) taken.set(field, i);
    });
  }
  const used = new Set<string>();
  return headers.map((uploaded, i) => {
    const base = uploaded.trim() === '' ? `column_${i + 1}` : uploaded.trim();
    let header = base;
    for (let nth = 2; used.has(header); nth++) header = `${base} (${nth})`;
    used.add(header);
    const name = normal[i] as string;
    const field = byName.get(name) ?? bySynonym.get(name);
    const isTaken = field !== undefined && taken.get(field) === i;
    return {
      header,
      field: isTaken ? field : null,
      by: !isTaken ? 'none' : byName.has(name) ? 'name' : 'synonym',
    };
  });
}

/** How the columns of a file read as each kind; the kind with more columns of its own is the file's. */
export function kindOf(headers: readonly string[]): 'reviews' | 'restaurant_info' | null {
  const names = new Set(headers.map(normalHeader));
  const own = <Field extends string>(synonyms: Record<Field, readonly string[]>, fields: readonly Field[]) =>
    fields.filter((field) => [field, ...synonyms[field]].some((name) => names.has(name))).length;
  const info = own(RESTAURANT_INFO_SYNONYMS, ['original_city', 'address', 'categories', 'avg_stars', 'total_reviews']);
  const review = own(REVIEW_SYNONYMS, [
    'review_id',
    'customer_name',
    'review_date',
    'rating',
    'review_text',
    'total_spent',
    'tip_amount',
    'tip_percentage',
    'party_size',
    'age_range',
    'gender',
    'ethnicity',
  ]);
  const isAnyKnown = mapColumns(headers, REVIEW_SYNONYMS).some((column) => column.field !== null);
  if (info >= 2 && info > review) return 'restaurant_info';
  return isAnyKnown ? 'reviews' : null;
}

/** Where each field stands among a file's columns. */
export function fieldIndex<Field extends string>(
  columns: readonly MappedColumn<Field>[],
): Readonly<Partial<Record<Field, number>>> {
  const index: Partial<Record<Field, number>> = {};
  columns.forEach(({ field }, i) => {
    if (field !== null) index[field] = i;
  });
  return index;
}
