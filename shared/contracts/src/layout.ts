/** Where things lie in the processed bucket. The layout is part of the contract; docs/ARCHITECTURE.md explains it. */
import { sha256Hex, shortIdentity } from './identity.ts';

const ROOT = 'processed';

export type OutputRole = 'table' | 'quarantine' | 'duplicates' | 'profile';

const OUTPUT_NAMES: Record<OutputRole, string> = {
  table: 'table.parquet',
  quarantine: 'quarantine.jsonl',
  duplicates: 'duplicates.jsonl',
  profile: 'profile.json',
};

/** Below it one folder for each identity, and one object for each manifest. */
export const VERSIONS_PREFIX = `${ROOT}/versions/`;
export const MANIFESTS_PREFIX = `${ROOT}/manifests/`;
/** Below it the reports, by day. */
export const REPORTS_PREFIX = `${ROOT}/logs/`;

/** Everything that one file version became lies under this prefix, and nothing else does. */
export function versionPrefix(identity: string): string {
  return `${VERSIONS_PREFIX}${identity}/`;
}

export function outputKey(identity: string, role: OutputRole): string {
  return versionPrefix(identity) + OUTPUT_NAMES[role];
}

export function manifestKey(identity: string): string {
  return `${MANIFESTS_PREFIX}${identity}.json`;
}

/**
 * The current output of a raw key: `processed/<dir>/processed_<filename>.parquet`. The filename keeps its extension, so
 * that `a.csv` and `a.txt` do not collide.
 */
export function currentTableKey(rawKey: string): string {
  const cut = rawKey.lastIndexOf('/') + 1;
  return `${ROOT}/${rawKey.slice(0, cut)}processed_${rawKey.slice(cut)}.parquet`;
}

export type ReportKind = 'validation' | 'bias' | 'report' | 'lineage';

/**
 * `processed/logs/<yyyy>/<mm>/<dd>/<kind>_<timestamp>_<short identity>.json`, the page (`report`) `.html`; for a version that was gone before its
 * upload time was known `processed/logs/undated/<kind>_undated_<identity>.json`, the identity in full, since there no
 * timestamp helps to tell two apart.
 * @param uploadedAt the version's LastModified, ISO 8601 in UTC: a report's name holds no clock of its own
 */
export function reportKey(kind: ReportKind, uploadedAt: string | null, identity: string): string {
  const extension = kind === 'report' ? 'html' : 'json';
  if (uploadedAt === null) return `${ROOT}/logs/undated/${kind}_undated_${identity}.${extension}`;
  const day = uploadedAt.slice(0, 10).replaceAll('-', '/');
  const timestamp = uploadedAt.replaceAll(/[-:]/g, '');
  return `${ROOT}/logs/${day}/${kind}_${timestamp}_${shortIdentity(identity)}.${extension}`;
}

/** The comparison of a version with an earlier one, beside the reports of the later: `comparison_<timestamp>_<of both>.json`, and a page of it. */
export function comparisonKey(
  uploadedAt: string,
  identity: string,
  earlierIdentity: string,
  extension: 'json' | 'html' = 'json',
): string {
  const day = uploadedAt.slice(0, 10).replaceAll('-', '/');
  const timestamp = uploadedAt.replaceAll(/[-:]/g, '');
  return `${ROOT}/logs/${day}/comparison_${timestamp}_${shortIdentity(identity)}_${shortIdentity(earlierIdentity)}.${extension}`;
}

/** What uploads are compared within: a raw key, or a restaurant by its name. */
export type HistoryOf = { readonly key: string } | { readonly restaurant: string };

/** The last millisecond that a history can hold: in the year 2286. */
const TIME_MAX_MS = 9_999_999_999_999;

/** Below it everything that reports are. */
export const LOGS_PREFIX = `${ROOT}/logs/`;
/** Below it the uploads of every key and restaurant. */
export const HISTORY_PREFIX = `${LOGS_PREFIX}history/`;

/** All uploads of a key or restaurant. The newest comes first, since S3 lists names only upwards. */
export function historyPrefix(of: HistoryOf): string {
  const subject = 'key' in of ? ['key', of.key] : ['restaurant', of.restaurant];
  return `${HISTORY_PREFIX}${sha256Hex(JSON.stringify(subject)).slice(0, 32)}/`;
}

export function historyKey(of: HistoryOf, uploadedAt: string, identity: string): string {
  const beforeTheEnd = String(TIME_MAX_MS - Date.parse(uploadedAt)).padStart(13, '0');
  return `${historyPrefix(of)}${beforeTheEnd}_${identity}.json`;
}

export type TableKind = 'reviews' | 'restaurant_info';

/**
 * What query engines begin at: below it, for each kind of table, one small file a raw key, whose one line names the key's
 * current table (docs/decisions/tables-for-engines.md). No raw key has its current table below it.
 */
export const CATALOG_PREFIX = 'catalog/';

/** Below it the entries of one kind of table. */
export function catalogPrefixOf(kind: TableKind): string {
  return `${CATALOG_PREFIX}${kind}/`;
}

export function catalogEntryKey(kind: TableKind, rawKey: string): string {
  return catalogPrefixOf(kind) + sha256Hex(rawKey).slice(0, 32);
}

/** The entry's content. @param processedBucket the bucket that the current table is in */
export function catalogEntryOf(processedBucket: string, rawKey: string): string {
  return `s3://${processedBucket}/${currentTableKey(rawKey)}\n`;
}

/** The key of the current table that an entry names; undefined for what is no entry. */
export function currentTableKeyIn(entry: string): string | undefined {
  return /^s3:\/\/[^/]+\/(.+)\n$/s.exec(entry)?.[1];
}
