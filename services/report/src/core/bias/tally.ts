/** How many rows and how many review_ids are of a group, for each of the bases that outcomes have. */
import type { ClusteredRows } from './clustered-rows.ts';
import { NONE } from './coded-rows.ts';
import type { Base } from './outcomes.ts';

/** Rows, and the review_ids that they have. */
export interface Size {
  readonly rows: number;
  readonly reviews: number;
}

export interface GroupSize {
  readonly group: Size;
  readonly others: Size;
}

const BASES = ['all', 'rated', 'spent'] as const satisfies readonly Base[];

export class Tally {
  readonly #bases: number;
  /** By code and base: rows; review_ids with a row of the group; those with no row of another. */
  readonly #rows: Float64Array;
  readonly #reviews: Float64Array;
  readonly #own: Float64Array;
  readonly #allRows = new Float64Array(BASES.length);
  readonly #allReviews = new Float64Array(BASES.length);
  /** Sums over review_ids of its rows of the group squared, and of these times all its rows. */
  readonly #squares: Float64Array;
  readonly #products: Float64Array;
  #allSquares = 0;

  /** @param codes by row @param codesMax above every code */
  constructor(rows: ClusteredRows, codes: Uint8Array | Uint16Array, codesMax: number) {
    this.#bases = BASES.length;
    this.#rows = new Float64Array(codesMax * this.#bases);
    this.#reviews = new Float64Array(codesMax * this.#bases);
    this.#own = new Float64Array(codesMax * this.#bases);
    this.#squares = new Float64Array(codesMax);
    this.#products = new Float64Array(codesMax);
    const counts = new Float64Array(codesMax * this.#bases);
    const touched: number[] = [];
    for (const { size, clusters, rowStart } of rows.strata) {
      for (let cluster = 0; cluster < clusters; cluster++) {
        const start = rowStart + cluster * size;
        this.#addCluster(rows, codes, start, start + size, counts, touched);
      }
    }
  }

  sizeOf(code: number, base: Base): GroupSize {
    const b = BASES.indexOf(base);
    const at = code * this.#bases + b;
    const rows = this.#rows[at] as number;
    return {
      group: { rows, reviews: this.#reviews[at] as number },
      others: {
        rows: (this.#allRows[b] as number) - rows,
        reviews: (this.#allReviews[b] as number) - (this.#own[at] as number),
      },
    };
  }

  /**
   * The design effect of a group's share of all rows: the share's variance when whole review_ids are drawn, over that of as
   * many rows drawn one by one (Kish 1965, linearised: Σ_c (n_cg − p n_c)² / (n p (1 − p))); at least 1, so that no interval
   * is narrower than one of independent rows.
   */
  designEffect(code: number): number {
    const n = this.#allRows[0] as number;
    const share = (this.#rows[code * this.#bases] as number) / n;
    if (n === 0 || share === 0 || share === 1) return Math.max(1, this.#allSquares / Math.max(1, n));
    const squares =
      (this.#squares[code] as number) - 2 * share * (this.#products[code] as number) + share * share * this.#allSquares;
    return Math.max(1, squares / (n * share * (1 - share)));
  }

  /** Rows a review_id, weighted by rows: the design effect of what all rows of a group's review_ids share. */
  ownDesignEffect(code: number): number {
    const rows = this.#rows[code * this.#bases] as number;
    return rows === 0 ? 1 : (this.#squares[code] as number) / rows;
  }

  #addCluster(
    rows: ClusteredRows,
    codes: Uint8Array | Uint16Array,
    start: number,
    end: number,
    counts: Float64Array,
    touched: number[],
  ): void {
    const bases = this.#bases;
    let rated = 0;
    let spent = 0;
    for (let row = start; row < end; row++) {
      const code = codes[row] as number;
      const at = code * bases;
      if (counts[at] === 0) touched.push(code);
      counts[at] = (counts[at] as number) + 1;
      if ((rows.rating[row] as number) > 0) {
        rated += 1;
        counts[at + 1] = (counts[at + 1] as number) + 1;
      }
      if (rows.logSpent[row] !== NONE) {
        spent += 1;
        counts[at + 2] = (counts[at + 2] as number) + 1;
      }
    }
    const all = [end - start, rated, spent];
    for (let b = 0; b < bases; b++) {
      this.#allRows[b] = (this.#allRows[b] as number) + (all[b] as number);
      if ((all[b] as number) > 0) this.#allReviews[b] = (this.#allReviews[b] as number) + 1;
    }
    const size = end - start;
    this.#allSquares += size * size;
    for (const code of touched) {
      const at = code * bases;
      const own = counts[at] as number;
      this.#squares[code] = (this.#squares[code] as number) + own * own;
      this.#products[code] = (this.#products[code] as number) + own * size;
      for (let b = 0; b < bases; b++) {
        const count = counts[at + b] as number;
        counts[at + b] = 0;
        if (count === 0) continue;
        this.#rows[at + b] = (this.#rows[at + b] as number) + count;
        this.#reviews[at + b] = (this.#reviews[at + b] as number) + 1;
        if (count === all[b]) this.#own[at + b] = (this.#own[at + b] as number) + 1;
      }
    }
    touched.length = 0;
  }
}
