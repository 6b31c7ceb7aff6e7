/**
 * Manifests and profiles for tests, counted row by row from a list of made-up rows: slow, obvious, and written without a
 * look at the code under test.
 */
import {
  GROUPS,
  type GroupCounts,
  identityOf,
  type Manifest,
  makeManifest,
  outputKey,
  type Profile,
  REVIEW_COLUMNS,
  type SensitiveAttribute,
  sha256Hex,
} from '@tastetrend/contracts';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { CodedRows, type NeededColumn } from '../core/bias/coded-rows.ts';

type BasicType = 'DOUBLE' | 'INT32' | 'STRING';

export interface Row {
  readonly fate: 'accepted' | 'duplicates' | 'quarantined';
  /** `missing`, `unreadable` or a group of the vocabulary. */
  readonly gender: string;
  readonly ethnicity: string;
  readonly age: string;
  /** In hundredths; null when missing. */
  readonly rating: number | null;
  readonly hasText: boolean;
  readonly hasTotal: boolean;
  /** Rows of one are of one guest's review; null where the id is missing, undefined for an id of its own. */
  readonly reviewId?: string | null;
  readonly location?: string | null;
  readonly partySize?: number | null;
  /** Where there is a total; 40 unless said otherwise. */
  readonly totalSpent?: number;
}

export const SOURCE = {
  bucket: 'raw',
  key: 'in box/tastetrend_downtown reviews+1.csv',
  version_id: 'v1',
  etag: '"e"',
  size_bytes: 1234,
  uploaded_at: '2025-03-04T05:06:07.000Z',
};
export const IDENTITY = identityOf({ bucket: SOURCE.bucket, key: SOURCE.key, versionId: SOURCE.version_id });

/** `count` rows alike, accepted and complete where nothing else is said. */
export function rows(count: number, row: Partial<Row> = {}): Row[] {
  const complete: Row = {
    fate: 'accepted',
    gender: 'female',
    ethnicity: 'asian',
    age: 'adult',
    rating: 400,
    hasText: true,
    hasTotal: true,
  };
  return Array.from({ length: count }, () => ({ ...complete, ...row }));
}

export function countsOf(all: readonly Row[]): Manifest['counts'] {
  const of = (fate: Row['fate']) => all.filter((row) => row.fate === fate).length;
  return {
    rows_read: all.length,
    accepted: of('accepted'),
    duplicates: of('duplicates'),
    quarantined: of('quarantined'),
  };
}

export function profileOf(all: readonly Row[], changes: Partial<Profile> = {}): Profile {
  const accepted = all.filter((row) => row.fate === 'accepted');
  const counts = countsOf(all);
  const readable = all.filter((row) => row.fate !== 'quarantined');
  const column = (isMissing: (row: Row) => boolean) => {
    const missing = accepted.filter(isMissing).length;
    return { present: accepted.length - missing, missing };
  };
  const columns = Object.fromEntries(REVIEW_COLUMNS.map(({ name }) => [name, column(() => false)]));
  const ratings: Record<string, number> = {};
  for (const { rating } of accepted) if (rating !== null) ratings[rating] = (ratings[rating] ?? 0) + 1;
  return {
    schema: 'tastetrend.profile/1',
    identity: IDENTITY,
    kind: 'reviews',
    blank_lines: 0,
    columns: {
      ...columns,
      review_text: column((row) => !row.hasText),
      rating_1_5: column((row) => row.rating === null),
      age_range: column((row) => row.age === 'missing'),
      total_spent: column((row) => !row.hasTotal),
    },
    rules: {},
    quarantine:
      counts.quarantined === 0 ? {} : { wrong_field_count: { count: counts.quarantined, first_lines: [9, 7] } },
    duplicates: {
      exact: { count: counts.duplicates, first_lines: [] },
      copy: { count: 0, first_lines: [] },
    },
    recovered: {},
    id_conflict_rows: 0,
    readability: {
      ratings: { uploaded: readable.length, readable: readable.length, out_of_scale: 0 },
      dates: { uploaded: readable.length, readable: readable.length },
      texts: { uploaded: readable.length, readable: readable.length },
    },
    ratings,
    review_dates: null,
    groups: {
      gender_norm: tally('gender_norm', all, (row) => row.gender),
      ethnicity_norm: tally('ethnicity_norm', all, (row) => row.ethnicity),
      age_group: tally('age_group', all, (row) => row.age),
    },
    ...changes,
  };
}

function tally(attribute: SensitiveAttribute, all: readonly Row[], groupOf: (row: Row) => string) {
  const groups: Record<string, GroupCounts> = {};
  for (const group of [...GROUPS[attribute], 'missing', 'unreadable']) {
    const mine = all.filter((row) => groupOf(row) === group);
    const accepted = mine.filter((row) => row.fate === 'accepted');
    const ratings = accepted.flatMap((row) => (row.rating === null ? [] : [row.rating]));
    groups[group] = {
      uploaded: mine.length,
      accepted: accepted.length,
      duplicates: mine.filter((row) => row.fate === 'duplicates').length,
      quarantined: mine.filter((row) => row.fate === 'quarantined').length,
      missing_rating: accepted.length - ratings.length,
      missing_text: accepted.filter((row) => !row.hasText).length,
      missing_total_spent: accepted.filter((row) => !row.hasTotal).length,
      rated: ratings.length,
      rating_sum_hundredths: ratings.reduce((sum, rating) => sum + rating, 0),
      rating_4_or_more: ratings.filter((rating) => rating >= 400).length,
    };
  }
  return groups;
}

