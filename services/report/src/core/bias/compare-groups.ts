/**
 * The groups of one labelling beside all others: every measure of every outcome, with its interval, and for distances a
 * p-value and a noise floor. A labelling is an attribute, or a pair of them.
 */
import type {
  BiasBinaryMeasures,
  BiasDistance,
  BiasEstimate,
  BiasOrderedMeasures,
  BiasOutcome,
  BiasTest,
} from '@tastetrend/contracts';
import { classImbalance } from '../measures/class-imbalance.ts';
import { FOUR_FIFTHS } from '../measures/disparate-impact.ts';
import {
  drawWeights,
  type Strata,
  type UnitCells,
  type Units,
  unitCellsOf,
  unitsOf,
  unitTables,
  weightedSum,
} from './bootstrap.ts';
import type { ClusteredRows } from './clustered-rows.ts';
import { DistanceTests } from './distance-tests.ts';
import { withheldEstimate } from './estimate.ts';
import { distanceEstimate, signedEstimate } from './intervals.ts';
import { OutcomeValues } from './outcome-values.ts';
import type { RowCells } from './outcomes.ts';
import { type PermutationPlan, Permutations, planPermutations } from './permutation.ts';
import { Random } from './random.ts';
import { rounded } from './rounded.ts';
import type { GroupSize, Tally } from './tally.ts';

export interface ResamplingSettings {
  readonly bootstrapResamples: number;
  /** Every test has so many permutations. */
  readonly permutationsMin: number;
  /** A test is done when so many of its permutations are as far apart as the file is, or further. */
  readonly exceedancesEnough: number;
  /** What a group and the others need for a measure. */
  readonly rowsMin: number;
  readonly reviewsMin: number;
}

/** The groups of an attribute, or of a pair, that are large enough to be compared. */
export interface Labelling {
  /** By row: 0, or the number of a group in `groups`, from 1 on. */
  readonly labels: Uint8Array;
  /** Codes of the groups in `tally`. */
  readonly groups: readonly number[];
  readonly tally: Tally;
}

export interface ComparedGroup {
  readonly class_imbalance: BiasEstimate;
  readonly missing: { readonly rating: BiasEstimate; readonly text: BiasEstimate; readonly total_spent: BiasEstimate };
  readonly outcomes: BiasOutcome[];
}

/** Measures of a group that are no outcome's: class imbalance, and three shares of missing values. */
const OWN_MEASURES = 4;

export class Comparison {
  readonly plan: PermutationPlan;
  readonly units: Units;
  readonly #rows: ClusteredRows;
  readonly #cells: RowCells;
  readonly #unitCells: UnitCells;
  readonly #strata: Strata;
  readonly #settings: ResamplingSettings;
  readonly #seed: string;
  readonly #weights: Uint16Array;
  /** The cells of all rows: of the file, then of each resample. */
  readonly #alls: readonly Float64Array[];
  readonly #outcomes: readonly OutcomeValues[];
  /** By measure: room for its resamples. */
  readonly #room: readonly Float64Array[];

  /** @param seed the same for the same file version */
  constructor(rows: ClusteredRows, cells: RowCells, strata: Strata, seed: string, settings: ResamplingSettings) {
    this.#rows = rows;
    this.#cells = cells;
    this.#strata = strata;
    this.#seed = seed;
    this.#settings = settings;
    this.plan = planPermutations(rows);
    this.units = unitsOf(rows, new Random(seed, 'bags'));
    this.#unitCells = unitCellsOf(cells, strata);
    this.#weights = drawWeights(this.units.count, settings.bootstrapResamples, new Random(seed, 'bootstrap'));
    this.#outcomes = cells.outcomes.map((outcome) => new OutcomeValues(outcome, this.#unitCells));
    this.#alls = this.#resampled(unitTables(rows, this.units, undefined, 1, cells, this.#unitCells, strata), 1, 0);
    const measures = this.#outcomes.reduce((sum, { count }) => sum + count, OWN_MEASURES);
    this.#room = Array.from({ length: measures }, () => new Float64Array(settings.bootstrapResamples));
  }

  /** How many tests a labelling has: one for each group and outcome that are large enough. */
  testsOf(labelling: Labelling): number {
    return this.#measured(labelling).length;
  }

