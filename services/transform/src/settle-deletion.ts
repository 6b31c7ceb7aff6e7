/**
 * What follows from `Object Deleted`. The event only says "look": it may be late, repeated, or overtaken by an upload, so
 * that what is done is what raw says now.
 */
import type { FileVersion } from '@tastetrend/contracts';
import type { OpenParquetWriter } from './core/parquet/types.ts';
import type { TransformPorts } from './ports.ts';
import { type ProcessOutcome, processFileVersion } from './process-file-version.ts';
import { promote } from './promote.ts';

export type DeletionOutcome = ProcessOutcome | { readonly kind: 'removed' | 'unchanged' };

/**
 * @param isExpiry a lifecycle rule deleted a version for good; what is current such a rule only hides behind a marker
 * @throws BrokenWorldError and its kin when a service failed: the delivery is to be repeated
 */
export async function settleDeletion(
  { bucket, key }: Pick<FileVersion, 'bucket' | 'key'>,
  isExpiry: boolean,
  ports: TransformPorts,
  openWriter: OpenParquetWriter,
): Promise<DeletionOutcome> {
  const versionId = await ports.raw.current(key);
  if (versionId === undefined) {
    const settled = await promote({ bucket, key }, undefined, ports);
    if (settled.kind === 'removed') await ports.completions.publishRemoval(settled.removal);
    // Raw changed meanwhile, and a version lives again.
    if (settled.kind === 'table') await ports.completions.publish(settled.winner);
    return { kind: settled.kind === 'removed' ? 'removed' : 'unchanged' };
  }
  if (isExpiry) return { kind: 'unchanged' };
  // An older version lives again. What it needs is what an upload of it would: its manifest may not be there yet.
  const outcome = await processFileVersion({ bucket, key, versionId }, ports, openWriter);
  if (outcome.kind === 'done' && outcome.settled.kind === 'table') {
    const { winner } = outcome.settled;
    // The current one is rejected, and one behind it came back: that one's completion is what consumers wait for.
    if (winner.identity !== outcome.manifest.identity) await ports.completions.publish(winner);
  }
  return outcome;
}
