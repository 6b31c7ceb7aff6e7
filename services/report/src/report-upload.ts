/** The use case: a file version that is done becomes a validation and a bias summary, once in effect. */
import {
  type Bias,
  biasSchema,
  type CheckStatus,
  identityOf,
  type Manifest,
  manifestSchema,
  type Profile,
  profileSchema,
  reportKey,
  sha256Hex,
  type Validation,
  validationSchema,
} from '@tastetrend/contracts';
import { biasOf } from './core/bias.ts';
import type { Thresholds } from './core/checks.ts';
import { issuesInOneLine, type Schema, serialise } from './core/serialise.ts';
import { validationOf } from './core/validation.ts';
import { CommittedObjectError, ReportNotKeptError } from './errors.ts';

/** Reads what the transform committed. */
export interface CommittedObjects {
  /** @returns undefined when the object is not there. @throws BrokenWorldError */
  readText(key: string): Promise<string | undefined>;
}

/** Keeps summaries; one that is there is never written over. */
export interface ReportStore {
  /** @returns `refused` when it is there already, or another writer is at it. @throws BrokenWorldError */
  putOnce(key: string, text: string): Promise<'written' | 'refused'>;
  /** @returns undefined when it is not there. @throws BrokenWorldError */
  readText(key: string): Promise<string | undefined>;
}

export interface ReportSettings {
  readonly thresholds: Thresholds;
  /** The fewest accepted rows of a group that is shown by itself. */
  readonly groupRowsMin: number;
}

export interface ReportPorts {
  readonly committed: CommittedObjects;
  readonly reports: ReportStore;
  /** Told of each step, for the log. */
  onStep(step: string, facts: Readonly<Record<string, string | number | null>>): void;
}

/** Writes of a summary that is refused and yet not there, before the delivery is left to be repeated. */
const KEEP_ATTEMPTS_MAX = 3;

/** What became of a summary: written now, there already, or there already as earlier rules or thresholds made it. */
export type Keeping = 'written' | 'there' | 'there_by_other_rules';

export type ReportOutcome =
  | {
      readonly kind: 'reported';
      /** Of the validation summary that is in the store, whoever wrote it. */
      readonly status: CheckStatus;
      readonly validation: { readonly key: string; readonly keeping: Keeping };
      readonly bias: { readonly key: string; readonly keeping: Keeping };
    }
  /** A folder marker is no file, and has no report. */
  | { readonly kind: 'nothing_to_report' };

/**
 * Any number of deliveries, in any order and at the same time, leave the same two summaries. Bad data is in the outcome.
 * @param completed what the completion event names; everything else in the event is a copy, and is not read
 * @throws CommittedObjectError, ReportNotKeptError, BrokenWorldError when the world failed: the delivery is to be repeated
 * @throws ReportAssertionError when counts cannot be: no report may say them
 */
export async function reportUpload(
  completed: { readonly identity: string; readonly manifest_key: string },
  settings: ReportSettings,
  ports: ReportPorts,
): Promise<ReportOutcome> {
  const manifest = await readManifest(completed, ports);
  if (manifest.outcome === 'ignored') return { kind: 'nothing_to_report' };
  const profile = await readProfile(manifest, ports);

  const validation = validationOf(manifest, profile, settings.thresholds);
  const bias = biasOf(manifest, profile, settings.groupRowsMin);

  const keptValidation = await keepOnce('validation', validationSchema, validation, ports);
  const keptBias = await keepOnce('bias', biasSchema, bias, ports);
  return {
    kind: 'reported',
    status: keptValidation.summary.status,
    validation: { key: keptValidation.key, keeping: keptValidation.keeping },
    bias: { key: keptBias.key, keeping: keptBias.keeping },
  };
}

async function readManifest(
  { identity, manifest_key: key }: { readonly identity: string; readonly manifest_key: string },
  { committed, onStep }: ReportPorts,
): Promise<Manifest> {
  const text = await committed.readText(key);
  // The event is published after the manifest is there: without one the world is broken, and may be mended.
  if (text === undefined) throw new CommittedObjectError(`the manifest ${key} is not there`);
  const manifest = parseCommitted(key, manifestSchema, text);
  const { bucket, key: rawKey, version_id: versionId } = manifest.source;
  const named = identityOf({ bucket, key: rawKey, versionId }, manifest.transform_version);
  if (manifest.identity !== identity || named !== identity) {
    throw new CommittedObjectError(`${key} is the manifest of ${manifest.identity}, whose source gives ${named}`);
  }
  onStep('manifest read', { outcome: manifest.outcome, rows_read: manifest.counts.rows_read });
  return manifest;
}

async function readProfile(manifest: Manifest, { committed, onStep }: ReportPorts): Promise<Profile | null> {
  const output = manifest.outputs.find(({ role }) => role === 'profile');
  if (output === undefined) return null;
  const text = await committed.readText(output.key);
  if (text === undefined) throw new CommittedObjectError(`the profile ${output.key} is not there`);
  if (sha256Hex(text) !== output.sha256) {
    throw new CommittedObjectError(`the profile ${output.key} is not the one in its manifest: its SHA-256 differs`);
  }
  const profile = parseCommitted(output.key, profileSchema, text);
  onStep('profile read', { kind: profile.kind, bytes: output.bytes });
  return profile;
}

function parseCommitted<Value>(key: string, schema: Schema<Value>, text: string): Value {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new CommittedObjectError(`${key} is no JSON`);
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new CommittedObjectError(`${key} is not what its schema says: ${issuesInOneLine(parsed.error.issues)}`);
}

async function keepOnce<Summary extends Validation | Bias>(
  kind: 'validation' | 'bias',
  schema: Schema<Summary>,
  summary: Summary,
  { reports, onStep }: ReportPorts,
): Promise<{ key: string; keeping: Keeping; summary: Summary }> {
  const { identity, source } = summary;
  const key = reportKey(kind, source.uploaded_at, identity);
  const text = serialise(schema, summary);
  const { written, kept } = await putOrRead(key, text, reports);
  const keptSummary = parseCommitted(key, schema, kept);
  if (keptSummary.identity !== identity) {
    throw new ReportNotKeptError(`${key} is taken by the summary of ${keptSummary.identity}`);
  }
  const keeping = written ? 'written' : kept === text ? 'there' : 'there_by_other_rules';
  onStep(`${kind} ${keeping}`, { report_key: key });
  return { key, keeping, summary: keptSummary };
}

/** A refused write is fine when the summary is there, which is looked up: S3's 409 may come of a writer that then fails. */
async function putOrRead(
  key: string,
  text: string,
  reports: ReportStore,
): Promise<{ readonly written: boolean; readonly kept: string }> {
  for (let attempt = 0; attempt < KEEP_ATTEMPTS_MAX; attempt += 1) {
    if ((await reports.putOnce(key, text)) === 'written') return { written: true, kept: text };
    const kept = await reports.readText(key);
    if (kept !== undefined) return { written: false, kept };
  }
  throw new ReportNotKeptError(`${key} was refused ${KEEP_ATTEMPTS_MAX} times, and is not there`);
}
