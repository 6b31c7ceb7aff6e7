/** The use case: a file version that is done becomes validation and bias summaries and a page of them, once in effect. */
import {
  anySummarySchema,
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
  type Thresholds,
  type Validation,
  validationSchema,
} from '@tastetrend/contracts';
import { allOf } from './all-of.ts';
import { type ReadTable, readReviewTable, type TableBytes } from './core/bias/read-table.ts';
import { type BiasSettings, biasNeedsTable, biasOf } from './core/bias/summary.ts';
import { lineageEventOf } from './core/lineage.ts';
import { pageOf } from './core/page/page.ts';
import { issuesInOneLine, type Schema, serialiseByLine } from './core/serialise.ts';
import { validationOf, valuesIn } from './core/validation.ts';
import { CommittedObjectError, ReportNotKeptError } from './errors.ts';
import { oneAtATime } from './one-at-a-time.ts';

/** Reads what the transform committed. */
export interface CommittedObjects {
  /** @returns undefined when the object is not there. @throws BrokenWorldError */
  readText(key: string): Promise<string | undefined>;
  /**
   * @param end the byte after the last
   * @returns undefined when the object is not there; fewer bytes when it ends before. @throws BrokenWorldError
   */
  readBytes(key: string, start: number, end: number): Promise<ArrayBuffer | undefined>;
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
  readonly bias: BiasSettings;
}

export interface ReportPorts {
  readonly committed: CommittedObjects;
  readonly reports: ReportStore;
  /** Told of each step, for the log. */
  onStep(step: string, facts: Readonly<Record<string, string | number | null>>): void;
}

/** A table up to this size is read in one request, of a larger one only what is needed. */
const WHOLE_TABLE_BYTES_MAX = 4 * 1024 * 1024;

/** Writes of a summary that is refused and yet not there, before the delivery is left to be repeated. */
const KEEP_ATTEMPTS_MAX = 3;

/** Messages are reported side by side, but tables measured one by one: it takes a processor, and memory by the row. */
const atATime = oneAtATime();

/**
 * What became of a summary: written now, there already, or there already as earlier rules or thresholds made it (which
 * only the validation tells: a bias summary or page that is there is not made again to be compared).
 */
export type Keeping = 'written' | 'there' | 'there_by_other_rules';

interface KeptObject {
  readonly key: string;
  readonly keeping: Keeping;
}

export type ReportOutcome =
  | {
      readonly kind: 'reported';
      /** Of the validation summary that is in the store, whoever wrote it. */
      readonly status: CheckStatus;
      readonly validation: KeptObject;
      readonly bias: KeptObject;
      readonly page: KeptObject;
      /** As they are in the store. */
      readonly summaries: {
        readonly validation: Validation;
        /** Null where it is of an earlier version of its schema. */
        readonly bias: Bias | null;
      };
    }
  /** A folder marker is no file, and has no report. */
  | { readonly kind: 'nothing_to_report' };

/**
 * Any number of deliveries, in any order and at the same time, leave the same two summaries and the same page. Bad data is
 * in the outcome.
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
  const found = await lookedUp(manifest, ports);
  const { validation, bias } = await atATime(() => keepSummaries(manifest, found, settings, ports));

  const kept = parseCommitted(validation.key, validationSchema, validation.text);
  // One of an earlier version of its schema is no part of the page, which then says so.
  const keptBias = biasSchema.safeParse(JSON.parse(bias.text)).data ?? null;
  const page = await keepPage(manifest, kept, keptBias, found.isPageThere, ports);
  return {
    kind: 'reported',
    status: kept.status,
    validation: { key: validation.key, keeping: validation.keeping },
    bias: { key: bias.key, keeping: bias.keeping },
    page,
    summaries: { validation: kept, bias: keptBias },
  };
}

interface LookedUp {
  readonly profile: Profile | null;
  readonly oldValidation: { readonly key: string; readonly text: string } | undefined;
  readonly oldBias: { readonly key: string; readonly text: string } | undefined;
  readonly isPageThere: boolean;
}

/** Everything that the manifest alone leads to, at the same time. */
async function lookedUp(manifest: Manifest, ports: ReportPorts): Promise<LookedUp> {
  const [profile, oldValidation, oldBias, page] = await allOf([
    readProfile(manifest, ports),
    standing('validation', manifest, ports),
    standing('bias', manifest, ports),
    ports.reports.readText(reportKey('report', manifest.source.uploaded_at, manifest.identity)),
  ]);
  return { profile, oldValidation, oldBias, isPageThere: page !== undefined };
}

/** The table is read, and resampled, only for what is not there: a repeated delivery must not do it over. */
async function keepSummaries(
  manifest: Manifest,
  { profile, oldValidation, oldBias }: LookedUp,
  { thresholds, bias }: ReportSettings,
  ports: ReportPorts,
) {
  const isRead = oldValidation === undefined || oldBias === undefined;
  const table = isRead ? await readTable(manifest, profile, ports) : null;
  const values =
    oldValidation === undefined
      ? (table?.values.summary(bias.cell_min.value) ?? null)
      : valuesInText(oldValidation.text);
  const validation = validationOf(manifest, profile, thresholds, values);
  const validationText = serialiseByLine(validationSchema, validation);
  const keepValidation = () => keepOnce('validation', validation, validationText, ports);
  if (oldBias !== undefined) {
    const keptValidation = await keepValidation();
    ports.onStep('bias there', { report_key: oldBias.key });
    return { validation: keptValidation, bias: { ...oldBias, keeping: 'there' as const } };
  }
  const measured = biasOf(manifest, profile, table?.coded ?? null, bias);
  const measuredText = serialiseByLine(biasSchema, measured);
  const [keptValidation, keptBias] = await allOf([keepValidation(), keepOnce('bias', measured, measuredText, ports)]);
  return { validation: keptValidation, bias: keptBias };
}

