/** Permutation tests of the distances of a labelling: how far apart chance alone puts a group and the others. */
import type { BiasDistance } from '@tastetrend/contracts';
import { finite } from './intervals.ts';
import type { OutcomeValues } from './outcome-values.ts';
import type { Permutations } from './permutation.ts';
import { rounded } from './rounded.ts';

const NOISE_QUANTILE = 0.95;
/** What is equal but for the last digits counts as equal. */
const TOLERANCE = 1e-12;
/** Each look at the tests comes after so many times the permutations of the one before. */
const LOOKS_APART = 4;

/** One group and outcome: its distances, of which the first is the one that decides. */
interface Test {
  readonly group: number;
  readonly values: OutcomeValues;
  readonly observed: Float64Array;
  readonly exceedances: Uint32Array;
  permutations: number;
  /** By distance: those of the first permutations, which are everybody's. */
  readonly noise: readonly Float64Array[];
}

export interface TestPlan {
  readonly permutationsMin: number;
  readonly permutationsMax: number;
  readonly exceedancesEnough: number;
}

export class DistanceTests {
  readonly #permutations: Permutations;
  readonly #all: Float64Array;
  readonly #cells: number;
  readonly #plan: TestPlan;
  readonly #tests: Test[] = [];
  readonly #scratch: Float64Array;

  /**
   * @param all cells of all rows of the file
   * @param cells of a group in the permutations' tables
   * @param measured the groups and outcomes that are large enough
   */
  constructor(
    permutations: Permutations,
    all: Float64Array,
    cells: number,
    measured: readonly { readonly group: number; readonly values: OutcomeValues }[],
    plan: TestPlan,
  ) {
    this.#permutations = permutations;
    this.#all = all;
    this.#cells = cells;
    this.#plan = plan;
    this.#scratch = new Float64Array(Math.max(0, ...measured.map(({ values }) => values.distances.length)));
    const observed = permutations.observed();
    for (const { group, values } of measured) {
      const count = values.distances.length;
      const distances = new Float64Array(count);
      values.distancesOf(observed, group * cells, all, count, distances);
      this.#tests.push({
        group,
        values,
        observed: distances,
        exceedances: new Uint32Array(count),
        permutations: 0,
        noise: values.distances.map(() => new Float64Array(plan.permutationsMin)),
      });
    }
  }

  /**
   * Besag & Clifford's stopping (1991, "Sequential Monte Carlo p-values") at a few looks, after n_1 < n_2 < … permutations. A
   * test with `exceedancesEnough` (h) or more that are as far apart as the file is done, at p = (1 + exceedances) /
   * (1 + permutations); the others go on. The p-value stays valid, P(p ≤ t) ≤ t: with k the first look for which
   * (1 + h) / (1 + n_k) ≤ t, a test done before it has p > t, and one that went on from it had less than that there; so
   * p ≤ t implies that the p-value at n_k, a number fixed beforehand, was at most t.
   */
  run(): void {
    const { permutationsMin, permutationsMax, exceedancesEnough } = this.#plan;
    let tests: readonly Test[] = this.#tests;
    for (let done = 0, look = permutationsMin; tests.length > 0; ) {
      const groups = [...new Set(tests.map(({ group }) => group))];
      for (; done < look; done++) this.#permute(tests, groups, done);
      if (done === permutationsMax) return;
      tests = tests.filter(({ exceedances }) => (exceedances[0] as number) < exceedancesEnough);
      look = Math.min(permutationsMax, LOOKS_APART * (look + 1) - 1);
    }
  }

  pValueOf(group: number, values: OutcomeValues): number {
    return this.#pValue(this.#testOf(group, values), 0);
  }

  /** @param index of the distance among the outcome's */
  noiseOf(group: number, values: OutcomeValues, index: number): Pick<BiasDistance, 'noise_floor' | 'p_value'> {
    const test = this.#testOf(group, values);
    const noise = (test.noise[index] as Float64Array).sort();
    const floor = noise[Math.ceil((noise.length + 1) * NOISE_QUANTILE) - 1] as number;
    return { noise_floor: finite(floor), p_value: rounded(this.#pValue(test, index)) };
  }

  #testOf(group: number, values: OutcomeValues): Test {
    return this.#tests.find((test) => test.group === group && test.values === values) as Test;
  }

  /** All distances have the first permutations; the later ones are for the distance that decides. */
  #pValue({ exceedances, permutations }: Test, index: number): number {
    const of = index === 0 ? permutations : Math.min(permutations, this.#plan.permutationsMin);
    return (1 + (exceedances[index] as number)) / (1 + of);
  }

  #permute(tests: readonly Test[], groups: readonly number[], done: number): void {
    const table = this.#permutations.next(groups);
    const isFirst = done < this.#plan.permutationsMin;
    const found = this.#scratch;
    for (const test of tests) {
      const { values, observed, exceedances, noise } = test;
      const count = isFirst ? observed.length : 1;
      values.distancesOf(table, test.group * this.#cells, this.#all, count, found);
      test.permutations += 1;
      for (let i = 0; i < count; i++) {
        const distance = found[i] as number;
        if (isFirst) (noise[i] as Float64Array)[done] = distance;
        // Not "at least as far", but "not nearer": what cannot be computed counts against a difference.
        const isNearer = distance < (observed[i] as number) * (1 - TOLERANCE);
        if (!isNearer) exceedances[i] = (exceedances[i] as number) + 1;
      }
    }
  }
}
