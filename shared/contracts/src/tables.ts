/** The processed tables: column names, order and types are the contract with everyone who queries the parquet. */

export type ColumnType = 'string' | 'double' | 'int32' | 'int64' | 'boolean' | 'date' | 'timestamp_ms';

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  readonly nullable: boolean;
}

/** One row a review; see ../../docs/data-contract.md for the rule behind each column. */
export const REVIEW_COLUMNS = [
  { name: 'review_uid', type: 'string', nullable: false },
  { name: 'review_id', type: 'string', nullable: true },
  { name: 'customer_name', type: 'string', nullable: true },
  { name: 'review_date', type: 'date', nullable: true },
  { name: 'rating_raw', type: 'string', nullable: true },
  { name: 'rating_scale', type: 'int32', nullable: true },
  { name: 'rating_1_5', type: 'double', nullable: true },
  { name: 'review_text', type: 'string', nullable: true },
  { name: 'location', type: 'string', nullable: true },
  { name: 'restaurant_name', type: 'string', nullable: true },
  { name: 'total_spent', type: 'double', nullable: true },
  { name: 'tip_amount', type: 'double', nullable: true },
  { name: 'tip_percentage', type: 'double', nullable: true },
  { name: 'party_size', type: 'int32', nullable: true },
  { name: 'age_range', type: 'string', nullable: true },
  { name: 'gender', type: 'string', nullable: true },
  { name: 'ethnicity', type: 'string', nullable: true },
  { name: 'gender_norm', type: 'string', nullable: true },
  { name: 'ethnicity_norm', type: 'string', nullable: true },
  { name: 'age_group', type: 'string', nullable: true },
  { name: 'log_total_spent', type: 'double', nullable: true },
  { name: 'review_length', type: 'int32', nullable: true },
  { name: 'id_conflict', type: 'boolean', nullable: false },
  { name: 'source_file', type: 'string', nullable: false },
  { name: 'source_version', type: 'string', nullable: false },
  { name: 'uploaded_at', type: 'timestamp_ms', nullable: false },
  { name: 'source_line', type: 'int64', nullable: false },
  { name: 'extra', type: 'string', nullable: true },
] as const satisfies readonly Column[];

/** One row a restaurant: reference data, which is no review and has its own table. */
export const RESTAURANT_INFO_COLUMNS = [
  { name: 'location', type: 'string', nullable: true },
  { name: 'restaurant_name', type: 'string', nullable: true },
  { name: 'original_city', type: 'string', nullable: true },
  { name: 'address', type: 'string', nullable: true },
  { name: 'categories', type: 'string', nullable: true },
  { name: 'avg_stars', type: 'double', nullable: true },
  { name: 'total_reviews', type: 'int32', nullable: true },
  { name: 'source_file', type: 'string', nullable: false },
  { name: 'source_version', type: 'string', nullable: false },
  { name: 'uploaded_at', type: 'timestamp_ms', nullable: false },
  { name: 'source_line', type: 'int64', nullable: false },
  { name: 'extra', type: 'string', nullable: true },
] as const satisfies readonly Column[];

export type ReviewColumn = (typeof REVIEW_COLUMNS)[number]['name'];
export type RestaurantInfoColumn = (typeof RESTAURANT_INFO_COLUMNS)[number]['name'];

export const SENSITIVE_ATTRIBUTES = ['gender_norm', 'ethnicity_norm', 'age_group'] as const;
export type SensitiveAttribute = (typeof SENSITIVE_ATTRIBUTES)[number];

/** The values a sensitive attribute may take; beside them a row's group can be `missing` or `unreadable`. */
export const GROUPS: Record<SensitiveAttribute, readonly string[]> = {
  gender_norm: ['male', 'female', 'other', 'non_binary', 'undisclosed'],
  ethnicity_norm: [
    'caucasian',
    'african_american',
    'hispanic',
    'asian',
    'native_american',
    'mixed',
    'other',
    'undisclosed',
  ],
  age_group: ['young_adult', 'adult', 'mid_age', 'mature', 'senior', 'elder'],
};
