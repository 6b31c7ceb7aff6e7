/**
 * Resamples of a file: review_ids drawn with replacement, as many as there are, each with all its rows, since rows of one
 * id are not independent (the cluster bootstrap; Davison & Hinkley 1997, section 3.8; Field & Welsh 2007).
 *
 * Over more than `UNITS_MAX` review_ids these are first put into so many bags, an id into one bag, by a seeded order that
 * does not look at their rows, and bags are drawn: the variance between random groups of clusters estimates the same as that between clusters
 * (Wolter 2007, Introduction to Variance Estimation, chapter 2), with UNITS_MAX − 1 degrees of freedom, so that an
 * interval's width is known to about 5 %. A resample is then a sum over bags, whatever the number of rows.
 */
import type { ClusteredRows } from './clustered-rows.ts';
import { NONE } from './coded-rows.ts';
import type { RowCells } from './outcomes.ts';
import type { Random } from './random.ts';

const UNITS_MAX = 200;

/** Cells of a group in a resample: those of its outcomes, two sums, and four a stratum of the condition. */
export interface UnitCells {
  readonly cells: number;
  /** Sums of ratings in hundredths, and of ln(1 + total_spent) in millionths: of integers, and so the same in any order. */
  readonly ratingSum: number;
  readonly spentSum: number;
  /** First cell of stratum 0: rows without a rating, below 4, of 4 or more, with a text. */
  readonly firstStratum: number;
  readonly strata: number;
}

export const CELLS_A_STRATUM = 4;

/** What conditional disparity is conditioned on: a stratum by row. */
export interface Strata {
  readonly codes: Uint8Array;
  readonly count: number;
}

export function unitCellsOf({ cells }: RowCells, strata: Strata): UnitCells {
  return {
    ratingSum: cells,
    spentSum: cells + 1,
    firstStratum: cells + 2,
    strata: strata.count,
    cells: cells + 2 + CELLS_A_STRATUM * strata.count,
  };
}

export interface Units {
  readonly count: number;
  /** By cluster: its unit. */
  readonly of: Uint8Array;
}

/** What there is to draw from: the clusters themselves, or bags of them. */
export function unitsOf({ clusters }: ClusteredRows, random: Random): Units {
  const count = Math.min(clusters, UNITS_MAX);
  const order = Uint32Array.from({ length: clusters }, (_, cluster) => cluster);
  random.shuffle(order);
  const of = new Uint8Array(clusters);
  for (let place = 0; place < clusters; place++) of[order[place] as number] = place % count;
  return { count, of };
}

/**
 * Counts a labelling's cells by unit: unit after unit, in each group after group.
 * @param labels by row: 0, or a group's number from 1 to `groups`; undefined: all rows are one group
 */
export function unitTables(
  rows: ClusteredRows,
  units: Units,
  labels: Uint8Array | undefined,
  groups: number,
  cells: RowCells,
  unitCells: UnitCells,
  strata: Strata,
): Float64Array {
  const perUnit = groups * unitCells.cells;
  const tables = new Float64Array(units.count * perUnit);
  const add = (at: number, value: number) => {
    tables[at] = (tables[at] as number) + value;
  };
  let cluster = 0;
  for (const { size, clusters, rowStart } of rows.strata) {
    for (let i = 0; i < clusters; i++, cluster++) {
      const unit = (units.of[cluster] as number) * perUnit;
      for (let row = rowStart + i * size; row < rowStart + (i + 1) * size; row++) {
        const label = labels === undefined ? 1 : (labels[row] as number);
        if (label === 0) continue;
        const start = unit + (label - 1) * unitCells.cells;
        const rating = cells.rating[row] as number;
        const text = cells.text[row] as number;
        add(start + rating, 1);
        add(start + text, 1);
        add(start + (cells.spent[row] as number), 1);
        add(start + unitCells.ratingSum, rows.rating[row] as number);
        const spent = rows.logSpent[row] as number;
        if (spent !== NONE) add(start + unitCells.spentSum, spent);
        const stratum = start + unitCells.firstStratum + CELLS_A_STRATUM * (strata.codes[row] as number);
        add(stratum + (rating === 0 ? 0 : rating < cells.firstCellOf4 ? 1 : 2), 1);
        if (text > cells.textCell) add(stratum + 3, 1);
      }
    }
  }
  return tables;
}

/** How often each unit is in each resample: resample after resample. */
export function drawWeights(units: number, resamples: number, random: Random): Uint16Array {
  const weights = new Uint16Array(units * resamples);
  for (let resample = 0; resample < resamples; resample++) {
    const start = resample * units;
    for (let draw = 0; draw < units; draw++) {
      const at = start + random.below(units);
      weights[at] = (weights[at] as number) + 1;
    }
  }
  return weights;
}

/**
 * Sums the units' cells of a group, each unit as often as it was drawn.
 * @param tables unit after unit, each of `stride` cells, the group's from `start` on
 * @param weights of the units in this resample; undefined: each once, which is the file as it is
 * @param into as many cells as a group has
 */
export function weightedSum(
  tables: Float64Array,
  stride: number,
  start: number,
  units: number,
  weights: Uint16Array | undefined,
  into: Float64Array,
): void {
  const size = into.length;
  for (let unit = 0; unit < units; unit++) {
    const weight = weights === undefined ? 1 : (weights[unit] as number);
    if (weight === 0) continue;
    const from = unit * stride + start;
    for (let cell = 0; cell < size; cell++) {
      into[cell] = (into[cell] as number) + weight * (tables[from + cell] as number);
    }
  }
}