/** @returns null where the summary has none, or is of an earlier schema */
function valuesInText(text: string): ReturnType<typeof valuesIn> {
  const parsed = validationSchema.safeParse(JSON.parse(text));
  return parsed.success ? valuesIn(parsed.data) : null;
}

/** Made of the summaries that are in the store, so that page and summaries never disagree. */
async function keepPage(
  { identity, source }: Manifest,
  validation: Validation,
  bias: Bias | null,
  isThere: boolean,
  ports: ReportPorts,
): Promise<KeptObject> {
  const key = reportKey('report', source.uploaded_at, identity);
  if (isThere) {
    ports.onStep('page there', { report_key: key });
    return { key, keeping: 'there' };
  }
  await keepLineage(validation, ports);
  const { written } = await putOrRead(key, pageOf(validation, bias), ports.reports);
  const keeping = written ? 'written' : 'there';
  ports.onStep(`page ${keeping}`, { report_key: key });
  return { key, keeping };
}

/** Before the page: where there is a page, there is an event. */
async function keepLineage(validation: Validation, { reports, onStep }: ReportPorts): Promise<void> {
  const event = lineageEventOf(validation);
  if (event === undefined) return;
  const key = reportKey('lineage', validation.source.uploaded_at, validation.identity);
  const { written } = await putOrRead(key, event, reports);
  onStep(`lineage ${written ? 'written' : 'there'}`, { report_key: key });
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

/** @returns null where there are no rows to compare */
async function readTable(
  manifest: Manifest,
  profile: Profile | null,
  { committed, onStep }: ReportPorts,
): Promise<ReadTable | null> {
  const output = manifest.outputs.find(({ role }) => role === 'table');
  // An inspection keeps no table: no parquet file has 0 bytes.
  if (output === undefined || profile === null || output.bytes === 0 || !biasNeedsTable(manifest)) return null;
  const { key, bytes } = output;
  const readWhole = async (start: number, end: number) => {
    const part = await committed.readBytes(key, start, end);
    if (part === undefined) throw new CommittedObjectError(`the table ${key} is not there`);
    if (part.byteLength !== end - start)
      throw new CommittedObjectError(`the table ${key} ends before its manifest says`);
    return part;
  };
  const table: TableBytes = { byteLength: bytes, slice: (start, end = bytes) => readWhole(start, end) };
  const isSmall = bytes <= WHOLE_TABLE_BYTES_MAX;
  const inMemory = isSmall ? await checkedWhole(output, readWhole) : undefined;
  const source =
    inMemory === undefined
      ? table
      : { byteLength: bytes, slice: async (start: number, end = bytes) => inMemory.slice(start, end) };
  const read = await readReviewTable(source, manifest.identity, manifest.counts.accepted, profile.groups);
  onStep('table read', { rows: read.coded.rows, bytes });
  return read;
}

/** A small table in one request, and checked whole. */
async function checkedWhole(
  { key, bytes, sha256 }: Manifest['outputs'][number],
  read: (start: number, end: number) => Promise<ArrayBuffer>,
): Promise<ArrayBuffer> {
  const whole = await read(0, bytes);
  if (sha256Hex(new Uint8Array(whole)) !== sha256) {
    throw new CommittedObjectError(`the table ${key} is not the one in its manifest: its SHA-256 differs`);
  }
  return whole;
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

async function keepOnce(
  kind: 'validation' | 'bias',
  { identity, source }: Validation | Bias,
  text: string,
  { reports, onStep }: ReportPorts,
): Promise<{ key: string; keeping: Keeping; text: string }> {
  const key = reportKey(kind, source.uploaded_at, identity);
  const { written, kept } = await putOrRead(key, text, reports);
  assertIsOf(identity, key, kept);
  const keeping = written ? 'written' : kept === text ? 'there' : 'there_by_other_rules';
  onStep(`${kind} ${keeping}`, { report_key: key });
  return { key, keeping, text: kept };
}

/** @returns undefined when it is still to be made */
async function standing(
  kind: 'validation' | 'bias',
  { identity, source }: Manifest,
  { reports }: ReportPorts,
): Promise<{ key: string; text: string } | undefined> {
  const key = reportKey(kind, source.uploaded_at, identity);
  const text = await reports.readText(key);
  if (text === undefined) return undefined;
  assertIsOf(identity, key, text);
  return { key, text };
}

/** One that is there may be of an earlier version of its schema: whose it is says every version alike. */
function assertIsOf(identity: string, key: string, kept: string): void {
  const { identity: keptIdentity } = parseCommitted(key, anySummarySchema, kept);
  if (keptIdentity !== identity) throw new ReportNotKeptError(`${key} is taken by the summary of ${keptIdentity}`);
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
