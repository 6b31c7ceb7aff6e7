/**
 * The sweep that nobody asks for: some keys of raw are reconciled, some manifests audited, and what comes next is written
 * down, so that a bucket of any size has its turn over the runs. Two sweeps at once do no harm: each finding is mended by
 * an event of which any number may be sent.
 */
import type { CursorStore } from '@tastetrend/aws';
import { pipeline } from '@tastetrend/contracts';
import { type AuditSummary, audit } from './audit.ts';
import type { OperatorAccess } from './operator-access.ts';
import { type ReconcileSummary, reconcile } from './reconcile.ts';

export interface Sweep {
  readonly reconciled: ReconcileSummary;
  readonly audited: AuditSummary;
}

export interface SweepLimits {
  readonly olderThanS: number;
  readonly keysMax: number;
  readonly manifestsMax: number;
  readonly bytesMax: number;
}

/** Of pipeline.json; a local run's time passes faster. */
export function sweepLimits(timeFactor: number): SweepLimits {
  const { older_than_s, keys_max, audit_manifests_max, audit_bytes_max } = pipeline.sweep;
  return {
    olderThanS: older_than_s.value / timeFactor,
    keysMax: keys_max.value,
    manifestsMax: audit_manifests_max.value,
    bytesMax: audit_bytes_max.value,
  };
}

/** @throws BrokenWorldError; what was sent until then is sent, and the next run looks at the same keys again */
export async function sweep(
  { olderThanS, keysMax, manifestsMax, bytesMax }: SweepLimits,
  signal: AbortSignal,
  cursors: CursorStore,
  access: OperatorAccess,
): Promise<Sweep> {
  const bounds = { prefix: '', olderThanS, signal };
  const rawFrom = await cursors.read('reconcile');
  const reconciled = await reconcile({ ...bounds, isDryRun: false, after: rawFrom, keysMax }, access);
  await cursors.move('reconcile', rawFrom, reconciled.next_after ?? undefined);
  const manifestsFrom = await cursors.read('audit');
  const audited = await audit({ ...bounds, after: manifestsFrom, manifestsMax, bytesMax }, access);
  await cursors.move('audit', manifestsFrom, audited.next_after ?? undefined);
  return { reconciled, audited };
}
