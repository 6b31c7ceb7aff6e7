/** The uploads that the index lists. */
import { LOGS_PREFIX, reportKey, sha256Hex, validationSchema } from '@tastetrend/contracts';
import type { ListedUpload } from '../core/page/index-pages.ts';
import { parsed } from '../core/serialise.ts';
import { ListedComparisons } from '../listed-comparisons.ts';
import type { RollupPorts } from './ports.ts';
import { sideBySide } from './settle.ts';

/** Each costs a request, and nobody reads on for so long. */
const UPLOADS_LISTED_MAX = 1_000;
/** Each costs two listings. */
const DAYS_LISTED_MAX = 62;

export interface NewestUploads {
  /** Keys of their summaries, the newest first. */
  readonly summaries: readonly string[];
  /** Keys of what of theirs was compared with an upload before. */
  readonly comparisons: readonly string[];
}

/**
 * The newest uploads by the names of their summaries: those tell the time. Every upload has one, whatever became of it.
 * Those of no known time come last.
 * @throws BrokenWorldError
 */
export async function newestUploads(ports: RollupPorts): Promise<NewestUploads> {
  const newest: string[] = [];
  const comparisons: string[] = [];
  let days = 0;
  const take = async (folder: string) => {
    const ofFolder: string[] = [];
    for await (const page of ports.listed(`${folder}validation_`)) {
      ofFolder.push(...page.map(({ key }) => key));
      // Held are no more than are shown; the newest come last.
      ofFolder.splice(0, ofFolder.length - UPLOADS_LISTED_MAX);
    }
    newest.push(...ofFolder.reverse().slice(0, UPLOADS_LISTED_MAX - newest.length));
    for await (const page of ports.listed(`${folder}comparison_`)) {
      comparisons.push(...page.map(({ key }) => key).filter((key) => key.endsWith('.json')));
    }
  };
  for await (const folder of daysBackwards(ports)) {
    if (newest.length >= UPLOADS_LISTED_MAX || days >= DAYS_LISTED_MAX) break;
    await take(folder);
    days += 1;
  }
  if (newest.length < UPLOADS_LISTED_MAX && days < DAYS_LISTED_MAX) await take(`${LOGS_PREFIX}undated/`);
  return { summaries: newest, comparisons };
}

async function* daysBackwards({ folders }: RollupPorts): AsyncGenerator<string> {
  const numbered = async (prefix: string) =>
    (await folders(prefix)).filter((folder) => /^\d+\/$/.test(folder.slice(prefix.length))).toReversed();
  for (const year of await numbered(LOGS_PREFIX)) {
    for (const month of await numbered(year)) yield* await numbered(month);
  }
}

/** Tells one list from another: what is named is written once, so that equal names are equal pages. */
export function digestOf({ summaries, comparisons }: NewestUploads): string {
  return sha256Hex([...summaries, ...comparisons].join('\n'));
}

/** @throws BrokenWorldError */
export async function uploadsOf(
  { summaries, comparisons }: NewestUploads,
  { read }: RollupPorts,
): Promise<ListedUpload[]> {
  const listed = new ListedComparisons();
  listed.add(comparisons);
  const uploads = await sideBySide(summaries, async (key): Promise<ListedUpload[]> => {
    const validation = parsed(validationSchema, (await read(key))?.text);
    if (validation === undefined) return [];
    const page = reportKey('report', validation.source.uploaded_at, validation.identity);
    const changes = await listed.of(validation.identity, async (of) => (await read(of))?.text);
    return [{ validation, href: `../${page.slice(LOGS_PREFIX.length)}`, changes }];
  });
  return uploads.flat();
}
