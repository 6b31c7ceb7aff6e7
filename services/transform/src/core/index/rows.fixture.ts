/** Rows for tests of the row index: prints from descriptions, and the rules by which it is checked. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach } from 'vitest';
import { kernels, Region } from '../kernels.ts';
import { RECOVERED_FIELDS } from './offers.ts';
import { type Recovery, ROW_FLAGS, RowIndex, type RowIndexOptions } from './row-index.ts';

/** A row as the index takes it; prints of 16 bytes. */
export interface PrintedRow {
  readonly id: Buffer;
  readonly visit: Buffer;
  readonly row: Buffer;
  readonly uid: Buffer;
  readonly flags: number;
  readonly line: number;
  readonly offer?: Recovery;
}

export const directory = mkdtempSync(join(tmpdir(), 'row-index-'));
afterAll(() => rmSync(directory, { recursive: true }));

const made: RowIndex[] = [];
afterEach(() => {
  for (const index of made.splice(0)) index.release();
});

export function newIndex(options: Partial<RowIndexOptions> = {}): RowIndex {
  const index = new RowIndex({ directory, recoveredBytesMax: 1_000_000, ...options });
  made.push(index);
  return index;
}

/** Adds rows in batches. */
export function addRows(index: RowIndex, rows: readonly PrintedRow[], batchRows = 1000): void {
  const region = new Region(batchRows * (4 * 16 + 4 + 2));
  const at = { ids: 0, visits: 16, rows: 32, uids: 48, lines: 64, flags: 68 };
  const addressOf = (name: keyof typeof at) => region.address + at[name] * batchRows;
  try {
    for (let first = 0; first < rows.length; first += batchRows) {
      const batch = rows.slice(first, first + batchRows);
      batch.forEach(({ id, visit, row, uid, line, flags }, i) => {
        const bytes = Buffer.from(kernels.memory.buffer, region.address, region.bytes);
        [id, visit, row, uid].forEach((print, kind) => {
          bytes.set(print, kind * 16 * batchRows + i * 16);
        });
        bytes.writeUInt32LE(line, at.lines * batchRows + i * 4);
        bytes.writeUInt16LE(flags, at.flags * batchRows + i * 2);
      });
      index.add({
        count: batch.length,
        ids: addressOf('ids'),
        visits: addressOf('visits'),
        rows: addressOf('rows'),
        uids: addressOf('uids'),
        lines: addressOf('lines'),
        flags: addressOf('flags'),
      });
      batch.forEach(({ offer }, i) => {
        if (offer !== undefined) offerJson(index, first + i, offer);
      });
    }
  } finally {
    region.release();
  }
}

/** Offers as lines of JSON. */
export function offerJson(index: RowIndex, row: number, offer: Recovery): void {
  let has = 0;
  for (const [field, lacks] of RECOVERED_FIELDS) if (offer[field] !== undefined) has |= lacks;
  index.offer(row, has, Buffer.from(JSON.stringify(offer)));
}

export function readJson(bytes: Buffer): Recovery {
  return JSON.parse(bytes.toString());
}

export function resolved(
  rows: readonly PrintedRow[],
  options?: Partial<RowIndexOptions>,
  batchRows?: number,
): RowIndex {
  const index = newIndex(options);
  addRows(index, rows, batchRows);
  index.resolve(readJson);
  return index;
}

/** All that an index says of a row. */
export interface Answer {
  readonly keptRow: number;
  readonly isCopy: boolean;
  readonly idConflict: boolean;
  readonly uidOrdinal: number;
  readonly recovery: Recovery | undefined;
}

export function answersOf(index: RowIndex): Answer[] {
  return Array.from({ length: index.size }, (_, row) => ({
    keptRow: index.keptRow(row),
    isCopy: index.isCopy(row),
    idConflict: index.idConflict(row),
    uidOrdinal: index.uidOrdinal(row),
    recovery: index.recovery(row),
  }));
}

const LACKS = Object.entries({
  customerName: ROW_FLAGS.lacksCustomer,
  ratingRaw: ROW_FLAGS.lacksRating,
  totalSpent: ROW_FLAGS.lacksTotal,
  text: ROW_FLAGS.lacksText,
  location: ROW_FLAGS.lacksLocation,
  restaurantName: ROW_FLAGS.lacksRestaurant,
}) as [keyof Recovery, number][];

/** The rules of the domain, applied to whole groups. */
export function byTheRules(
  rows: readonly PrintedRow[],
  recoveredBytesMax: number,
): { answers: Answer[]; refused: number[] } {
  const all = rows.map((_, i) => i);
  const at = (i: number) => rows[i] as PrintedRow;
  const has = (i: number, flags: number) => (at(i).flags & flags) === flags;
  const groupsOf = (members: readonly number[], key: (i: number) => Buffer) =>
    Map.groupBy(members, (i) => key(i).toString('hex'));

  const withId = all.filter((i) => has(i, ROW_FLAGS.hasId));
  const heads = new Map<number, number>();
  for (const group of groupsOf(withId, (i) => at(i).visit).values()) {
    const head = group.find((i) => !has(i, ROW_FLAGS.suffixed)) ?? (group[0] as number);
    for (const i of group) if (i !== head && has(i, ROW_FLAGS.suffixed)) heads.set(i, head);
  }
  const firsts = new Map<number, number>();
  const comparable = all.filter((i) => has(i, ROW_FLAGS.comparable) && !heads.has(i));
  for (const group of groupsOf(comparable, (i) => at(i).row).values()) {
    for (const i of group) firsts.set(i, group[0] as number);
  }
  const keptOf = (i: number): number => {
    const head = heads.get(i);
    return head === undefined ? (firsts.get(i) ?? i) : keptOf(head);
  };
  const kept = all.map(keptOf);
  const accepted = all.filter((i) => kept[i] === i);

  const conflicts = new Set<number>();
  for (const group of groupsOf(
    accepted.filter((i) => has(i, ROW_FLAGS.hasId)),
    (i) => at(i).id,
  ).values()) {
    if (group.length > 1) for (const i of group) conflicts.add(i);
  }
  const ordinals = new Map<number, number>();
  for (const group of groupsOf(accepted, (i) => at(i).uid).values()) {
    group
      .sort((a, b) => Buffer.compare(at(a).visit, at(b).visit) || Buffer.compare(at(a).row, at(b).row) || a - b)
      .forEach((i, ordinal) => {
        ordinals.set(i, ordinal);
      });
  }
  const recoveries = new Map<number, Recovery>();
  const refused: number[] = [];
  let bytes = 0;
  for (const i of [...heads.keys()].sort((a, b) => a - b)) {
    const offer = at(i).offer ?? {};
    const to = kept[i] as number;
    const taken: Recovery = {};
    let takenBytes = 160;
    for (const [field, lacks] of LACKS) {
      const value = offer[field];
      if (value === undefined || !has(to, lacks) || recoveries.get(to)?.[field] !== undefined) continue;
      Object.assign(taken, { [field]: value });
      takenBytes += typeof value === 'string' ? value.length * 2 : 8;
    }
    if (Object.keys(taken).length === 0) continue;
    if (bytes + takenBytes > recoveredBytesMax) refused.push(at(i).line);
    else {
      bytes += takenBytes;
      recoveries.set(to, { ...recoveries.get(to), ...taken });
    }
  }
  const answers = all.map((i) => ({
    keptRow: kept[i] as number,
    isCopy: heads.has(i),
    idConflict: conflicts.has(i),
    uidOrdinal: ordinals.get(i) ?? 0,
    recovery: recoveries.get(i),
  }));
  return { answers, refused };
}
