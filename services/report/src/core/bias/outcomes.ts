/**
 * What groups are compared in, and how rows are counted for it. A row adds 1 to three cells of its group: that of its
 * rating, of whether it has a text, and of what was spent; every outcome is a choice of these cells.
 */
import type { ClusteredRows } from './clustered-rows.ts';
import { LOG_SPENT_UNIT, NONE } from './coded-rows.ts';

export type BinaryOutcomeName = 'rating_4_or_more' | 'has_text' | 'has_rating';
export type OrderedOutcomeName = 'rating' | 'total_spent';

/** Which rows an outcome is of: all accepted ones, those with a rating, those with a total. */
export type Base = 'all' | 'rated' | 'spent';

export interface BinaryOutcome {
  readonly kind: 'binary';
  readonly name: BinaryOutcomeName;
  readonly base: Base;
  /** Cells of the rows without the outcome, and with it: first cell, and the one after the last. */
  readonly without: readonly [number, number];
  readonly with: readonly [number, number];
}

export interface OrderedOutcome {
  readonly kind: 'ordered';
  readonly name: OrderedOutcomeName;
  readonly base: Base;
  /** Cells of the labels, in their order. */
  readonly cells: readonly [number, number];
  /** Where the labels lie, in stars or in ln(1 + total_spent). */
  readonly positions: Float64Array;
}

export type Outcome = BinaryOutcome | OrderedOutcome;

/** Up to so many different ratings each is a label of its own; a file with more is compared by half stars. */
const RATING_LABELS_MAX = 32;
const HALF_STAR_HUNDREDTHS = 50;
const FOUR_STARS_HUNDREDTHS = 400;
/** Width of a band of ln(1 + total_spent): a band's upper end is 1.28 times its lower. */
const SPENT_BAND_WIDTH = 0.25;
const SPENT_BANDS_MAX = 64;

/** Rows that agree in all three cells are of one kind; there are some hundred kinds, however many rows. */
interface RowKinds {
  /** By row. */
  readonly codes: Uint16Array;
  /** By kind: its three cells. */
  readonly cells: readonly (readonly [number, number, number])[];
}

export interface RowCells {
  /** Cells of a group. */
  readonly cells: number;
  readonly outcomes: readonly Outcome[];
  /** By row: its cell by rating (the first: none), by text (without, with), by what was spent (the first: nothing known). */
  readonly rating: Uint8Array;
  readonly text: Uint8Array;
  readonly spent: Uint8Array;
  readonly kinds: RowKinds;
  /** True where each rating of the file is a label; false where half stars are. */
  readonly ratingsAreExact: boolean;
  /** By rating's cell: the rating is 4 or more. */
  readonly firstCellOf4: number;
  readonly textCell: number;
  readonly spentCell: number;
}

export function rowCellsOf(rows: ClusteredRows): RowCells {
  const ratings = ratingLabels(rows.rating);
  const spent = spentLabels(rows.logSpent);
  const textCell = 1 + ratings.positions.length;
  const spentCell = textCell + 2;
  const cells = spentCell + 1 + spent.positions.length;
  for (let row = 0; row < rows.rows; row++) spent.codes[row] = (spent.codes[row] as number) + spentCell;
  const text = rows.hasText.map((has) => textCell + has);
  const labelsBelow4 = ratings.positions.filter((stars) => stars < FOUR_STARS_HUNDREDTHS / 100).length;
  const firstCellOf4 = 1 + labelsBelow4;
  return {
    cells,
    rating: ratings.codes,
    text,
    spent: spent.codes,
    kinds: kindsOf(ratings.codes, text, spent.codes, cells),
    ratingsAreExact: ratings.isExact,
    firstCellOf4,
    textCell,
    spentCell,
    outcomes: [
      {
        kind: 'binary',
        name: 'rating_4_or_more',
        base: 'rated',
        without: [1, firstCellOf4],
        with: [firstCellOf4, textCell],
      },
      { kind: 'ordered', name: 'rating', base: 'rated', cells: [1, textCell], positions: ratings.positions },
      {
        kind: 'binary',
        name: 'has_text',
        base: 'all',
        without: [textCell, textCell + 1],
        with: [textCell + 1, spentCell],
      },
      { kind: 'binary', name: 'has_rating', base: 'all', without: [0, 1], with: [1, textCell] },
      {
        kind: 'ordered',
        name: 'total_spent',
        base: 'spent',
        cells: [spentCell + 1, cells],
        positions: spent.positions,
      },
    ],
  };
}

