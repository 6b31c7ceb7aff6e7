/** How everything of the rollup is written: a function of what others hold, over the very bytes that were read. */
import type { Found, RollupPorts } from './ports.ts';

/** Each means that another refresh wrote meanwhile, or that what it is made of changed: the next refresh has its turn. */
const WRITES_MAX = 5;

export interface Made {
  readonly text: string;
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * Makes an object anew and writes it until a look finds nothing to change. So whoever writes last has looked last, and any
 * number of refreshes at once end in the same bytes. The condition of the write alone would not do: it compares bytes, and
 * these may have gone and come back while somebody was about to write what was in between.
 * @param make from what is there now; its metadata is written with the text, and not compared
 * @returns whether the last look found nothing
 * @throws BrokenWorldError
 */
export async function settle(
  key: string,
  make: (there: Found | undefined) => Promise<Made>,
  ports: Pick<RollupPorts, 'read' | 'write'>,
): Promise<boolean> {
  for (let writes = 0; ; writes++) {
    const there = await ports.read(key);
    const made = await make(there);
    if (made.text === there?.text) return true;
    if (writes === WRITES_MAX) return false;
    await ports.write(key, there?.etag, made.text, made.metadata);
  }
}

/** Requests under way at the same time: far below the client's sockets, and as many as hide S3's answer times. */
const SIDE_BY_SIDE = 16;

/** The results in the order of the items. The first throw is thrown, when all that was begun has ended. */
export async function sideBySide<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<Result[]> {
  const results: Result[] = [];
  const left = items.entries();
  let isBroken = false;
  const worker = async () => {
    for (const [at, item] of left) {
      if (isBroken) return;
      try {
        results[at] = await work(item);
      } catch (error) {
        isBroken = true;
        throw error;
      }
    }
  };
  const ended = await Promise.allSettled(Array.from({ length: Math.min(SIDE_BY_SIDE, items.length) }, worker));
  for (const one of ended) if (one.status === 'rejected') throw one.reason;
  return results;
}
