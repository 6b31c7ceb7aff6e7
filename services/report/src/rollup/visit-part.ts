/**
 * A part of the rollup is brought up to the current tables of its raw keys. The truth about a key is its current table,
 * which the transform promotes: the version that it names, and that version's summary, written once. The part remembers
 * what was counted of whom, so that a key whose table stayed costs one look at it.
 */
import {
  manifestKey,
  manifestSchema,
  type RollupKey,
  reportKey,
  rollupPartKey,
  rollupPartSchema,
  validationSchema,
} from '@tastetrend/contracts';
import { partText, rowOf } from '../core/rollup.ts';
import { CommittedObjectError } from '../errors.ts';
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
 * @throws CommittedObjectError, BrokenWorldError
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
      due = due.filter(({ name }) => changed.some(({ entry }) => entry === name));
      return { text: partText(keys.values()) };
    },
    ports,
  );
  return changedEver.size;
}

function keysIn(text: string | undefined): readonly RollupKey[] {
  if (text === undefined) return [];
  // One of another schema is made anew, and written over.
  return rollupPartSchema.safeParse(JSON.parse(text)).data?.keys ?? [];
}

/** @returns `known` itself where nothing changed */
async function look(entry: Entry, known: RollupKey | undefined, ports: RollupPorts): Promise<RollupKey> {
  const table = known?.table ?? (await tableNamedBy(entry, ports));
  const facts = await ports.currentTable(table);
  const identity = facts?.identity ?? null;
  const key = { entry: entry.name, table, identity, cells_pooled: 0, rows: [] };
  if (known !== undefined && known.identity === identity && known.counts !== 'not_yet') return known;
  const isOfReviews = facts !== undefined && facts.removalId === undefined && facts.kind !== 'restaurant_info';
  if (!isOfReviews) return { ...key, counts: 'nothing' };
  const counted = await countsOf(facts.identity, ports);
  if (counted !== undefined) return { ...key, ...counted, counts: 'rows' };
  return known?.identity === identity ? known : { ...key, counts: 'not_yet' };
}

async function tableNamedBy(entry: Entry, { read }: RollupPorts): Promise<string> {
  // One line, `s3://<bucket>/<key of the current table>`.
  const path = /^s3:\/\/[^/]+\/(.+)\n$/.exec((await read(entry.key))?.text ?? '')?.[1];
  if (path === undefined) throw new CommittedObjectError(`${entry.key} names no current table`);
  return path;
}

/** @returns undefined while the version has no summary, or where its summary counts no months in our way */
async function countsOf(
  identity: string,
  { read }: RollupPorts,
): Promise<Pick<RollupKey, 'cells_pooled' | 'rows'> | undefined> {
  const manifestText = (await read(manifestKey(identity)))?.text;
  if (manifestText === undefined) throw new CommittedObjectError(`the manifest ${manifestKey(identity)} is not there`);
  const { source } = manifestSchema.parse(JSON.parse(manifestText));
  const text = (await read(reportKey('validation', source.uploaded_at, identity)))?.text;
  if (text === undefined) return undefined;
  const validation = validationSchema.safeParse(JSON.parse(text)).data;
  if (validation?.counts.accepted === 0) return { cells_pooled: 0, rows: [] };
  const months = validation?.findings?.months;
  if (months === undefined) return undefined;
  const rows = months.cells.flatMap(({ rating_half_stars: halfStars, ...cell }) =>
    halfStars === undefined ? [] : [rowOf({ ...cell, rating_half_stars: halfStars })],
  );
  return rows.length === months.cells.length ? { cells_pooled: months.cells_pooled, rows } : undefined;
}
