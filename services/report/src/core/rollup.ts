/** Cells of many files added up: the same sum in any order, since all of them are integers. */
import type { MonthCell, Rollup } from '@tastetrend/contracts';
import { added, inOrder } from './columns/month-cells.ts';

/** @param files the cells of each file; undefined where its summary counts none */
export function rollupOf(files: Iterable<readonly MonthCell[] | undefined>): Rollup {
  const cells = new Map<string, MonthCell>();
  let [counted, without] = [0, 0];
  for (const file of files) {
    if (file === undefined) {
      without += 1;
      continue;
    }
    counted += 1;
    for (const cell of file) {
      const name = JSON.stringify([cell.restaurant, cell.month]);
      const known = cells.get(name);
      cells.set(name, known === undefined ? cell : added(known, cell));
    }
  }
  return {
    schema: 'tastetrend.rollup/1',
    files: counted,
    files_without_months: without,
    cells: [...cells.values()].sort(inOrder),
  };
}
