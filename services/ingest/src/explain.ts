/** The whole story of a key's file versions, put together from what every part of the pipeline left behind. */
import {
  headObject,
  type KeptFailure,
  type LeaseState,
  listVersions,
  namedVersion,
  readFailure,
  readLease,
  readText,
} from '@tastetrend/aws';
import {
  completionIdOf,
  currentTableFactsOf,
  currentTableKey,
  type FileVersion,
  identityOf,
  type Manifest,
  manifestKey,
  manifestSchema,
  TRANSFORM_VERSION,
} from '@tastetrend/contracts';
import { type DeadLetter, deadLetterQueues, peekDeadLetters } from './dead-letters.ts';
import { reportKeysOf } from './follow.ts';
import type { OperatorAccess } from './operator-access.ts';

export interface VersionStory {
  readonly version_id: string;
  readonly identity: string;
  /** What raw holds; null when it is not there any more. */
  readonly raw: { readonly uploaded_at: string; readonly bytes: number; readonly is_current: boolean } | null;
  readonly lease: LeaseState | null;
  readonly manifest: Manifest | null;
  /** transformVersions that it has a manifest of, newest first. */
  readonly transformed_by: readonly number[];
  /** Whether the key's current table is of this version. */
  readonly is_promoted: boolean;
  readonly completion_id: string;
  /** The report is made of the completion event: where it is, the event came through. */
  readonly completion: 'received_by_report' | 'not_seen' | 'none_expected';
  readonly reports: readonly { readonly key: string; readonly written_at: string | null }[];
  readonly failures: readonly KeptFailure[];
  readonly dead_letters: readonly Omit<DeadLetter, 'failures' | 'body'>[];
  /** Where it is, in one word. */
  readonly state: 'reported' | 'ignored' | 'transformed' | 'in_progress' | 'failing' | 'dead' | 'waiting' | 'unknown';
}

export interface KeyStory {
  readonly key: string;
  /** Newest first. */
  readonly versions: readonly VersionStory[];
  readonly delete_markers: readonly { readonly version_id: string; readonly deleted_at: string }[];
  readonly current_table: {
    readonly key: string;
    readonly identity: string;
    readonly version_id: string;
    readonly written_at: string;
    /** Set when it is the empty table of a removal; `version_id` is then the delete marker's, or `none`. */
    readonly removal_id: string | null;
  } | null;
  /** Versions and dead letters beyond the bounds of one screen were left out. */
  readonly is_cut: boolean;
}

const VERSIONS_MAX = 50;
const DEAD_LETTERS_MAX = 500;

/**
 * @param versionId only this version, also when raw has it no more
 * @throws BrokenWorldError
 */
export async function explainKey(
  key: string,
  versionId: string | undefined,
  signal: AbortSignal,
  access: OperatorAccess,
): Promise<KeyStory> {
  const { s3, rawBucket, processedBucket } = access;
  const queues = deadLetterQueues();
  const [listed, table, ...letters] = await Promise.all([
    listVersions(s3, rawBucket, key),
    headObject(s3, processedBucket, currentTableKey(key)),
    ...queues.map((queue) => peekDeadLetters(queue, { max: DEAD_LETTERS_MAX, signal }, access)),
  ]);
  const ours = letters.flat().filter((letter) => letter.key === key);
  const versions = listed
    .filter(({ isDeleteMarker }) => !isDeleteMarker)
    .map((found) => ({ found, id: namedVersion(found.versionId, found.etag) }));
  const asked = versionId === undefined ? versions : versions.filter(({ id }) => id === versionId);
  const tableIdentity = table?.metadata.identity;
  const storyOf = (id: string, raw: VersionStory['raw']) =>
    storyOfVersion({ bucket: rawBucket, key, versionId: id }, raw, { letters: ours, tableIdentity }, access);
  const stories = await Promise.all(
    asked
      .slice(0, VERSIONS_MAX)
      .map(({ found, id }) =>
        storyOf(id, { uploaded_at: found.lastModified, bytes: found.bytes, is_current: found === listed[0] }),
      ),
  );
  if (versionId !== undefined && stories.length === 0) stories.push(await storyOf(versionId, null));
  return {
    key,
    versions: stories,
    delete_markers: listed
      .filter(({ isDeleteMarker }) => isDeleteMarker)
      .map((marker) => ({ version_id: marker.versionId, deleted_at: marker.lastModified })),
    current_table: table
      ? {
          key: currentTableKey(key),
          identity: tableIdentity ?? '',
          version_id: table.metadata['version-id'] ?? '',
          written_at: table.lastModified,
          removal_id: currentTableFactsOf(table.metadata).removalId ?? null,
        }
      : null,
    is_cut: asked.length > VERSIONS_MAX || letters.some((found) => found.length === DEAD_LETTERS_MAX),
  };
}

