/**
 * Backfill: what lies in the raw bucket without a manifest is sent the way of an upload; with `reprocess` also what was
 * last done by older rules. A page of the listing is all that is held, so that a bucket may be of any size.
 */
import type { ListedKey } from '@tastetrend/aws';
import { type FileVersion, TRANSFORM_VERSION } from '@tastetrend/contracts';
import { estimatedCostUsd } from './cost.ts';
import { paceOf } from './pace.ts';
import { inTurns, type Resendable, resendableOf } from './resend.ts';

/** How far a backfill has come: everything up to this key has been looked at, and sent where it had to be. */
export interface Checkpoint {
  readonly after: string;
  readonly sent: number;
  readonly lookedAt: number;
}

export interface BackfillPorts {
  /** Keys with all their versions, in the bucket's order, a page at a time. */
  pages(after: string | undefined): AsyncIterable<readonly ListedKey[]>;
  /** The newest transformVersion that a file version has a manifest of. */
  transformedBy(version: FileVersion): Promise<number | undefined>;
  send(versions: readonly Resendable[]): Promise<void>;
  readonly checkpoints: {
    read(): Promise<Checkpoint | undefined>;
    write(checkpoint: Checkpoint): Promise<void>;
    clear(): Promise<void>;
  };
}

export interface BackfillOptions {
  readonly rawBucket: string;
  /** Only versions uploaded at this time or later, ISO 8601 in UTC. */
  readonly since?: string | undefined;
  /** Also versions whose newest manifest is of an older transformVersion. */
  readonly isReprocess: boolean;
  /** Counts what would be sent, from the start, and sends nothing. */
  readonly isDryRun: boolean;
  readonly maxPerSecond?: number | undefined;
  /** What counts as the rules of today. */
  readonly transformVersion?: number;
  readonly signal: AbortSignal;
  onProgress?(done: { lookedAt: number; sent: number; after: string }): void;
}

export interface BackfillSummary {
  /** File versions, delete markers left out. */
  readonly looked_at: number;
  readonly without_manifest: number;
  readonly of_older_rules: number;
  /** Have the manifest they need; in a resumed run only those behind the checkpoint. */
  readonly done_already: number;
  readonly before_since: number;
  /** To be sent, and sent; equal unless it was a dry run or interrupted. */
  readonly to_send: number;
  readonly sent: number;
  readonly bytes: number;
  readonly estimated_cost_usd: number;
  /** The key behind which an interrupted run went on. */
  readonly resumed_after: string | null;
  readonly end: 'done' | 'interrupted' | 'dry_run';
}

const MANIFESTS_AT_ONCE = 16;
/** Versions of one step: with it the pace, the checkpoint and an interruption are looked at. */
const STEP_VERSIONS = 500;

/** @throws BrokenWorldError; a later run goes on where the last whole step ended */
export async function backfill(options: BackfillOptions, ports: BackfillPorts): Promise<BackfillSummary> {
  const { rawBucket, since, isReprocess, isDryRun, signal, transformVersion = TRANSFORM_VERSION } = options;
  const checkpoint = isDryRun ? undefined : await ports.checkpoints.read();
  const pace = paceOf(options.maxPerSecond, signal);
  const n = { lookedAt: 0, missing: 0, older: 0, done: 0, early: 0, toSend: 0, sent: 0, bytes: 0 };
  let isInterrupted = signal.aborted;

  for await (const page of ports.pages(checkpoint?.after)) {
    for (const keys of stepsOf(page)) {
      if (signal.aborted) break;
      const wanted = await wantedOf(keys);
      n.toSend += wanted.length;
      for (const { facts } of wanted) n.bytes += facts.bytes;
      const { key: after } = keys.at(-1) as ListedKey;
      if (!isDryRun) {
        if (!(await sendPaced(wanted))) break;
        const done = { sent: (checkpoint?.sent ?? 0) + n.sent, lookedAt: (checkpoint?.lookedAt ?? 0) + n.lookedAt };
        await ports.checkpoints.write({ after, ...done });
      }
      options.onProgress?.({ lookedAt: n.lookedAt, sent: n.sent, after });
    }
    isInterrupted = signal.aborted;
    if (isInterrupted) break;
  }
  if (!isDryRun && !isInterrupted) await ports.checkpoints.clear();
  return {
    looked_at: n.lookedAt,
    without_manifest: n.missing,
    of_older_rules: n.older,
    done_already: n.done,
    before_since: n.early,
    to_send: n.toSend,
    sent: n.sent,
    bytes: n.bytes,
    estimated_cost_usd: estimatedCostUsd(n.toSend, n.bytes),
    resumed_after: checkpoint?.after ?? null,
    end: isInterrupted ? 'interrupted' : isDryRun ? 'dry_run' : 'done',
  };

  async function wantedOf(keys: readonly ListedKey[]): Promise<Resendable[]> {
    const listed = keys.flatMap(({ key, versions }) =>
      versions.filter((version) => !version.isDeleteMarker).map((version) => ({ key, version })),
    );
    n.lookedAt += listed.length;
    const late = listed.filter(({ version }) => since === undefined || version.lastModified >= since);
    n.early += listed.length - late.length;
    const versions = late.map(({ key, version }) => resendableOf(rawBucket, key, version));
    const by = await inTurns(versions, MANIFESTS_AT_ONCE, ({ version }) => ports.transformedBy(version));
    return versions.filter((_, at) => {
      const doneBy = by[at];
      if (doneBy === undefined) n.missing += 1;
      else if (doneBy < transformVersion) n.older += 1;
      const isWanted = doneBy === undefined || (isReprocess && doneBy < transformVersion);
      if (!isWanted) n.done += 1;
      return isWanted;
    });
  }

  /** @returns false when it was interrupted before all were sent */
  async function sendPaced(versions: readonly Resendable[]): Promise<boolean> {
    const step = options.maxPerSecond === undefined ? 100 : Math.max(1, Math.min(10, Math.floor(options.maxPerSecond)));
    for (let from = 0; from < versions.length; from += step) {
      const part = versions.slice(from, from + step);
      await pace.wait(part.length);
      if (signal.aborted) return false;
      await ports.send(part);
      n.sent += part.length;
    }
    return true;
  }
}

/** Keys with up to STEP_VERSIONS versions together; a key with more is a step of its own. */
function* stepsOf(page: readonly ListedKey[]): Generator<ListedKey[]> {
  let step: ListedKey[] = [];
  let versions = 0;
  for (const listed of page) {
    if (step.length > 0 && versions + listed.versions.length > STEP_VERSIONS) {
      yield step;
      step = [];
      versions = 0;
    }
    step.push(listed);
    versions += listed.versions.length;
  }
  if (step.length > 0) yield step;
}
