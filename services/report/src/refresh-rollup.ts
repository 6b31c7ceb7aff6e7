/** The use case: the rollup is counted anew, of the versions whose tables are current, and the index pages written. */
import {
  HISTORY_PREFIX,
  historyEntrySchema,
  LOGS_PREFIX,
  type MonthCell,
  ROLLUP_KEY,
  ROLLUP_PREFIX,
  type Rollup,
  reportKey,
  rollupSchema,
  validationSchema,
} from '@tastetrend/contracts';
import { indexPageName, indexPagesOf, type ListedUpload, monthsPageOf } from './core/page/index-pages.ts';
import { rollupOf } from './core/rollup.ts';
import { serialiseByLine } from './core/serialise.ts';

export interface RollupPorts {
  /** Keys below a prefix in their order, a page at a time. @throws BrokenWorldError */
  keysBelow(prefix: string): AsyncIterable<readonly string[]>;
  /** @returns undefined when it is not there. @throws BrokenWorldError */
  readText(key: string): Promise<string | undefined>;
  /** Whose table is current: a version, or a removal. @returns undefined when there is none. @throws BrokenWorldError */
  currentIdentity(rawKey: string): Promise<string | undefined>;
  /** Writes over what is there, whatever it is. @throws BrokenWorldError */
  replace(key: string, text: string): Promise<void>;
}

/**
 * Counted from nothing each time, and so right after re-uploads, deletions and in any order of what went before; two at the
 * same time write what they found, and the next one what is. Which keys there are is told by the history of uploads; what
 * counts of a key is what its current table is of: the empty table of a removal is of no version, and counts nothing.
 * @throws BrokenWorldError
 */
export async function refreshRollup(ports: RollupPorts): Promise<Rollup> {
  const files: (readonly MonthCell[] | undefined)[] = [];
  const seen = new Set<string>();
  for await (const page of ports.keysBelow(HISTORY_PREFIX)) {
    for (const key of page) {
      const identity = key.slice(key.lastIndexOf('_') + 1, -'.json'.length);
      // A version is in the history of its key and, perhaps, of its restaurant.
      if (seen.has(identity)) continue;
      seen.add(identity);
      const entry = historyEntrySchema.parse(JSON.parse((await ports.readText(key)) ?? 'null'));
      if ((await ports.currentIdentity(entry.source.key)) !== identity) continue;
      const text = await ports.readText(reportKey('validation', entry.source.uploaded_at, identity));
      files.push(text === undefined ? undefined : cellsIn(text));
    }
  }
  const rollup = rollupOf(files);
  await ports.replace(ROLLUP_KEY, serialiseByLine(rollupSchema, rollup));
  await ports.replace(`${ROLLUP_PREFIX}months.html`, monthsPageOf(rollup));
  for (const [i, page] of indexPagesOf(await newestUploads(ports)).entries()) {
    await ports.replace(ROLLUP_PREFIX + indexPageName(i + 1), page);
  }
  return rollup;
}

/** Uploads that the index lists: each costs a request, and nobody reads on for so long. */
const UPLOADS_LISTED_MAX = 1_000;

/** Every upload has a validation summary, whatever became of it, and their names are in the order of time. */
async function newestUploads({ keysBelow, readText }: RollupPorts): Promise<ListedUpload[]> {
  let newest: string[] = [];
  for await (const page of keysBelow(LOGS_PREFIX)) {
    newest.push(...page.filter((key) => key.includes('/validation_')));
    newest = newest.slice(-UPLOADS_LISTED_MAX);
  }
  const uploads: ListedUpload[] = [];
  for (const key of newest.reverse()) {
    const validation = validationSchema.safeParse(JSON.parse((await readText(key)) ?? 'null')).data;
    if (validation === undefined) continue;
    const page = reportKey('report', validation.source.uploaded_at, validation.identity);
    uploads.push({ validation, href: `../${page.slice(LOGS_PREFIX.length)}` });
  }
  return uploads;
}

function cellsIn(text: string): readonly MonthCell[] | undefined {
  return validationSchema.safeParse(JSON.parse(text)).data?.findings?.months?.cells;
}