interface Surroundings {
  readonly letters: readonly DeadLetter[];
  readonly tableIdentity: string | undefined;
}

async function storyOfVersion(
  version: FileVersion,
  raw: VersionStory['raw'],
  { letters, tableIdentity }: Surroundings,
  { s3, dynamoDb, tableName, processedBucket }: OperatorAccess,
): Promise<VersionStory> {
  const by = Array.from({ length: TRANSFORM_VERSION }, (_, at) => TRANSFORM_VERSION - at);
  const texts = await Promise.all(
    by.map((transformVersion) => readText(s3, processedBucket, manifestKey(identityOf(version, transformVersion)))),
  );
  const text = texts.find((found) => found !== undefined);
  const manifest = text === undefined ? null : manifestSchema.parse(JSON.parse(text));
  const identity = manifest?.identity ?? identityOf(version);
  const [lease, transformFailure, reportFailure, reports] = await Promise.all([
    readLease(dynamoDb, tableName, identity),
    readFailure(dynamoDb, tableName, 'transform', identity),
    readFailure(dynamoDb, tableName, 'report', identity),
    Promise.all(
      (manifest === null ? [] : reportKeysOf(manifest)).map(async (key) => {
        const facts = await headObject(s3, processedBucket, key);
        return { key, written_at: facts?.lastModified ?? null };
      }),
    ),
  ]);
  const dead = letters.filter(({ subjects }) => subjects.includes(identity));
  const failures = [transformFailure, reportFailure].filter((failure) => failure !== undefined);
  const isReported = reports.length > 0 && reports.every(({ written_at }) => written_at !== null);
  const state = stateOf({ manifest, isReported, isDead: dead.length > 0, lease, failures, isInRaw: raw !== null });
  return {
    version_id: version.versionId,
    identity,
    raw,
    lease: lease ?? null,
    manifest,
    transformed_by: by.filter((_, at) => texts[at] !== undefined),
    is_promoted: tableIdentity === identity,
    completion_id: completionIdOf(identity),
    completion: isReported ? 'received_by_report' : manifest?.outcome === 'ignored' ? 'none_expected' : 'not_seen',
    reports,
    failures,
    dead_letters: dead.map(({ failures: _failures, body: _body, ...letter }) => letter),
    state,
  };
}

interface Traces {
  readonly manifest: Manifest | null;
  readonly isReported: boolean;
  readonly isDead: boolean;
  readonly lease: LeaseState | undefined;
  readonly failures: readonly KeptFailure[];
  readonly isInRaw: boolean;
}

function stateOf({ manifest, isReported, isDead, lease, failures, isInRaw }: Traces): VersionStory['state'] {
  if (manifest?.outcome === 'ignored') return 'ignored';
  if (isReported) return 'reported';
  if (isDead) return 'dead';
  if (manifest === null && lease?.state === 'held') return 'in_progress';
  const service = manifest === null ? 'transform' : 'report';
  if (failures.some((failure) => failure.service === service && !failure.isResent)) return 'failing';
  if (manifest !== null) return 'transformed';
  return isInRaw ? 'waiting' : 'unknown';
}
