/** Copies the pages to read to a folder, so that a browser opens them: the list of uploads, and all that its links lead to. */
import { existsSync } from 'node:fs';
import { mkdir, readFile, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { LOGS_PREFIX, ROLLUP_KEY, ROLLUP_PREFIX } from '@tastetrend/contracts';
import { type Objects, pathOfKey } from './fetch-outputs.ts';

const AT_A_TIME = 16;
const LINK = /href="([^"#]+\.html)"/g;

export interface CopiedPages {
  /** Where to begin to read. */
  readonly index: string;
  /** All pages that are there now. */
  readonly pages: number;
}

/**
 * @param directory made if need be; the pages lie in it as they do in the bucket below its logs, so that their links hold
 * @throws BrokenWorldError, and what the file system throws
 */
export async function copyPages(objects: Objects, directory: string): Promise<CopiedPages> {
  const pathOf = (key: string) => join(directory, pathOfKey(key.slice(LOGS_PREFIX.length)));
  const copy = async (key: string) => {
    const path = pathOf(key);
    // Only the lists change: a report and a comparison are written once.
    if (!key.startsWith(ROLLUP_PREFIX) && existsSync(path)) return path;
    await mkdir(dirname(path), { recursive: true });
    const part = `${path}.part`;
    try {
      await objects.fetch(key, part);
      await rename(part, path);
    } finally {
      await rm(part, { force: true });
    }
    return path;
  };
  await copy(ROLLUP_KEY);
  const first = `${ROLLUP_PREFIX}index.html`;
  const found = new Set([first]);
  const waiting = [first];
  for (let some = waiting.splice(0, AT_A_TIME); some.length > 0; some = waiting.splice(0, AT_A_TIME)) {
    const texts = await Promise.all(some.map(async (key) => [key, await readFile(await copy(key), 'utf8')] as const));
    for (const linked of texts.flatMap(([key, text]) => linksOf(key, text))) {
      if (found.has(linked)) continue;
      found.add(linked);
      waiting.push(linked);
    }
  }
  return { index: pathOf(first), pages: found.size };
}

/** Keys of the pages that a page leads to. */
function linksOf(key: string, page: string): string[] {
  return [...page.matchAll(LINK)]
    .map(([, href = '']) => decodeURIComponent(new URL(href, `https://bucket/${key}`).pathname.slice(1)))
    .filter((linked) => linked.startsWith(LOGS_PREFIX));
}
