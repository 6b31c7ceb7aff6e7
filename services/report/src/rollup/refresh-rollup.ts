/**
 * The use case: the parts of the rollup are brought up to the current tables, some of them or all, then the sum of all
 * parts and the pages of it are written. Everything is a function of what is current, and written by `settle`.
 */
import {
  catalogPrefixOf,
  ROLLUP_KEY,
  ROLLUP_PARTS_PREFIX,
  ROLLUP_PREFIX,
  type Rollup,
  rollupPartKey,
  rollupSchema,
} from '@tastetrend/contracts';
import { indexPageName, indexPagesOf, monthsPageOf } from '../core/page/index-pages.ts';
import { RollupSum, rollupText } from '../core/rollup.ts';
import { digestOf, newestUploads, uploadsOf } from './newest-uploads.ts';
import type { Listed, RollupPorts } from './ports.ts';
import { settle, sideBySide } from './settle.ts';
import { type Entry, keysIn, visitPart } from './visit-part.ts';

export interface RefreshBounds {
  /** Raw keys to look at; the part that is begun is ended. */
  readonly keysMax: number;
  /** Goes on behind this entry of the catalog; from the first one when left out. */
  readonly after?: string | undefined;
  /** When it is aborted no further part is begun. */
  readonly signal?: AbortSignal;
}

export interface Refreshed {
  readonly rollup: Rollup;
  readonly keys_looked_at: number;
  /** Keys that count otherwise than before. */
  readonly keys_changed: number;
  /** Where the next refresh goes on; undefined when it begins anew. */
  readonly next_after: string | undefined;
}

/**
 * Any number at once, in any order, end in the same bytes once nothing changes any more; so does any division into bounded
 * ones. Each costs a look at the table of each key in its bounds, three reads for each key that changed, and all parts.
 * @throws BrokenWorldError; what was written until then is right
 */
export async function refreshRollup(bounds: RefreshBounds, ports: RollupPorts): Promise<Refreshed> {
  let [lookedAt, changed, next] = [0, 0, bounds.after];
  let isEnd = true;
  for await (const entries of partsOfCatalog(bounds.after, ports)) {
    if (lookedAt >= bounds.keysMax || bounds.signal?.aborted === true) {
      isEnd = false;
      break;
    }
    changed += await visitPart(entries, ports);
    lookedAt += entries.length;
    next = entries.at(-1)?.key;
  }
  const rollup = await sumUp(ports);
  await writeMonthsPage(ports);
  await writeIndex(ports);
  return { rollup, keys_looked_at: lookedAt, keys_changed: changed, next_after: isEnd ? undefined : next };
}

/** Every raw key that ever had a table of reviews has an entry; those of one part stand together. */
async function* partsOfCatalog(after: string | undefined, ports: RollupPorts): AsyncGenerator<readonly Entry[]> {
  const prefix = catalogPrefixOf('reviews');
  let part: Entry[] = [];
  for await (const page of ports.listed(prefix, after)) {
    for (const { key } of page) {
      const entry = { key, name: key.slice(prefix.length) };
      const [first] = part;
      if (first !== undefined && rollupPartKey(first.name) !== rollupPartKey(entry.name)) {
        yield part;
        part = [];
      }
      part.push(entry);
    }
  }
  if (part.length > 0) yield part;
}

/** Held are the sum, and the parts that are being read: not all that is counted. */
async function sumUp(ports: RollupPorts): Promise<Rollup> {
  let rollup: Rollup | undefined;
  let summedUp: string | undefined;
  const make = async () => {
    const parts: Listed[] = [];
    for await (const page of ports.listed(ROLLUP_PARTS_PREFIX)) parts.push(...page);
    // As they are listed: a part that is written while it is read has another ETag at the next look.
    const listed = JSON.stringify(parts.map(({ key, etag }) => [key, etag]));
    if (rollup === undefined || listed !== summedUp) {
      const sum = new RollupSum();
      await sideBySide(parts, async ({ key }) => {
        for (const counted of keysIn((await ports.read(key))?.text)) sum.add(counted);
      });
      rollup = sum.rollup();
      summedUp = listed;
    }
    return { text: rollupText(rollup) };
  };
  await settle(ROLLUP_KEY, make, ports);
  return rollup ?? new RollupSum().rollup();
}

async function writeMonthsPage(ports: RollupPorts): Promise<void> {
  await settle(
    `${ROLLUP_PREFIX}months.html`,
    async () => {
      const rollup = rollupSchema.parse(JSON.parse((await ports.read(ROLLUP_KEY))?.text ?? 'null'));
      return { text: monthsPageOf(rollup) };
    },
    ports,
  );
}

/** The first page last: its metadata says which list it is of, and then the others are there. */
async function writeIndex(ports: RollupPorts): Promise<void> {
  const first = ROLLUP_PREFIX + indexPageName(1);
  const there = await ports.read(first);
  let newest = await newestUploads(ports);
  if (there?.metadata[LIST_DIGEST] === digestOf(newest)) return;
  let pages = indexPagesOf(await uploadsOf(newest, ports));
  const lookAgain = async () => {
    const now = await newestUploads(ports);
    if (digestOf(now) === digestOf(newest)) return;
    newest = now;
    pages = indexPagesOf(await uploadsOf(newest, ports));
  };
  for (let n = pages.length; n >= 1; n--) {
    const make = async () => {
      await lookAgain();
      return { text: pages[n - 1] ?? '', metadata: { [LIST_DIGEST]: digestOf(newest) } };
    };
    await settle(ROLLUP_PREFIX + indexPageName(n), make, ports);
  }
}

const LIST_DIGEST = 'list-sha256';
