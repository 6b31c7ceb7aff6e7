/**
 * Reconcile: goes through raw, finds what is missing anywhere behind it, and sends those versions again. A delivery of a
 * version that is done settles the current table and publishes its completion event, from which its reports follow, so
 * that one way mends all. What lies in a DLQ is left to `dlq replay`: its cause may still be there.
 */
import {
  headObject,
  type ListedKey,
  type ListedVersion,
  listKeys,
  openObject,
  readFailure,
  readLease,
} from '@tastetrend/aws';
import {
  currentTableFactsOf,
  currentTableKey,
  identityOf,
  type Manifest,
  manifestKey,
  manifestSchema,
  pipeline,
  TRANSFORM_VERSION,
} from '@tastetrend/contracts';
import { assertBucketIsThere } from './backfill-ports.ts';
import { reportKeysOf } from './follow.ts';
import type { OperatorAccess } from './operator-access.ts';
import { paceOf } from './pace.ts';
import { inTurns, type Resendable, resendableOf, resendVersions } from './resend.ts';

/** What is older has lost something; the reason stands beside the number. */
export const OLDER_THAN_S = pipeline.sweep.older_than_s.value;

/** lost: no manifest, and nobody is at it. unreported: a manifest without reports. stale_table: the table of another version. */
export type Finding = 'lost' | 'unreported' | 'stale_table';
/** Why something is missing and is left alone. */
export type Left = 'too_young' | 'in_progress' | 'failing' | 'dead' | 'of_older_rules';

export interface ReconcileOptions {
  readonly prefix: string;
  readonly olderThanS?: number | undefined;
  readonly isDryRun: boolean;
  readonly maxPerSecond?: number | undefined;
  /** Only keys behind this one, in the bucket's order. */
  readonly after?: string | undefined;
  /** Ends after so many keys, at the end of a few that are looked at together. */
  readonly keysMax?: number | undefined;
  readonly signal: AbortSignal;
  onProgress?(done: { lookedAt: number; sent: number; after: string }): void;
}

export interface ReconcileItem {
  readonly key: string;
  readonly version_id: string;
  readonly what: readonly (Finding | Left)[];
}

export interface ReconcileSummary {
  readonly looked_at: number;
  readonly older_than_s: number;
  readonly whole: number;
  readonly found: Readonly<Record<Finding, number>>;
  readonly left: Readonly<Record<Left, number>>;
  readonly sent: number;
  /** The first of what was found and of what was left, by name. */
  readonly items: readonly ReconcileItem[];
  /** The key behind which the next run goes on; null when there was nothing more. */
  readonly next_after: string | null;
  readonly end: 'done' | 'interrupted' | 'dry_run';
}

const KEYS_AT_ONCE = 8;
const ITEMS_MAX = 1_000;

/** @throws BrokenWorldError; what was sent until then is sent, and a later run finds the rest */
export async function reconcile(options: ReconcileOptions, access: OperatorAccess): Promise<ReconcileSummary> {
  const { prefix, olderThanS = OLDER_THAN_S, isDryRun, keysMax = Number.POSITIVE_INFINITY, signal } = options;
  await assertBucketIsThere(access);
  const youngSince = new Date(Date.now() - olderThanS * 1000).toISOString();
  const pace = paceOf(options.maxPerSecond, signal);
  const found: Record<Finding, number> = { lost: 0, unreported: 0, stale_table: 0 };
  const left: Record<Left, number> = { too_young: 0, in_progress: 0, failing: 0, dead: 0, of_older_rules: 0 };
  const items: ReconcileItem[] = [];
  let [lookedAt, whole, sent, keysDone] = [0, 0, 0, 0];
  let nextAfter: string | null = null;

  for await (const page of listKeys(access.s3, access.rawBucket, { prefix, after: options.after })) {
    for (let from = 0; from < page.length && !signal.aborted && keysDone < keysMax; from += KEYS_AT_ONCE) {
      const keys = page.slice(from, from + KEYS_AT_ONCE);
      const judged = (await inTurns(keys, KEYS_AT_ONCE, (key) => judgeKey(key, youngSince, access))).flat();
      lookedAt += judged.length;
      for (const { resendable, findings, leaving } of judged) {
        for (const finding of findings) found[finding] += 1;
        if (leaving !== undefined) left[leaving] += 1;
        if (findings.length === 0 && leaving === undefined) whole += 1;
        else if (items.length < ITEMS_MAX) {
          const { key, versionId } = resendable.version;
          items.push({ key, version_id: versionId, what: [...findings, ...(leaving === undefined ? [] : [leaving])] });
        }
      }
      const wanted = judged.filter(({ findings }) => findings.length > 0).map(({ resendable }) => resendable);
      if (!isDryRun && wanted.length > 0) {
        await pace.wait(wanted.length);
        if (signal.aborted) break;
        await resendVersions(wanted, access);
        sent += wanted.length;
      }
      keysDone += keys.length;
      nextAfter = keys.at(-1)?.key ?? null;
      options.onProgress?.({ lookedAt, sent, after: nextAfter ?? '' });
    }
    if (signal.aborted || keysDone >= keysMax) break;
  }
  const isCutShort = signal.aborted || keysDone >= keysMax;
  const end = signal.aborted ? 'interrupted' : isDryRun ? 'dry_run' : 'done';
  return {
    looked_at: lookedAt,
    older_than_s: olderThanS,
    whole,
    found,
    left,
    sent,
    items,
    next_after: isCutShort ? (nextAfter ?? options.after ?? null) : null,
    end,
  };
}

