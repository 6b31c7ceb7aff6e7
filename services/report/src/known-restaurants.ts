/** The restaurants of the reference data, as the current tables of restaurant info have them. */
import { catalogPrefixOf, currentTableKeyIn } from '@tastetrend/contracts';
import { parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { COMPRESSORS } from './core/bias/read-table.ts';
import { type ReferenceRow, type RestaurantNames, restaurantNamesOf } from './core/restaurant-names.ts';
import type { CommittedObjects } from './report-upload.ts';

/** Tables of reference data that are looked at, and their size: four restaurants are 3 kB, and nobody lists a million. */
const TABLES_MAX = 20;
const TABLE_BYTES_MAX = 1024 * 1024;
/** New reference data takes so long to show; looking costs a listing and two reads for each table of it. */
const KNOWN_FOR_MS = 15 * 60_000;

export interface ReferencePorts {
  readonly committed: CommittedObjects;
  /** Keys below a prefix in their order, a page at a time. @throws BrokenWorldError */
  keysBelow(prefix: string): AsyncIterable<readonly string[]>;
}

/** @returns what asks at most once in a while, and side by side only once. It throws what the ports throw */
export function knownRestaurants(
  ports: ReferencePorts,
  nowMs: () => number = Date.now,
): () => Promise<RestaurantNames> {
  let known: { readonly names: Promise<RestaurantNames>; readonly untilMs: number } | undefined;
  return () => {
    if (known !== undefined && nowMs() < known.untilMs) return known.names;
    const names = readNames(ports);
    const asked = { names, untilMs: nowMs() + KNOWN_FOR_MS };
    known = asked;
    names.catch(() => {
      if (known === asked) known = undefined;
    });
    return names;
  };
}

async function readNames({ committed, keysBelow }: ReferencePorts): Promise<RestaurantNames> {
  const entries: string[] = [];
  for await (const page of keysBelow(catalogPrefixOf('restaurant_info'))) {
    entries.push(...page);
    if (entries.length >= TABLES_MAX) break;
  }
  const rows: ReferenceRow[] = [];
  for (const entry of entries.slice(0, TABLES_MAX)) {
    const key = currentTableKeyIn((await committed.readText(entry)) ?? '');
    const bytes = key === undefined ? undefined : await committed.readBytes(key, 0, TABLE_BYTES_MAX + 1);
    if (bytes !== undefined && bytes.byteLength <= TABLE_BYTES_MAX) rows.push(...(await referenceRowsOf(bytes)));
  }
  return restaurantNamesOf(rows);
}

/** None of a table of reviews: a raw key that turned into reviews stays in the catalog of what it was. */
async function referenceRowsOf(file: ArrayBuffer): Promise<ReferenceRow[]> {
  const metadata = await parquetMetadataAsync(file);
  if (metadata.schema.some(({ name }) => name === 'review_uid')) return [];
  const columns = ['restaurant_name', 'location'];
  const rows = await parquetReadObjects({ file, metadata, columns, compressors: COMPRESSORS });
  return rows.map(({ restaurant_name: name, location }) => ({
    restaurant_name: typeof name === 'string' ? name : null,
    location: typeof location === 'string' ? location : null,
  }));
}