function kindsOf(rating: Uint8Array, text: Uint8Array, spent: Uint8Array, cells: number): RowKinds {
  const codes = new Uint16Array(rating.length);
  const found: [number, number, number][] = [];
  const kindOf = new Uint16Array(cells * cells * cells);
  for (let row = 0; row < codes.length; row++) {
    const [ofRating, ofText, ofSpent] = [rating[row] as number, text[row] as number, spent[row] as number];
    const at = (ofRating * cells + ofText) * cells + ofSpent;
    // 0: none yet.
    if (kindOf[at] === 0) kindOf[at] = found.push([ofRating, ofText, ofSpent]);
    codes[row] = (kindOf[at] as number) - 1;
  }
  return { codes, cells: found };
}

interface Labels {
  /** By row: 0 without a value, else the label's number, from 1 on in the labels' order. */
  readonly codes: Uint8Array;
  readonly positions: Float64Array;
  readonly isExact: boolean;
}

function ratingLabels(hundredths: Uint16Array): Labels {
  const seen = new Set<number>();
  for (const rating of hundredths) if (rating > 0) seen.add(rating);
  const isExact = seen.size <= RATING_LABELS_MAX;
  // Half stars are cut downwards, so that a rating of 4 or more stays one.
  const labelOf = (rating: number) => (isExact ? rating : rating - (rating % HALF_STAR_HUNDREDTHS));
  const used = [...new Set([...seen].map(labelOf))].sort((a, b) => a - b);
  const numbers = new Uint8Array(1 + Math.max(0, ...seen));
  for (const rating of seen) numbers[rating] = 1 + used.indexOf(labelOf(rating));
  const codes = new Uint8Array(hundredths.length);
  for (let row = 0; row < codes.length; row++) codes[row] = numbers[hundredths[row] as number] as number;
  return { codes, positions: Float64Array.from(used, (rating) => rating / 100), isExact };
}

function spentLabels(logSpent: Int32Array): Labels {
  const widthInUnits = Math.round(SPENT_BAND_WIDTH / LOG_SPENT_UNIT);
  const codes = new Uint8Array(logSpent.length);
  const isUsed = new Uint8Array(SPENT_BANDS_MAX);
  for (let row = 0; row < codes.length; row++) {
    const spent = logSpent[row] as number;
    if (spent === NONE) continue;
    const band = Math.min(SPENT_BANDS_MAX - 1, Math.floor(spent / widthInUnits));
    isUsed[band] = 1;
    codes[row] = 1 + band;
  }
  const used = [...isUsed.keys()].filter((band) => isUsed[band] === 1);
  const numbers = Uint8Array.from({ length: SPENT_BANDS_MAX + 1 }, (_, code) => 1 + used.indexOf(code - 1));
  for (let row = 0; row < codes.length; row++) codes[row] = numbers[codes[row] as number] as number;
  return { codes, positions: Float64Array.from(used, (band) => band * SPENT_BAND_WIDTH), isExact: false };
}

/** Labels of an outcome. */
export function labelsOf(outcome: Outcome): number {
  return outcome.kind === 'binary' ? 2 : outcome.positions.length;
}

/**
 * Collects an outcome's counts of a group.
 * @param counts cells of one or more groups
 * @param start the group's first cell in `counts`
 * @param into gets the counts by label
 */
export function gather(outcome: Outcome, counts: ArrayLike<number>, start: number, into: Float64Array): void {
  if (outcome.kind === 'ordered') {
    const [first, end] = outcome.cells;
    for (let cell = first; cell < end; cell++) into[cell - first] = counts[start + cell] as number;
    return;
  }
  into[0] = sumOf(counts, start, outcome.without);
  into[1] = sumOf(counts, start, outcome.with);
}

function sumOf(counts: ArrayLike<number>, start: number, [first, end]: readonly [number, number]): number {
  let sum = 0;
  for (let cell = first; cell < end; cell++) sum += counts[start + cell] as number;
  return sum;
}
