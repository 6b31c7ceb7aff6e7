/**
 * The processed bucket as a refresh of the rollup sees it, and what transform and report do there meanwhile: tables are
 * promoted and removed, summaries come later. Each request happens at once, when its turn comes.
 */
import {
  type CurrentTableFacts,
  catalogEntryOf,
  catalogPrefixOf,
  currentTableKey,
  emptyMonthCell,
  identityOf,
  type Manifest,
  type MonthCell,
  makeManifest,
  manifestKey,
  outputKey,
  pipeline,
  reportKey,
  sha256Hex,
  type Validation,
} from '@tastetrend/contracts';
import { inOrder } from '../core/columns/month-cells.ts';
import { rollupText } from '../core/rollup.ts';
import { validationOf } from '../core/validation.ts';
import type { Found, Listed, RollupPorts } from '../rollup/ports.ts';
import { countsOf, manifestOf, profileOf, rows } from './tally.ts';

/** A row of a table, as far as it counts. */
export interface Visit {
  readonly restaurant: string | null;
  readonly month: string | null;
  /** In half stars. */
  readonly halfStars: number | null;
  readonly cents: number | null;
}

const FILE = rows(20);
const PROFILE = profileOf(FILE);
const MANIFEST = manifestOf(PROFILE, countsOf(FILE));
const SUMMARY = validationOf(MANIFEST, PROFILE, pipeline.checks);
const PAGE_KEYS = 2;

interface Version {
  readonly identity: string;
  readonly versionId: string;
  readonly visits: readonly Visit[];
}

export class RollupWorld {
  readonly objects = new Map<string, Found>();
  /** Whose table is current, by raw key. */
  readonly current = new Map<string, CurrentTableFacts & { readonly visits: readonly Visit[] }>();
  readonly requests: string[] = [];
  /** Called before each request, with who makes it; may wait, and may throw. */
  turn: (actor: string) => Promise<void> = async () => {};
  readonly #versions = new Map<string, Version[]>();
  #made = 0;

  /** The name of a raw key's entry in the catalog: its first two characters are the key's, and choose the part. */
  static entryOf(rawKey: string): string {
    return `${rawKey.slice(0, 2)}${sha256Hex(rawKey).slice(0, 30)}`;
  }

  /** A new version is promoted; its summary is not there yet. */
  upload(rawKey: string, visits: readonly Visit[]): void {
    this.#made += 1;
    const versionId = `v${this.#made}`;
    const version = { identity: identityOf({ bucket: 'raw', key: rawKey, versionId }), versionId, visits };
    this.#versions.set(rawKey, [...(this.#versions.get(rawKey) ?? []), version]);
    const manifest = manifestOfVersion(rawKey, version);
    this.#put(manifestKey(version.identity), JSON.stringify(manifest));
    this.#promote(rawKey, version);
  }

  /** The newest version is deleted for good, and the one before it lives again; an empty table where there is none. */
  restore(rawKey: string): void {
    const versions = this.#versions.get(rawKey) ?? [];
    versions.pop();
    const last = versions.at(-1);
    if (last === undefined) this.remove(rawKey);
    else this.#promote(rawKey, last);
  }

  remove(rawKey: string): void {
    if (!this.current.has(rawKey)) return;
    this.#made += 1;
    this.current.set(rawKey, {
      identity: sha256Hex(`removal ${this.#made}`),
      versionId: `m${this.#made}`,
      transformVersion: 1,
      kind: 'reviews',
      removalId: 'r',
      validation: undefined,
      visits: [],
    });
  }

  /** The report has seen all that was uploaded until now. */
  report(): void {
    for (const [rawKey, versions] of this.#versions) {
      for (const version of versions) {
        const summary = summaryOf(rawKey, version);
        this.#put(reportKey('validation', summary.source.uploaded_at, version.identity), JSON.stringify(summary));
      }
    }
  }

  /** What the rollup must be, counted row by row from all current tables. */
  expected(): string {
    const counted = [...this.current.values()].filter(({ removalId }) => removalId === undefined);
    return rollupText({
      schema: 'tastetrend.rollup/1',
      files: counted.length,
      files_without_months: 0,
      cells_pooled: 0,
      cells: cellsOf(counted.flatMap(({ visits }) => visits)),
    });
  }

