/**
 * Which version of a raw key retrieval should hold. Raw says what is current, through the metadata of the current table,
 * which the transform promotes before it publishes; where that one fails its validation, the newest before it that does not.
 */
import {
  identityOf,
  type Manifest,
  manifestKey,
  manifestSchema,
  reportKey,
  TRANSFORM_VERSION,
  validationSchema,
} from '@tastetrend/contracts';
import { CommittedObjectError } from '../errors.ts';
import type { HandoffPorts } from './ports.ts';

export interface RawKey {
  readonly bucket: string;
  readonly key: string;
}

export type Target =
  | { readonly kind: 'version'; readonly manifest: Manifest }
  /** The key is deleted: the identity is that of the delete marker, or of there being nothing. */
  | {
      readonly kind: 'removed';
      readonly identity: string;
      readonly versionId: string;
      readonly transformVersion: number;
    };

/** Why what retrieval holds stays as it is. */
export type Stay = 'nothing_current' | 'not_reported_yet' | 'none_passes';

/** @throws BrokenWorldError */
export async function newestGood(source: RawKey, ports: HandoffPorts): Promise<Target | Stay> {
  const current = await ports.currentTable(source.key);
  if (current === undefined) return 'nothing_current';
  const { identity, versionId, transformVersion } = current;
  if (current.removalId !== undefined) return { kind: 'removed', identity, versionId, transformVersion };
  const manifest = await readManifest(identity, ports);
  if (manifest === undefined) throw new CommittedObjectError(`the current table is of ${identity}: it has no manifest`);
  const verdict = await verdictOf(manifest, ports);
  if (verdict === 'passed') return { kind: 'version', manifest };
  // Its own report is still to come, and will settle the key then.
  if (verdict === 'not_reported_yet') return verdict;
  return await newestGoodBefore(source, versionId, ports);
}

/** The search of services/transform/src/promote.ts, behind a version that failed its validation. */
async function newestGoodBefore(source: RawKey, failedVersionId: string, ports: HandoffPorts): Promise<Target | Stay> {
  const versions = await ports.rawVersions(source.key);
  const failed = versions.findIndex(({ versionId }) => versionId === failedVersionId);
  // Raw has changed since: whoever changed it settles the key again.
  if (failed === -1) return 'not_reported_yet';
  for (const { versionId, isDeleteMarker } of versions.slice(failed + 1)) {
    if (isDeleteMarker) {
      const identity = identityOf({ ...source, versionId });
      return { kind: 'removed', identity, versionId, transformVersion: TRANSFORM_VERSION };
    }
    const manifest = await newestManifest({ ...source, versionId }, ports);
    if (manifest === undefined) return 'not_reported_yet';
    if (manifest.outcome !== 'processed') continue;
    const verdict = await verdictOf(manifest, ports);
    if (verdict === 'passed') return { kind: 'version', manifest };
    if (verdict === 'not_reported_yet') return verdict;
  }
  return 'none_passes';
}

async function newestManifest(
  version: RawKey & { readonly versionId: string },
  ports: HandoffPorts,
): Promise<Manifest | undefined> {
  for (let rules = TRANSFORM_VERSION; rules >= 1; rules -= 1) {
    const manifest = await readManifest(identityOf(version, rules), ports);
    if (manifest !== undefined) return manifest;
  }
  return undefined;
}

async function readManifest(identity: string, { committed }: HandoffPorts): Promise<Manifest | undefined> {
  const text = await committed.readText(manifestKey(identity));
  return text === undefined ? undefined : manifestSchema.parse(JSON.parse(text));
}

/** By the validation summary that stands: what people read, and not what today's thresholds would say. */
async function verdictOf(
  { identity, source }: Manifest,
  { committed }: HandoffPorts,
): Promise<'passed' | 'failed' | 'not_reported_yet'> {
  const key = reportKey('validation', source.uploaded_at, identity);
  const text = await committed.readText(key);
  if (text === undefined) return 'not_reported_yet';
  const parsed = validationSchema.safeParse(JSON.parse(text));
  if (!parsed.success) throw new CommittedObjectError(`${key} is not what its schema says`);
  return parsed.data.status === 'fail' ? 'failed' : 'passed';
}
