/**
 * Tables of groups by outcomes as they would be if groups had nothing to do with outcomes.
 *
 * What is permuted are whole review_ids: the labels of all rows of one go, in their order, to the rows of another with as
 * many rows. Where the group is constant within a review_id that is the permutation of the group among review_ids; where
 * it is not (a fan-out: other guests, same review), it keeps both which groups occur together and which outcomes do, and
 * breaks only the tie between the two. Under the null hypothesis (labels independent of outcomes, given the number of
 * rows) every such permutation is as likely as the file, so that the test is exact, however rows depend on each other
 * within a review_id; shuffling labels of rows would not be. A review_id with a number of rows that no other has stays as
 * it is.
 *
 * Over more rows than `DIRECT_ROWS_MAX` the permutations drawn are those of blocks: each size's review_ids, in their
 * seeded order, are cut into J equal runs, run i of all sizes is block i, and the labels of whole blocks change places.
 * These permutations are a group, so that the test stays exact (Hemerik & Goeman 2018, "Exact testing with random
 * permutations"). What it costs: of one file the null distribution's spread is known with (J − 1)² degrees of freedom, 225
 * at least, and its centre to a standard deviation over √J. What it buys: the table of "labels of block j on outcomes of block i" is counted once, J² of them in J passes
 * over the rows, and a permutation is the sum of J of these, whatever the number of rows.
 */
import type { ClusteredRows, SizeStratum } from './clustered-rows.ts';
import type { RowCells } from './outcomes.ts';
import type { Random } from './random.ts';

/** Up to so many rows review_ids are permuted one by one. */
const DIRECT_ROWS_MAX = 4_096;
/** Of what fills no block, so many rows are permuted one by one; any others stay as they are. */
const REST_ROWS_MAX = 1_024;
const BLOCKS_MIN = 16;
const BLOCKS_MAX = 24;

/** Review_ids of one size that are permuted one by one, or stay as they are. */
interface Run {
  readonly size: number;
  readonly clusters: number;
  readonly rowStart: number;
}

export interface PermutationPlan {
  /** 0: there are none. */
  readonly blocks: number;
  /** Of each size, how many review_ids are in a block, from the first row of that size on. */
  readonly blockRuns: readonly { readonly rowsPerBlock: number; readonly rowStart: number }[];
  readonly direct: readonly Run[];
  readonly fixed: readonly Run[];
  /** Rows whose labels can change. */
  readonly permutedRows: number;
}

export function planPermutations({ strata }: ClusteredRows): PermutationPlan {
  const permutable = strata.filter(({ clusters }) => clusters > 1);
  const single = strata.filter(({ clusters }) => clusters === 1);
  const rows = rowsOf(permutable);
  if (rows <= DIRECT_ROWS_MAX) {
    return { blocks: 0, blockRuns: [], direct: permutable, fixed: single, permutedRows: rows };
  }
  const blocks = fewestLeftOver(permutable);
  const blockRuns = permutable
    .filter(({ clusters }) => clusters >= blocks)
    .map(({ size, clusters, rowStart }) => ({ rowsPerBlock: size * Math.floor(clusters / blocks), rowStart }));
  const direct: Run[] = [];
  const fixed: Run[] = [...single];
  let directRows = 0;
  for (const stratum of permutable) {
    const rest = restOf(stratum, blocks);
    if (rest.clusters === 0) continue;
    const isPermuted = rest.clusters > 1 && directRows + rest.size * rest.clusters <= REST_ROWS_MAX;
    if (isPermuted) directRows += rest.size * rest.clusters;
    (isPermuted ? direct : fixed).push(rest);
  }
  const blockRows = blocks * blockRuns.reduce((sum, { rowsPerBlock }) => sum + rowsPerBlock, 0);
  return { blocks, blockRuns, direct, fixed, permutedRows: blockRows + directRows };
}

function rowsOf(runs: readonly Run[]): number {
  return runs.reduce((sum, { size, clusters }) => sum + size * clusters, 0);
}

function restOf({ size, clusters, rowStart }: SizeStratum, blocks: number): Run {
  const inBlocks = blocks * Math.floor(clusters / blocks);
  return { size, clusters: clusters - inBlocks, rowStart: rowStart + inBlocks * size };
}

/** The fewest blocks that leave no more over than can be permuted one by one; else those that leave the least. */
function fewestLeftOver(strata: readonly SizeStratum[]): number {
  let best = BLOCKS_MIN;
  let least = Number.POSITIVE_INFINITY;
  for (let blocks = BLOCKS_MIN; blocks <= BLOCKS_MAX && least > REST_ROWS_MAX; blocks++) {
    const left = rowsOf(strata.map((stratum) => restOf(stratum, blocks)));
    if (left < least) [best, least] = [blocks, left];
  }
  return best;
}

/** Draws permutations of one labelling, all from one seed. */
export class Permutations {
  readonly #plan: PermutationPlan;
  readonly #labels: Uint8Array;
  readonly #cells: RowCells;
  readonly #groups: number;
  readonly #random: Random;
  readonly #fixedTable: Uint32Array;
  /** By block of outcomes, by block of labels: their table. */
  readonly #blockTables: Uint32Array;
  readonly #blockOrder: Uint32Array;
  readonly #directOrder: Uint32Array;
  readonly #table: Uint32Array;

