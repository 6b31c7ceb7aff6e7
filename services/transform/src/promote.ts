/**
 * Step (c): the table of the newest good version becomes the current one of its raw key. Every worker that finishes a
 * version settles the key anew, by what raw says now, so that the order in which they finish does not matter.
 */

import { BrokenWorldError } from '@tastetrend/aws';
import { type FileVersion, identityOf, type Manifest } from '@tastetrend/contracts';
import type { TransformPorts } from './ports.ts';

/** A refusal means that another worker settled the key meanwhile; so many in a row mean that something else is wrong. */
const ATTEMPTS_MAX = 20;

/** @throws BrokenWorldError */
export async function promote(version: FileVersion, manifest: Manifest, ports: TransformPorts): Promise<void> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt++) {
    // Read first, decide then: what changes in between makes the write below be refused.
    const current = await ports.currentTable.read(version.key);
    const winner = await newestGood(version, manifest, ports);
    if (winner === undefined) {
      ports.journal.step('not_promoted');
      return;
    }
    const isThere =
      current?.identity === winner.identity ||
      (current?.versionId === winner.source.version_id && current.transformVersion > winner.transform_version);
    if (isThere) return;
    if ((await ports.currentTable.replace(version.key, current?.etag, winner)) === 'written') {
      ports.journal.step('promoted', { promoted_identity: winner.identity });
      return;
    }
  }
  throw new BrokenWorldError(`the current table of ${version.key} was refused ${ATTEMPTS_MAX} times in a row`);
}

/**
 * The newest version that has a table, unless a newer one is still to be worked on (its own worker settles the key then)
 * or the key is deleted. A rejected version never takes the place of a good one, so the look goes on behind it.
 */
async function newestGood(
  version: FileVersion,
  manifest: Manifest,
  { raw, manifests }: TransformPorts,
): Promise<Manifest | undefined> {
  if (manifest.outcome === 'processed' && (await raw.current(version.key)) === version.versionId) return manifest;
  for (const { versionId, isDeleteMarker } of await raw.list(version.key)) {
    if (isDeleteMarker) return undefined;
    const found =
      versionId === version.versionId ? manifest : await manifests.read(identityOf({ ...version, versionId }));
    if (found === undefined) return undefined;
    if (found.outcome === 'processed') return found;
  }
  return undefined;
}