  /** @param actor whose requests these are */
  ports(actor = ''): RollupPorts {
    const begin = async (request: string) => {
      await this.turn(actor);
      this.requests.push(request);
    };
    return {
      listed: (prefix, after) => this.#list(prefix, after, () => begin(`list ${prefix}`)),
      folders: async (prefix) => {
        await begin(`folders ${prefix}`);
        const rest = this.#keys(prefix).map((key) => key.slice(prefix.length));
        return [...new Set(rest.filter((key) => key.includes('/')).map((key) => `${prefix}${key.split('/')[0]}/`))];
      },
      read: async (key) => {
        await begin(`read ${key}`);
        return this.objects.get(key);
      },
      write: async (key, over, text, metadata = {}) => {
        await begin(`write ${key}`);
        if (this.objects.get(key)?.etag !== over) return 'refused';
        this.#put(key, text, metadata);
        return 'written';
      },
      currentTable: async (tableKey) => {
        await begin(`table ${tableKey}`);
        return [...this.current].find(([rawKey]) => currentTableKey(rawKey) === tableKey)?.[1];
      },
    };
  }

  async *#list(prefix: string, after = '', begin: () => Promise<void>): AsyncGenerator<Listed[]> {
    for (let last = after; ; ) {
      await begin();
      const page = this.#keys(prefix)
        .filter((key) => key > last)
        .slice(0, PAGE_KEYS);
      if (page.length === 0) return;
      yield page.map((key) => ({ key, etag: this.objects.get(key)?.etag ?? '' }));
      last = page.at(-1) ?? '';
    }
  }

  #keys(prefix: string): string[] {
    return [...this.objects.keys()].filter((key) => key.startsWith(prefix)).sort();
  }

  /** An ETag is a hash of the bytes, as S3's is: what goes and comes back has the same. */
  #put(key: string, text: string, metadata: Readonly<Record<string, string>> = {}): void {
    this.objects.set(key, { text, etag: sha256Hex(text), metadata });
  }

  #promote(rawKey: string, { identity, versionId, visits }: Version): void {
    this.current.set(rawKey, {
      identity,
      versionId,
      transformVersion: 1,
      kind: 'reviews',
      removalId: undefined,
      validation: 'pass',
      visits,
    });
    this.#put(catalogPrefixOf('reviews') + RollupWorld.entryOf(rawKey), catalogEntryOf('processed', rawKey));
  }
}

function manifestOfVersion(rawKey: string, { identity, versionId }: Version): Manifest {
  const source = { ...MANIFEST.source, bucket: 'raw', key: rawKey, version_id: versionId };
  const outputs = MANIFEST.outputs.map((output) => ({ ...output, key: outputKey(identity, output.role) }));
  return makeManifest({ ...MANIFEST, source, outputs });
}

function summaryOf(rawKey: string, version: Version): Validation {
  const { identity, source } = manifestOfVersion(rawKey, version);
  if (SUMMARY.findings === null) throw new Error('the file of the tests has findings');
  const months = { cells: cellsOf(version.visits), cells_pooled: 0 };
  return { ...SUMMARY, identity, source, findings: { ...SUMMARY.findings, months } };
}

function cellsOf(visits: readonly Visit[]): MonthCell[] {
  const cells = new Map<string, MonthCell>();
  for (const { restaurant, month, halfStars, cents } of visits) {
    const name = JSON.stringify([restaurant, month]);
    const cell = cells.get(name) ?? emptyMonthCell(restaurant, month);
    cells.set(name, cell);
    cell.rows += 1;
    if (halfStars !== null) {
      cell.rated += 1;
      cell.rating_sum_hundredths += halfStars * 50;
      if (halfStars >= 8) cell.rating_4_or_more += 1;
      cell.rating_half_stars[halfStars] = (cell.rating_half_stars[halfStars] ?? 0) + 1;
    }
    if (cents !== null) {
      cell.with_total += 1;
      cell.total_spent_cents += cents;
    }
  }
  return [...cells.values()].sort(inOrder);
}

/** Lets actors make requests in a given order, so that one may be held up while another does all of its work. */
export class Turns {
  readonly #waiting = new Map<string, (() => void)[]>();

  readonly turn = (actor: string): Promise<void> =>
    new Promise((go) => {
      this.#waiting.set(actor, [...(this.#waiting.get(actor) ?? []), go]);
    });

  /** @param plan who makes how many requests, one after the other; then everybody goes on until all is `over` */
  async run(plan: Iterable<readonly [actor: string, requests: number]>, over: Promise<unknown>): Promise<void> {
    let isOver = false;
    const ended = over.finally(() => {
      isOver = true;
    });
    // Whatever is thrown is told below.
    ended.catch(() => {});
    for (const [actor, requests] of plan) {
      for (let n = 0; n < requests; n++) await this.#release(actor);
    }
    for (await new Promise(setImmediate); !isOver; await new Promise(setImmediate)) {
      for (const actor of [...this.#waiting.keys()]) await this.#release(actor);
    }
    await ended;
  }

  async #release(actor: string): Promise<void> {
    // What follows from the request before is under way: it comes to its next one first.
    await new Promise(setImmediate);
    this.#waiting.get(actor)?.shift()?.();
  }
}
