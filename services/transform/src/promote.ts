/**
 * Step (c): what raw says of a key now becomes its current table: the newest good version's, or an empty one where the
 * file was removed. Every worker that finishes a version or hears of a deletion settles the key anew, so that the order
 * in which they do does not matter.
 */

import { BrokenWorldError } from '@tastetrend/aws';
import {
  type FileVersion,
  identityOf,
  type Manifest,
  type Removal,
  removalIdentityOf,
  removalVersionIdOf,
  type TableKind,
  TRANSFORM_VERSION,
} from '@tastetrend/contracts';
import type { LocalOutput } from './core/output-files.ts';
import type { CurrentTable, RawVersion, TransformPorts } from './ports.ts';

/** A refusal means that another worker settled the key meanwhile; so many in a row mean that something else is wrong. */
const ATTEMPTS_MAX = 20;

/** What a key has come to. */
export type Settled =
  | { readonly kind: 'table'; readonly winner: Manifest }
  | { readonly kind: 'removed'; readonly removal: Removal }
  /** A newer version's worker will settle it, or there was never a good version: what is there stays. */
  | { readonly kind: 'open' };

type Key = Pick<FileVersion, 'bucket' | 'key'>;
type Ports = Pick<TransformPorts, 'raw' | 'manifests' | 'currentTable' | 'catalog' | 'journal'>;
type Found = Awaited<ReturnType<CurrentTable['read']>>;

const OPEN: Settled = { kind: 'open' };

/**
 * @param own the manifest of the version whose worker asks, if one does
 * @param made its outputs, where they are still on disk
 * @throws BrokenWorldError
 */
export async function promote(
  key: Key,
  own: Manifest | undefined,
  ports: Ports,
  made: readonly LocalOutput[] = [],
): Promise<Settled> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    // Read first, decide then: what changes in between makes the write below be refused.
    const found = await ports.currentTable.read(key.key);
    const decided = await decide(key, own, found, ports);
    if (decided.kind === 'open') {
      ports.journal.step('not_promoted');
      return decided;
    }
    const isThere = isInPlace(decided, found);
    if (!isThere && (await write(key, decided, found, ports, own, made)) === 'refused') continue;
    // Also of a table that is there: whoever wrote it may have died before it was entered.
    await ports.catalog.enter(key.key, kindOf(decided), found?.kind === kindOf(decided));
    if (isThere) return decided;
    // The condition compares bytes. Where a table went away and came back in between (uploaded and deleted again), it
    // cannot tell, and this write may be of a version that is gone. Whoever writes last looks last: then it stands right.
    const still = await decide(key, own, found, ports);
    if (still.kind === 'open' || identityOfSettled(still) === identityOfSettled(decided)) return decided;
  }
  throw new BrokenWorldError(`the current table of ${key.key} was refused ${ATTEMPTS_MAX} times in a row`);
}

type Decided = Exclude<Settled, { kind: 'open' }>;

function identityOfSettled(decided: Decided): string {
  return decided.kind === 'table' ? decided.winner.identity : removalIdentityOf(decided.removal);
}

function kindOf(decided: Decided): TableKind {
  return decided.kind === 'table' ? (decided.winner.kind ?? 'reviews') : decided.removal.kind;
}

function isInPlace(decided: Decided, found: Found): boolean {
  if (found === undefined) return false;
  if (found.identity === identityOfSettled(decided)) {
    return decided.kind === 'table' || found.kind === decided.removal.kind;
  }
  // Between two transform versions of one file version the higher wins.
  const isRemoval = decided.kind === 'removed';
  const versionId = isRemoval ? removalVersionIdOf(decided.removal) : decided.winner.source.version_id;
  const transformVersion = isRemoval ? TRANSFORM_VERSION : decided.winner.transform_version;
  return found.versionId === versionId && found.transformVersion > transformVersion;
}

async function write(
  { key }: Key,
  decided: Decided,
  found: Found,
  ports: Ports,
  own: Manifest | undefined,
  made: readonly LocalOutput[],
): Promise<'written' | 'refused'> {
  if (decided.kind === 'removed') {
    const written = await ports.currentTable.empty(key, found?.etag, decided.removal);
    if (written === 'written') ports.journal.step('removed', { removal_identity: identityOfSettled(decided) });
    return written;
  }
  const { winner } = decided;
  const onDisk = winner.identity === own?.identity ? made : [];
  const written = await ports.currentTable.replace(key, found?.etag, winner, onDisk);
  if (written === 'written') ports.journal.step('promoted', { promoted_identity: winner.identity });
  return written;
}

/**
 * The newest version that has a table, unless a newer one is still to be worked on (its own worker settles the key then).
 * A rejected version never takes the place of a good one, so the look goes on behind it; a delete marker ends it.
 */
async function decide(
  { bucket, key }: Key,
  own: Manifest | undefined,
  found: Found,
  { raw, manifests }: Ports,
): Promise<Settled> {
  const manifestOf = (versionId: string) =>
    versionId === own?.source.version_id ? own : manifests.read(identityOf({ bucket, key, versionId }));

  if (own?.outcome === 'processed' && (await raw.current(key)) === own.source.version_id) {
    return { kind: 'table', winner: own };
  }
  const listed = await raw.list(key);
  for (const [at, version] of listed.entries()) {
    if (version.isDeleteMarker) return removedBy(version, listed.slice(at + 1));
    const manifest = await manifestOf(version.versionId);
    if (manifest === undefined) return OPEN;
    if (manifest.outcome === 'processed') return { kind: 'table', winner: manifest };
  }
  // A rejected version that alone is left does not take away the table of the good one that expired behind it.
  return listed.length > 0 ? OPEN : removedBy(undefined, []);

  /** Only what had a table, or would have had one in another order, can be removed. */
  async function removedBy(marker: RawVersion | undefined, behind: readonly RawVersion[]): Promise<Settled> {
    const kind = await newestKind(behind);
    const wasGood = kind !== undefined || found !== undefined || own?.outcome === 'processed';
    if (!wasGood) return OPEN;
    const of = marker === undefined ? undefined : { versionId: marker.versionId, removedAt: marker.lastModified };
    return {
      kind: 'removed',
      removal: { bucket, key, marker: of, kind: kind ?? found?.kind ?? own?.kind ?? 'reviews' },
    };
  }

  async function newestKind(versions: readonly RawVersion[]): Promise<Manifest['kind'] | undefined> {
    for (const { versionId, isDeleteMarker } of versions) {
      const manifest = isDeleteMarker ? undefined : await manifestOf(versionId);
      if (manifest?.outcome === 'processed') return manifest.kind;
    }
    return undefined;
  }
}
