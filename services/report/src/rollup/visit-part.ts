/**
 * A part of the rollup is brought up to the current tables of its raw keys. The truth about a key is its current table,
 * which the transform promotes: the version that it names, and that version's summary, written once. The part remembers
 * what was counted of whom, so that a key whose table stayed costs one look at it.
 */
import {
  currentTableKeyIn,
  manifestKey,
  manifestSchema,
  type RollupKey,
  reportKey,
  rollupPartKey,
  rollupPartSchema,
  validationSchema,
} from '@tastetrend/contracts';
import { partText, rowOf } from '../core/rollup.ts';
import { parsed } from '../core/serialise.ts';
import type { RollupPorts } from './ports.ts';
import { settle, sideBySide } from './settle.ts';

/** An entry of the catalog: its key, and the name that the raw key has there. */
export interface Entry {
  readonly key: string;
  readonly name: string;
}

/**
 * @param entries of one part
 * @returns how many keys have another count now
 * @throws BrokenWorldError
 */
export async function visitPart(entries: readonly Entry[], ports: RollupPorts): Promise<number> {
  const [first] = entries;
  if (first === undefined) return 0;
  const changedEver = new Set<string>();
  // Only what changed is looked at again after a write: of the others this visit has said nothing.
  let due = entries;
  await settle(
    rollupPartKey(first.name),
    async (there) => {
      const keys = new Map(keysIn(there?.text).map((key) => [key.entry, key]));
      const looked = await sideBySide(due, (entry) => look(entry, keys.get(entry.name), ports));
      const changed = looked.filter((key) => key !== keys.get(key.entry));
      for (const key of changed) {
        keys.set(key.entry, key);
        changedEver.add(key.entry);
      }
      const changedNow = new Set(changed.map(({ entry }) => entry));
      due = due.filter(({ name }) => changedNow.has(name));
      return { text: partText(keys.values()) };
    },
    ports,
  );
  return changedEver.size;
}

/** @returns none where the text is no part of this schema: it is made anew, and written over */
export function keysIn(text: string | undefined): readonly RollupKey[] {
  return parsed(rollupPartSchema, text)?.keys ?? [];
}

/** @returns `known` itself where nothing changed */
async function look(entry: Entry, known: RollupKey | undefined, ports: RollupPorts): Promise<RollupKey> {
  const table = known?.table || (await tableNamedBy(entry, ports));
  const facts = table === '' ? undefined : await ports.currentTable(table);
  const identity = facts?.identity ?? null;
  if (known !== undefined && known.identity === identity && known.counts !== 'not_yet') return known;
  const key = { entry: entry.name, table, identity, cells_pooled: 0, rows: [] };
  const isOfReviews = facts !== undefined && facts.removalId === undefined && facts.kind !== 'restaurant_info';
  if (!isOfReviews && table !== '') return { ...key, counts: 'nothing' };
  const counted = facts && (await countsOf(facts.identity, ports));
  if (counted !== undefined) return { ...key, ...counted, counts: 'rows' };
  return known?.identity === identity && known.table === table ? known : { ...key, counts: 'not_yet' };
}

/** @returns empty where the entry names none: what is wrong with one key is seen in the counts, and stops no other's */
async function tableNamedBy(entry: Entry, { read }: RollupPorts): Promise<string> {
  return currentTableKeyIn((await read(entry.key))?.text ?? '') ?? '';
}

/** @returns undefined while the version has no summary, and where its summary counts no months in our way */
async function countsOf(
  identity: string,
  { read }: RollupPorts,
): Promise<Pick<RollupKey, 'cells_pooled' | 'rows'> | undefined> {
  const manifest = parsed(manifestSchema, (await read(manifestKey(identity)))?.text);
  if (manifest === undefined) return undefined;
  const summary = await read(reportKey('validation', manifest.source.uploaded_at, identity));
  const validation = parsed(validationSchema, summary?.text);
  if (validation?.counts.accepted === 0) return { cells_pooled: 0, rows: [] };
  const months = validation?.findings?.months;
  if (months === undefined) return undefined;
  const rows = months.cells.flatMap(({ rating_half_stars: halfStars, ...cell }) =>
    halfStars === undefined ? [] : [rowOf({ ...cell, rating_half_stars: halfStars })],
  );
  return rows.length === months.cells.length ? { cells_pooled: months.cells_pooled, rows } : undefined;
}
