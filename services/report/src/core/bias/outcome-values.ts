/** All measures of one outcome, from the cells of a group and of all rows: of the file, and of each resample of it. */
import { conditionalDisparity, type Stratum } from '../measures/conditional-disparity.ts';
import { differenceInProportions } from '../measures/difference-in-proportions.ts';
import { disparateImpact } from '../measures/disparate-impact.ts';
import type { Proportion } from '../measures/distribution.ts';
import { CELLS_A_STRATUM, type UnitCells } from './bootstrap.ts';
import { LOG_SPENT_UNIT } from './coded-rows.ts';
import { type DistanceName, distancesOf, type NamedDistance } from './distances.ts';
import { type BinaryOutcome, gather, labelsOf, type OrderedOutcome, type Outcome } from './outcomes.ts';

export type SignedName =
  | 'share'
  | 'share_of_others'
  | 'difference_in_proportions'
  | 'disparate_impact'
  | 'conditional_disparity'
  | 'mean'
  | 'mean_of_others';

const OF_BINARY = [
  'share',
  'share_of_others',
  'difference_in_proportions',
  'disparate_impact',
  'conditional_disparity',
] as const satisfies readonly SignedName[];
const OF_ORDERED = ['mean', 'mean_of_others'] as const satisfies readonly SignedName[];
const BINARY_POSITIONS = Float64Array.of(0, 1);

/** Room for the counts of d and of a. */
type Sides = readonly [Float64Array, Float64Array];

export class OutcomeValues {
  readonly outcome: Outcome;
  readonly signed: readonly SignedName[];
  readonly distances: readonly DistanceName[];
  readonly #cells: UnitCells;
  readonly #measures: readonly NamedDistance[];
  readonly #positions: Float64Array;
  readonly #sides: Sides;

  constructor(outcome: Outcome, cells: UnitCells) {
    this.outcome = outcome;
    this.#cells = cells;
    this.#measures = distancesOf(outcome);
    this.signed = outcome.kind === 'binary' ? OF_BINARY : OF_ORDERED;
    this.distances = this.#measures.map(([name]) => name);
    this.#positions = outcome.kind === 'ordered' ? outcome.positions : BINARY_POSITIONS;
    this.#sides = [new Float64Array(labelsOf(outcome)), new Float64Array(labelsOf(outcome))];
  }

  /** How many numbers `evaluate` gives: the signed measures, then the distances. */
  get count(): number {
    return this.signed.length + this.distances.length;
  }

  /** @param d cells of the group @param all those of all rows @param into gets the numbers, from `at` on */
  evaluate(d: Float64Array, all: Float64Array, into: Float64Array, at: number): void {
    this.#fillSides(d, 0, all);
    const { outcome } = this;
    if (outcome.kind === 'binary') this.#proportions(outcome, d, all, into, at);
    else this.#means(outcome, d, all, into, at);
    this.#distancesInto(this.#measures.length, into, at + this.signed.length);
  }

  /**
   * The distances alone.
   * @param d cells of one or more groups, this one's from `start` on
   * @param count how many of them: all, or the first
   */
  distancesOf(d: ArrayLike<number>, start: number, all: Float64Array, count: number, into: Float64Array): void {
    this.#fillSides(d, start, all);
    this.#distancesInto(count, into, 0);
  }

  /** The counts of d, and of a: all but d. */
  #fillSides(d: ArrayLike<number>, start: number, all: Float64Array): void {
    const [ofD, ofA] = this.#sides;
    gather(this.outcome, d, start, ofD);
    gather(this.outcome, all, 0, ofA);
    for (let label = 0; label < ofA.length; label++) ofA[label] = (ofA[label] as number) - (ofD[label] as number);
  }

  #distancesInto(count: number, into: Float64Array, at: number): void {
    const [ofD, ofA] = this.#sides;
    for (let i = 0; i < count; i++) {
      into[at + i] = (this.#measures[i] as NamedDistance)[1](ofD, ofA, this.#positions);
    }
  }

  #proportions(outcome: BinaryOutcome, d: Float64Array, all: Float64Array, into: Float64Array, at: number): void {
    const ofD = proportionOf(this.#sides[0]);
    const ofA = proportionOf(this.#sides[1]);
    into[at] = ofD.positive / ofD.rows;
    into[at + 1] = ofA.positive / ofA.rows;
    into[at + 2] = differenceInProportions(ofD, ofA);
    into[at + 3] = disparateImpact(ofD, ofA);
    into[at + 4] = conditionalDisparity(this.#strata(outcome, d, all));
  }

  #means({ name }: OrderedOutcome, d: Float64Array, all: Float64Array, into: Float64Array, at: number): void {
    const sumCell = name === 'rating' ? this.#cells.ratingSum : this.#cells.spentSum;
    const unit = name === 'rating' ? 0.01 : LOG_SPENT_UNIT;
    const sumOfD = d[sumCell] as number;
    const sumOfA = (all[sumCell] as number) - sumOfD;
    into[at] = (sumOfD * unit) / total(this.#sides[0]);
    into[at + 1] = (sumOfA * unit) / total(this.#sides[1]);
  }

  #strata({ name }: BinaryOutcome, d: Float64Array, all: Float64Array): Stratum[] {
    const { firstStratum, strata } = this.#cells;
    const result: Stratum[] = [];
    for (let stratum = 0; stratum < strata; stratum++) {
      const start = firstStratum + stratum * CELLS_A_STRATUM;
      result.push({ d: stratumOf(name, d, start), all: stratumOf(name, all, start) });
    }
    return result;
  }
}

/** @param counts without the outcome, and with it */
function proportionOf(counts: Float64Array): Proportion {
  const positive = counts[1] as number;
  return { positive, rows: positive + (counts[0] as number) };
}

function stratumOf(name: BinaryOutcome['name'], counts: Float64Array, start: number): Proportion {
  const unrated = counts[start] as number;
  const low = counts[start + 1] as number;
  const high = counts[start + 2] as number;
  if (name === 'rating_4_or_more') return { positive: high, rows: low + high };
  const positive = name === 'has_text' ? (counts[start + 3] as number) : low + high;
  return { positive, rows: unrated + low + high };
}

function total(counts: Float64Array): number {
  let sum = 0;
  for (const count of counts) sum += count;
  return sum;
}