interface Judged {
  readonly resendable: Resendable;
  /** What sending it again mends; empty for what is whole, and for what is left. */
  readonly findings: Finding[];
  readonly leaving: Left | undefined;
}

interface KnownManifest {
  readonly manifest: Manifest;
  readonly writtenAt: string;
}

async function judgeKey(listed: ListedKey, youngSince: string, access: OperatorAccess): Promise<Judged[]> {
  const judged: Judged[] = [];
  /** Versions and delete markers from the newest, as promotion looks at them. */
  const line: ({ known: KnownManifest | undefined; judged: Judged } | { marker: ListedVersion })[] = [];
  for (const version of listed.versions) {
    if (version.isDeleteMarker) {
      line.push({ marker: version });
      continue;
    }
    const known = await manifestOf(listed.key, version, access);
    const one = await judgeVersion(listed.key, version, known, youngSince, access);
    judged.push(one);
    line.push({ known, judged: one });
  }
  // The newest good version, by the rule of services/transform/src/promote.ts: stop at a marker and at what is unknown.
  for (const [at, place] of line.entries()) {
    if ('marker' in place) {
      const behind = line
        .slice(at + 1)
        .find((older) => 'known' in older && older.known?.manifest.outcome === 'processed');
      if (behind === undefined || !('known' in behind) || behind.judged.leaving !== undefined) break;
      const isYoung = place.marker.lastModified > youngSince || (behind.known?.writtenAt ?? '') > youngSince;
      // Whoever settles the key anew finds the marker: the version behind it is as good as any.
      if (!isYoung && !(await isRemovedBy(listed.key, place.marker, access)))
        behind.judged.findings.push('stale_table');
      break;
    }
    if (place.known === undefined) break;
    const { manifest, writtenAt } = place.known;
    if (manifest.outcome !== 'processed') continue;
    const isSettled = writtenAt > youngSince || (await hasItsTable(listed.key, manifest, access));
    if (!isSettled && place.judged.leaving === undefined) place.judged.findings.push('stale_table');
    break;
  }
  return judged;
}

async function manifestOf(
  key: string,
  listed: ListedVersion,
  { s3, rawBucket, processedBucket }: OperatorAccess,
): Promise<KnownManifest | undefined> {
  const { version } = resendableOf(rawBucket, key, listed);
  for (let by = TRANSFORM_VERSION; by >= 1; by--) {
    const opened = await openObject(s3, processedBucket, manifestKey(identityOf(version, by)));
    if (opened === undefined) continue;
    const chunks: Uint8Array[] = [];
    for await (const chunk of opened.body) chunks.push(chunk);
    const manifest = manifestSchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    return { manifest, writtenAt: opened.facts.lastModified };
  }
  return undefined;
}

async function judgeVersion(
  key: string,
  listed: ListedVersion,
  known: KnownManifest | undefined,
  youngSince: string,
  access: OperatorAccess,
): Promise<Judged> {
  const resendable = resendableOf(access.rawBucket, key, listed);
  const { version } = resendable;
  const whole: Judged = { resendable, findings: [], leaving: undefined };
  if (known === undefined) {
    const leaving =
      listed.lastModified > youngSince ? 'too_young' : await whyLeft(identityOf(version), 'transform', access);
    return leaving === undefined ? { ...whole, findings: ['lost'] } : { ...whole, leaving };
  }
  const { manifest, writtenAt } = known;
  if (await isReported(manifest, access)) return whole;
  if (writtenAt > youngSince) return { ...whole, leaving: 'too_young' };
  // Sending it would do it anew by today's rules, which only an explicit reprocess may.
  if (manifest.transform_version !== TRANSFORM_VERSION) return { ...whole, leaving: 'of_older_rules' };
  const leaving = await whyLeft(manifest.identity, 'report', access);
  return leaving === undefined ? { ...whole, findings: ['unreported'] } : { ...whole, leaving };
}

async function isReported(manifest: Manifest, { s3, processedBucket }: OperatorAccess): Promise<boolean> {
  const written = await Promise.all(reportKeysOf(manifest).map((key) => headObject(s3, processedBucket, key)));
  return written.every((facts) => facts !== undefined);
}

async function whyLeft(
  identity: string,
  service: 'transform' | 'report',
  { dynamoDb, tableName }: OperatorAccess,
): Promise<Left | undefined> {
  const lease = service === 'transform' ? await readLease(dynamoDb, tableName, identity) : undefined;
  if (lease?.state === 'held') return 'in_progress';
  const failure = await readFailure(dynamoDb, tableName, service, identity);
  if (failure === undefined || failure.isResent) return undefined;
  return failure.receiveCount >= failure.receiveCountMax ? 'dead' : 'failing';
}

async function currentTable(key: string, { s3, processedBucket }: OperatorAccess) {
  const table = await headObject(s3, processedBucket, currentTableKey(key));
  return table && currentTableFactsOf(table.metadata);
}

async function isRemovedBy(key: string, marker: ListedVersion, access: OperatorAccess): Promise<boolean> {
  const table = await currentTable(key, access);
  return table?.removalId !== undefined && table.versionId === marker.versionId;
}

async function hasItsTable(key: string, manifest: Manifest, access: OperatorAccess): Promise<boolean> {
  const table = await currentTable(key, access);
  if (table === undefined) return false;
  return (
    table.identity === manifest.identity ||
    (table.versionId === manifest.source.version_id && table.transformVersion > manifest.transform_version)
  );
}
