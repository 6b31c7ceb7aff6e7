/** Which pairs of groups may be shown: those that are large enough and give no small one away. */

/** A cell of the table of two attributes: people of group `first` of the one and `second` of the other. */
export interface PairCell {
  readonly first: number;
  readonly second: number;
  /** review_ids, which are no more than the people. */
  readonly reviews: number;
  readonly isLarge: boolean;
}

/**
 * Each line of the table (a group of one attribute) adds up to that group's rows, which the report shows. So a line's cells
 * that are not shown could be found by subtraction, together; while these are fewer than the minimum, the line's smallest
 * shown cell is hidden as well, until nothing changes (complementary suppression; Hundepool et al. 2012, chapter 4).
 * @param cells of all codes of both attributes, missing and unreadable among them
 * @returns the cells to be shown, in the order given
 */
export function pairsShown(cells: readonly PairCell[], reviewsMin: number): PairCell[] {
  const hidden = new Set(cells.filter(({ isLarge }) => !isLarge));
  const lines = [...linesOf(cells, 'first'), ...linesOf(cells, 'second')];
  for (let changed = true; changed; ) {
    changed = false;
    for (const line of lines) {
      const unseen = line.filter((cell) => hidden.has(cell)).reduce((sum, { reviews }) => sum + reviews, 0);
      if (unseen === 0 || unseen >= reviewsMin) continue;
      const shown = line.filter((cell) => !hidden.has(cell));
      const [first, ...others] = shown;
      if (first === undefined) continue;
      hidden.add(others.reduce((least, cell) => (cell.reviews < least.reviews ? cell : least), first));
      changed = true;
    }
  }
  return cells.filter((cell) => !hidden.has(cell));
}

function linesOf(cells: readonly PairCell[], along: 'first' | 'second'): PairCell[][] {
  const lines = new Map<number, PairCell[]>();
  for (const cell of cells) lines.set(cell[along], [...(lines.get(cell[along]) ?? []), cell]);
  return [...lines.values()];
}