/** The accepted rows as the table has them, column by column. */
function columnsOf(all: readonly Row[]): Record<NeededColumn, (string | number | null)[]> {
  const accepted = all.filter((row) => row.fate === 'accepted');
  const norm = (group: string) => (group === 'missing' || group === 'unreadable' ? null : group);
  const uploaded = (group: string) => (group === 'missing' ? null : `as uploaded: ${group}`);
  return {
    review_id: accepted.map(({ reviewId }, i) => (reviewId === undefined ? `own ${i}` : reviewId)),
    rating_1_5: accepted.map(({ rating }) => (rating === null ? null : rating / 100)),
    location: accepted.map(({ location }) => location ?? null),
    total_spent: accepted.map(({ hasTotal, totalSpent }) => (hasTotal ? (totalSpent ?? 40) : null)),
    party_size: accepted.map(({ partySize }) => partySize ?? null),
    age_range: accepted.map(({ age }) => uploaded(age)),
    gender: accepted.map(({ gender }) => uploaded(gender)),
    ethnicity: accepted.map(({ ethnicity }) => uploaded(ethnicity)),
    gender_norm: accepted.map(({ gender }) => norm(gender)),
    ethnicity_norm: accepted.map(({ ethnicity }) => norm(ethnicity)),
    age_group: accepted.map(({ age }) => norm(age)),
    review_length: accepted.map(({ hasText }) => (hasText ? 100 : null)),
  };
}

/** The accepted rows as they are read from the table. */
export function codedOf(all: readonly Row[]): CodedRows {
  const columns = columnsOf(all);
  const coded = new CodedRows(columns.review_id.length);
  const number = (id: string | number | null) => (id === null ? null : coded.reviewNumber(Buffer.from(String(id))));
  for (const [column, cells] of Object.entries(columns)) {
    coded.fill(column as NeededColumn, column === 'review_id' ? cells.map(number) : cells, 0);
  }
  return coded.finish();
}

/** A parquet table of the accepted rows, by another writer than ours. */
export function tableOf(all: readonly Row[], identity: string = IDENTITY): ArrayBuffer {
  const TYPES: Partial<Record<NeededColumn, BasicType>> = {
    rating_1_5: 'DOUBLE',
    total_spent: 'DOUBLE',
    party_size: 'INT32',
    review_length: 'INT32',
  };
  return parquetWriteBuffer({
    columnData: Object.entries(columnsOf(all)).map(([name, data]) => ({
      name,
      data,
      type: TYPES[name as NeededColumn] ?? 'STRING',
      nullable: true,
    })),
    rowGroupSize: 50,
    kvMetadata: [{ key: 'tastetrend.identity', value: identity }],
  });
}

export function manifestOf(
  profile: Profile,
  counts: Manifest['counts'],
  table: ArrayBuffer = new ArrayBuffer(1),
): Manifest {
  const text = JSON.stringify(profile);
  const tableBytes = new Uint8Array(table);
  return makeManifest({
    source: SOURCE,
    outcome: 'processed',
    kind: profile.kind,
    rejection: null,
    counts,
    outputs: [
      {
        role: 'table',
        key: outputKey(IDENTITY, 'table'),
        bytes: tableBytes.length,
        sha256: sha256Hex(tableBytes),
      },
      { role: 'profile', key: outputKey(IDENTITY, 'profile'), bytes: text.length, sha256: sha256Hex(text) },
    ],
    inferred: null,
  });
}

const NO_ROWS = { rows_read: 0, accepted: 0, duplicates: 0, quarantined: 0 };
const NO_TABLE = { source: SOURCE, kind: null, rejection: null, counts: NO_ROWS, outputs: [], inferred: null };

export const REJECTED = makeManifest({
  ...NO_TABLE,
  outcome: 'rejected',
  rejection: { rule: 'no_known_column', message: 'No column of this file is known.', line: 1 },
});
export const GONE = makeManifest({ ...NO_TABLE, source: { ...SOURCE, uploaded_at: null }, outcome: 'gone' });
export const IGNORED = makeManifest({ ...NO_TABLE, source: { ...SOURCE, key: 'folder/' }, outcome: 'ignored' });

export function infoProfile(accepted: number, quarantined: number): Profile {
  const none = { uploaded: 0, readable: 0 };
  return {
    ...profileOf([]),
    kind: 'restaurant_info',
    columns: { address: { present: accepted, missing: 0 }, location: { present: accepted, missing: 0 } },
    quarantine: quarantined === 0 ? {} : { wrong_field_count: { count: quarantined, first_lines: [3] } },
    readability: { ratings: { ...none, out_of_scale: 0 }, dates: none, texts: none },
    groups: {},
  };
}
