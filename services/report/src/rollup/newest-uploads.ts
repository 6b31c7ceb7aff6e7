/** The uploads that the index lists. */
import { LOGS_PREFIX, reportKey, sha256Hex, validationSchema } from '@tastetrend/contracts';
import type { ListedUpload } from '../core/page/index-pages.ts';
import { parsed } from '../core/serialise.ts';
import type { RollupPorts } from './ports.ts';
import { sideBySide } from './settle.ts';

/** Each costs a request, and nobody reads on for so long. */
const UPLOADS_LISTED_MAX = 1_000;
/** Each costs a listing. */
const DAYS_LISTED_MAX = 62;

/**
 * The summaries of the newest uploads, the newest first, by their names: those tell the time. Every upload has one,
 * whatever became of it. Those of no known time come last.
 * @throws BrokenWorldError
 */
export async function newestSummaries(ports: RollupPorts): Promise<string[]> {
  const newest: string[] = [];
  let days = 0;
  const take = async (folder: string) => {
    const ofFolder: string[] = [];
    for await (const page of ports.listed(`${folder}validation_`)) {
      ofFolder.push(...page.map(({ key }) => key));
      // Held are no more than are shown; the newest come last.
      ofFolder.splice(0, ofFolder.length - UPLOADS_LISTED_MAX);
    }
    newest.push(...ofFolder.reverse().slice(0, UPLOADS_LISTED_MAX - newest.length));
  };
  for await (const folder of daysBackwards(ports)) {
    if (newest.length >= UPLOADS_LISTED_MAX || days >= DAYS_LISTED_MAX) return newest;
    await take(folder);
    days += 1;
  }
  await take(`${LOGS_PREFIX}undated/`);
  return newest;
}

async function* daysBackwards({ folders }: RollupPorts): AsyncGenerator<string> {
  const numbered = async (prefix: string) =>
    (await folders(prefix)).filter((folder) => /^\d+\/$/.test(folder.slice(prefix.length))).toReversed();
  for (const year of await numbered(LOGS_PREFIX)) {
    for (const month of await numbered(year)) yield* await numbered(month);
  }
}

/** Tells one list from another: a summary is written once, so that equal names are equal pages. */
export function digestOf(summaries: readonly string[]): string {
  return sha256Hex(summaries.join('\n'));
}

/** @throws BrokenWorldError */
export async function uploadsOf(summaries: readonly string[], { read }: RollupPorts): Promise<ListedUpload[]> {
  const uploads = await sideBySide(summaries, async (key): Promise<ListedUpload[]> => {
    const validation = parsed(validationSchema, (await read(key))?.text);
    if (validation === undefined) return [];
    const page = reportKey('report', validation.source.uploaded_at, validation.identity);
    return [{ validation, href: `../${page.slice(LOGS_PREFIX.length)}` }];
  });
  return uploads.flat();
}