  /** @param labels by row: 0, or a group's number from 1 to `groups` */
  constructor(plan: PermutationPlan, labels: Uint8Array, groups: number, cells: RowCells, random: Random) {
    this.#plan = plan;
    this.#labels = labels;
    this.#cells = cells;
    this.#groups = groups;
    this.#random = random;
    const size = groups * cells.cells;
    this.#table = new Uint32Array(size);
    this.#fixedTable = new Uint32Array(size);
    for (const run of plan.fixed) {
      this.#add(run.rowStart, run.rowStart, run.size * run.clusters, this.#fixedTable, 0);
    }
    this.#blockTables = new Uint32Array(plan.blocks * plan.blocks * size);
    this.#fillBlockTables();
    this.#blockOrder = Uint32Array.from({ length: plan.blocks }, (_, i) => i);
    const most = Math.max(0, ...plan.direct.map(({ clusters }) => clusters));
    this.#directOrder = new Uint32Array(most);
  }

  /** The table of the file as it is, by group and cell: that of the permutation that leaves all in its place. */
  observed(): Uint32Array {
    const { blocks, direct } = this.#plan;
    const size = this.#groups * this.#cells.cells;
    const table = this.#fixedTable.slice();
    for (let i = 0; i < blocks; i++) {
      const from = (i * blocks + i) * size;
      for (let cell = 0; cell < size; cell++) {
        table[cell] = (table[cell] as number) + (this.#blockTables[from + cell] as number);
      }
    }
    for (const run of direct) this.#add(run.rowStart, run.rowStart, run.size * run.clusters, table, 0);
    return table;
  }

  /**
   * The table of the next permutation, by group and cell; overwritten by the one after it.
   * @param wanted numbers of the groups, from 0 on, whose cells are read
   */
  next(wanted: readonly number[]): Uint32Array {
    const { blocks, direct } = this.#plan;
    const { cells } = this.#cells;
    const size = this.#groups * cells;
    const table = this.#table;
    this.#random.shuffle(this.#blockOrder);
    for (const group of wanted) {
      const start = group * cells;
      for (let cell = start; cell < start + cells; cell++) table[cell] = this.#fixedTable[cell] as number;
      for (let i = 0; i < blocks; i++) {
        const from = (i * blocks + (this.#blockOrder[i] as number)) * size;
        for (let cell = start; cell < start + cells; cell++) {
          table[cell] = (table[cell] as number) + (this.#blockTables[from + cell] as number);
        }
      }
    }
    for (const run of direct) this.#addShuffled(run, table);
    return table;
  }

  /** Counted by kinds of rows, of which each row is one, and then by the kinds' cells. */
  #fillBlockTables(): void {
    const { blocks, blockRuns } = this.#plan;
    const { cells, kinds } = this.#cells;
    const labels = this.#labels;
    const kindCount = kinds.cells.length;
    const { codes } = kinds;
    // Label 0 is counted as well, and left out below: that costs less than to ask for it. Neighbours are counted apart:
    // a count that was just written is slow to be read.
    const byKind = new Uint32Array((1 + this.#groups) * kindCount);
    const neighbours = new Uint32Array(byKind.length);
    for (let i = 0; i < blocks; i++) {
      for (let j = 0; j < blocks; j++) {
        byKind.fill(0);
        neighbours.fill(0);
        for (const { rowsPerBlock, rowStart } of blockRuns) {
          const labelsFrom = rowStart + j * rowsPerBlock;
          const outcomesFrom = rowStart + i * rowsPerBlock;
          let row = 0;
          for (; row + 1 < rowsPerBlock; row += 2) {
            const at = (labels[labelsFrom + row] as number) * kindCount + (codes[outcomesFrom + row] as number);
            byKind[at] = (byKind[at] as number) + 1;
            const next =
              (labels[labelsFrom + row + 1] as number) * kindCount + (codes[outcomesFrom + row + 1] as number);
            neighbours[next] = (neighbours[next] as number) + 1;
          }
          if (row < rowsPerBlock) {
            const at = (labels[labelsFrom + row] as number) * kindCount + (codes[outcomesFrom + row] as number);
            byKind[at] = (byKind[at] as number) + 1;
          }
        }
        const table = this.#blockTables.subarray((i * blocks + j) * this.#groups * cells);
        for (let at = kindCount; at < byKind.length; at++) {
          const count = (byKind[at] as number) + (neighbours[at] as number);
          if (count === 0) continue;
          const start = (Math.floor(at / kindCount) - 1) * cells;
          for (const cell of kinds.cells[at % kindCount] as readonly number[]) {
            table[start + cell] = (table[start + cell] as number) + count;
          }
        }
      }
    }
  }

  /** Counts `rows` rows with the labels from one place and the outcomes from another. */
  #add(labelsFrom: number, outcomesFrom: number, rows: number, table: Uint32Array, into: number): void {
    const { cells, rating, text, spent } = this.#cells;
    const labels = this.#labels;
    for (let i = 0; i < rows; i++) {
      const label = labels[labelsFrom + i] as number;
      if (label === 0) continue;
      const start = into + (label - 1) * cells;
      const row = outcomesFrom + i;
      const ofRating = start + (rating[row] as number);
      const ofText = start + (text[row] as number);
      const ofSpent = start + (spent[row] as number);
      table[ofRating] = (table[ofRating] as number) + 1;
      table[ofText] = (table[ofText] as number) + 1;
      table[ofSpent] = (table[ofSpent] as number) + 1;
    }
  }

  #addShuffled({ size, clusters, rowStart }: Run, table: Uint32Array): void {
    const order = this.#directOrder;
    for (let i = 0; i < clusters; i++) order[i] = i;
    this.#random.shuffle(order, 0, clusters);
    for (let i = 0; i < clusters; i++) {
      this.#add(rowStart + (order[i] as number) * size, rowStart + i * size, size, table, 0);
    }
  }
}