  /** @param permutationsMax of a test that is not done before */
  compare(labelling: Labelling, permutationsMax: number): ComparedGroup[] {
    const { groups, labels } = labelling;
    if (groups.length === 0) return [];
    const { permutationsMin, exceedancesEnough } = this.#settings;
    const tests = new DistanceTests(
      new Permutations(this.plan, labels, groups.length, this.#cells, new Random(this.#seed, 'permutations')),
      this.#alls[0] as Float64Array,
      this.#cells.cells,
      this.#measured(labelling),
      { permutationsMin, permutationsMax, exceedancesEnough },
    );
    tests.run();
    const [rows, units, count] = [this.#rows, this.units, groups.length];
    const tables = unitTables(rows, units, labels, count, this.#cells, this.#unitCells, this.#strata);
    return groups.map((_, group) => this.#group(labelling, group, tables, tests));
  }

  #measured(labelling: Labelling): { group: number; values: OutcomeValues }[] {
    const { groups, tally } = labelling;
    return groups.flatMap((code, group) =>
      this.#outcomes
        .filter(({ outcome }) => this.#isLarge(tally.sizeOf(code, outcome.base)))
        .map((values) => ({ group, values })),
    );
  }

  #isLarge({ group, others }: GroupSize): boolean {
    const { rowsMin, reviewsMin } = this.#settings;
    return Math.min(group.rows, others.rows) >= rowsMin && Math.min(group.reviews, others.reviews) >= reviewsMin;
  }

  #group({ groups, tally }: Labelling, group: number, tables: Float64Array, tests: DistanceTests): ComparedGroup {
    const resamples = this.#resampled(tables, groups.length, group);
    const values = new Float64Array(this.#room.length);
    this.#evaluate(resamples[0] as Float64Array, this.#alls[0] as Float64Array, values);
    const observed = values.slice();
    for (let i = 1; i < resamples.length; i++) {
      this.#evaluate(resamples[i] as Float64Array, this.#alls[i] as Float64Array, values);
      for (let measure = 0; measure < values.length; measure++) {
        (this.#room[measure] as Float64Array)[i - 1] = values[measure] as number;
      }
    }
    const signed = (measure: number) =>
      signedEstimate(observed[measure] as number, this.#room[measure] as Float64Array);
    const distance = (measure: number) =>
      distanceEstimate(observed[measure] as number, this.#room[measure] as Float64Array);
    let first = OWN_MEASURES;
    const outcomes = this.#outcomes.map((one): BiasOutcome => {
      const at = first;
      first += one.count;
      return this.#outcome(
        one,
        group,
        tally.sizeOf(groups[group] as number, one.outcome.base),
        at,
        signed,
        distance,
        tests,
      );
    });
    return {
      class_imbalance: signed(0),
      missing: { rating: signed(1), text: signed(2), total_spent: signed(3) },
      outcomes,
    };
  }

  #outcome(
    values: OutcomeValues,
    group: number,
    sizes: GroupSize,
    at: number,
    signed: (measure: number) => BiasEstimate,
    distance: (measure: number) => BiasEstimate,
    tests: DistanceTests,
  ): BiasOutcome {
    const { outcome } = values;
    const head = { outcome: outcome.name, kind: outcome.kind, sizes };
    if (!this.#isLarge(sizes)) {
      return { ...head, reason: 'below_minimum', measures: null, test: null } as BiasOutcome;
    }
    const measures: Record<string, BiasEstimate | BiasDistance | BiasBinaryMeasures['disparate_impact']> = {};
    for (const [i, name] of values.signed.entries()) {
      const estimate = signed(at + i);
      measures[name] = name === 'disparate_impact' ? { ...estimate, ...fourFifthsOf(estimate) } : estimate;
    }
    for (const [i, name] of values.distances.entries()) {
      const estimate = distance(at + values.signed.length + i);
      const noise = tests.noiseOf(group, values, i);
      measures[name] = { ...estimate, ...(estimate.value === null ? { noise_floor: null, p_value: null } : noise) };
    }
    const test: BiasTest = {
      measure: outcome.kind === 'binary' ? 'total_variation' : 'wasserstein_1',
      p_value: rounded(tests.pValueOf(group, values)),
      q_value: 1,
      flagged: false,
    };
    return {
      ...head,
      reason: null,
      measures: measures as unknown as BiasBinaryMeasures & BiasOrderedMeasures,
      test,
    } as BiasOutcome;
  }

  #evaluate(d: Float64Array, all: Float64Array, into: Float64Array): void {
    const { textCell, spentCell } = this.#cells;
    const rows = (d[textCell] as number) + (d[textCell + 1] as number);
    const allRows = (all[textCell] as number) + (all[textCell + 1] as number);
    into[0] = classImbalance(rows, allRows - rows);
    into[1] = (d[0] as number) / rows;
    into[2] = (d[textCell] as number) / rows;
    into[3] = (d[spentCell] as number) / rows;
    let at = OWN_MEASURES;
    for (const values of this.#outcomes) {
      values.evaluate(d, all, into, at);
      at += values.count;
    }
  }

  /** A group's cells: of the file, then of each resample. */
  #resampled(tables: Float64Array, groups: number, group: number): Float64Array[] {
    const { count } = this.units;
    const size = this.#unitCells.cells;
    return Array.from({ length: 1 + this.#settings.bootstrapResamples }, (_, i) => {
      const into = new Float64Array(size);
      const weights = i === 0 ? undefined : this.#weights.subarray((i - 1) * count, i * count);
      weightedSum(tables, groups * size, group * size, count, weights, into);
      return into;
    });
  }
}

function fourFifthsOf({
  value,
}: BiasEstimate): Pick<BiasBinaryMeasures['disparate_impact'], 'four_fifths' | 'flagged'> {
  return { four_fifths: value === null ? null : value < FOUR_FIFTHS ? 'not_met' : 'met', flagged: false };
}

/** Of a group that is too small to be compared. */
export const NOT_COMPARED: ComparedGroup = {
  class_imbalance: withheldEstimate('below_minimum'),
  missing: {
    rating: withheldEstimate('below_minimum'),
    text: withheldEstimate('below_minimum'),
    total_spent: withheldEstimate('below_minimum'),
  },
  outcomes: [],
};
