/** A count of the current tables, row by row from the parquet and by another's reader: what a rollup must equal. */
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { currentTableKey, emptyMonthCell, type MonthCell } from '@tastetrend/contracts';
import type { ParquetReaders, ParquetValue } from '@tastetrend/testing';
import type { RunningPipeline } from '@tastetrend/testing/pipeline';

export interface Recount {
  /** Tables of a version, and not of a removal. */
  readonly files: number;
  readonly rows: number;
  readonly cells: readonly MonthCell[];
}

/** @param keys raw keys; those that never had a table are passed over */
export async function recount(
  keys: readonly string[],
  p: RunningPipeline,
  readers: ParquetReaders,
  folder: string,
): Promise<Recount> {
  const cells = new Map<string, MonthCell>();
  const there = new Set((await p.listProcessed('processed/')).map(({ key }) => key));
  let [files, rows] = [0, 0];
  for (const key of keys) {
    if (!there.has(currentTableKey(key))) continue;
    const path = join(folder, 'current.parquet');
    const table = await p.readProcessed(currentTableKey(key));
    await writeFile(path, table.bytes);
    const contents = await readers.read(path, 'duckdb');
    for (const row of contents.rows) count(cells, row);
    rows += contents.rows.length;
    if (table.metadata['removal-id'] === undefined) files += 1;
    await rm(path);
  }
  return { files, rows, cells: [...cells.values()].sort(inOrder) };
}

function count(cells: Map<string, MonthCell>, row: Readonly<Record<string, ParquetValue>>): void {
  const restaurant = (row.restaurant_name ?? row.location ?? null) as string | null;
  const month = row.review_date === null ? null : String(row.review_date).slice(0, 7);
  const at = JSON.stringify([restaurant, month]);
  const cell = cells.get(at) ?? emptyMonthCell(restaurant, month);
  cells.set(at, cell);
  const [rating, total] = [row.rating_1_5 as number | null, row.total_spent as number | null];
  cell.rows += 1;
  if (rating !== null) {
    cell.rated += 1;
    cell.rating_sum_hundredths += Math.round(rating * 100);
    if (rating >= 4) cell.rating_4_or_more += 1;
    const bin = Math.floor(rating * 2);
    cell.rating_half_stars[bin] = (cell.rating_half_stars[bin] ?? 0) + 1;
  }
  if (row.review_text !== null) cell.with_text += 1;
  if (total !== null) {
    cell.with_total += 1;
    cell.total_spent_cents += Math.round(total * 100);
  }
}

function inOrder(a: MonthCell, b: MonthCell): number {
  const name = ({ restaurant, month }: MonthCell) => `${restaurant ?? ''}\n${month ?? ''}`;
  return name(a) < name(b) ? -1 : 1;
}
