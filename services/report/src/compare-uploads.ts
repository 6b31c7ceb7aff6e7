/** The use case: an upload is put into the history of its key and restaurant, and compared with its neighbours there. */
import {
  type Bias,
  biasSchema,
  comparisonKey,
  comparisonSchema,
  type HistoryEntry,
  type HistoryOf,
  historyEntrySchema,
  historyKey,
  historyPrefix,
  reportKey,
  type Validation,
  validationSchema,
} from '@tastetrend/contracts';
import { allOf } from './all-of.ts';
import { comparisonOf, type ReportedUpload } from './core/comparison/comparison.ts';
import { comparisonPageOf } from './core/page/comparison-page.ts';
import { serialiseByLine } from './core/serialise.ts';
import type { ReportStore } from './report-upload.ts';

export interface ComparisonPorts {
  readonly reports: ReportStore;
  /** Keys below a prefix in their order, a page at a time. @throws BrokenWorldError */
  keysBelow(prefix: string): AsyncIterable<readonly string[]>;
  onStep(step: string, facts: Readonly<Record<string, string | number | null>>): void;
}

/**
 * Versions may be reported in any order: each compares itself with the upload before it, and the one after it with itself.
 * Since a version is in the history before it looks, of two at the same time one at least sees the other; so each upload
 * ends with a comparison with the one that is right before it. One that was made while that one was not there yet stays:
 * it is true of the two versions that it names.
 * @param upload its summaries as they are in the store; without a bias summary of today's schema there is nothing to compare
 * @throws BrokenWorldError
 */
export async function compareUpload(
  { validation, bias }: { readonly validation: Validation; readonly bias: Bias | null },
  rate: number,
  ports: ComparisonPorts,
): Promise<void> {
  const uploadedAt = validation.source.uploaded_at;
  if (uploadedAt === null || validation.kind !== 'reviews') return;
  const { identity, source } = validation;
  const histories = historiesOf(validation);
  const entry: HistoryEntry = { schema: 'tastetrend.history/1', identity, source };
  const own = bias === null ? undefined : { validation, bias };
  // Refused where it is there: that is dearer than a look, and only a repeated delivery's.
  await allOf(
    histories.map((of) =>
      ports.reports.putOnce(historyKey(of, uploadedAt, identity), serialiseByLine(historyEntrySchema, entry)),
    ),
  );
  const found = await allOf(histories.map((of) => neighbours(of, entry, ports)));
  const pairs = new Map<string, readonly [HistoryEntry, HistoryEntry]>();
  for (const { earlier, later } of found) {
    for (const [before, now] of [[earlier, entry] as const, [entry, later] as const]) {
      if (before === undefined || now === undefined) continue;
      const key = comparisonKey(now.source.uploaded_at ?? '', now.identity, before.identity);
      if (!pairs.has(key)) pairs.set(key, [before, now]);
    }
  }
  const readUpload = (one: HistoryEntry) => (one === entry ? Promise.resolve(own) : readReported(one, ports.reports));
  await allOf([...pairs].map(([key, pair]) => keepComparison(key, pair, rate, readUpload, ports)));
}

/** Its key's, and its restaurant's where the file is of one alone. */
function historiesOf({ source, findings }: Validation): HistoryOf[] {
  const restaurants = new Set((findings?.months?.cells ?? []).map(({ restaurant }) => restaurant));
  const [only] = [...restaurants];
  const byKey = { key: source.key };
  if (restaurants.size !== 1 || only == null) return [byKey];
  return [byKey, { restaurant: only }];
}

/** The uploads right before and after this one; the same version under other rules is neither. */
async function neighbours(
  of: HistoryOf,
  { identity, source }: HistoryEntry,
  { keysBelow, reports }: ComparisonPorts,
): Promise<{ earlier: HistoryEntry | undefined; later: HistoryEntry | undefined }> {
  const mine = historyKey(of, source.uploaded_at ?? '', identity);
  const isOther = (entry: HistoryEntry) =>
    entry.source.key !== source.key || entry.source.version_id !== source.version_id;
  const newer: string[] = [];
  let later: HistoryEntry | undefined;
  for await (const page of keysBelow(historyPrefix(of))) {
    for (const key of page) {
      if (key < mine) newer.push(key);
      if (key <= mine) continue;
      const entry = await readEntry(key, reports);
      if (entry === undefined || !isOther(entry)) continue;
      later = await nearest(newer, isOther, reports);
      return { earlier: entry, later };
    }
  }
  later = await nearest(newer, isOther, reports);
  return { earlier: undefined, later };
}

/** The last of them that is another version. */
async function nearest(
  keys: readonly string[],
  isOther: (entry: HistoryEntry) => boolean,
  reports: ReportStore,
): Promise<HistoryEntry | undefined> {
  for (const key of keys.toReversed()) {
    const entry = await readEntry(key, reports);
    if (entry !== undefined && isOther(entry)) return entry;
  }
  return undefined;
}

async function keepComparison(
  key: string,
  [before, now]: readonly [HistoryEntry, HistoryEntry],
  rate: number,
  readUpload: (entry: HistoryEntry) => Promise<ReportedUpload | undefined>,
  { reports, onStep }: ComparisonPorts,
): Promise<void> {
  const [there, one, other] = await allOf([reports.readText(key), readUpload(before), readUpload(now)]);
  const same = before.source.key === now.source.key ? 'key' : 'restaurant';
  const made = there === undefined && one && other && comparisonOf(same, one, other, rate);
  const text = there ?? (made && (await keepText(key, serialiseByLine(comparisonSchema, made), reports)));
  if (made) onStep('comparison written', { report_key: key, flagged: made.flagged });
  // One that an earlier schema made is left as it is, without a page.
  const kept = text && comparisonSchema.safeParse(JSON.parse(text)).data;
  // A page that says that nothing changed would be an object for nothing: the list of uploads says so.
  if (!kept || kept.flagged === 0) return;
  const pageKey = comparisonKey(now.source.uploaded_at ?? '', now.identity, before.identity, 'html');
  if (there !== undefined && (await reports.readText(pageKey)) !== undefined) return;
  await reports.putOnce(pageKey, comparisonPageOf(kept));
  onStep('comparison page written', { report_key: pageKey });
}

/** @returns what is there then: another code may have been quicker, and a page must say what its comparison says */
async function keepText(key: string, text: string, reports: ReportStore): Promise<string | undefined> {
  return (await reports.putOnce(key, text)) === 'refused' ? await reports.readText(key) : text;
}

async function readReported(
  { identity, source }: HistoryEntry,
  reports: ReportStore,
): Promise<ReportedUpload | undefined> {
  const [validation, bias] = await allOf([
    readValidation(reportKey('validation', source.uploaded_at, identity), reports),
    readBias(reportKey('bias', source.uploaded_at, identity), reports),
  ]);
  return validation === undefined || bias === undefined ? undefined : { validation, bias };
}

/** @returns undefined where it is not there, or of an earlier schema: then there is nothing to compare */
async function readValidation(key: string, reports: ReportStore): Promise<Validation | undefined> {
  const text = await reports.readText(key);
  return text === undefined ? undefined : validationSchema.safeParse(JSON.parse(text)).data;
}

async function readBias(key: string, reports: ReportStore): Promise<Bias | undefined> {
  const text = await reports.readText(key);
  return text === undefined ? undefined : biasSchema.safeParse(JSON.parse(text)).data;
}

async function readEntry(key: string, reports: ReportStore): Promise<HistoryEntry | undefined> {
  const text = await reports.readText(key);
  return text === undefined ? undefined : historyEntrySchema.safeParse(JSON.parse(text)).data;
}
