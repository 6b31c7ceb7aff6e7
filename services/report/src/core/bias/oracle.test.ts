/** Our measures beside a second implementation of them, in Python: scipy's, where it has them. */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { pipeline } from '@tastetrend/contracts';
import { beforeAll, describe, expect, it, type TestContext } from 'vitest';
import { codedOf, countsOf, manifestOf, profileOf, type Row } from '../../test-data/tally.ts';
import { classImbalance } from '../measures/class-imbalance.ts';
import { conditionalDisparity } from '../measures/conditional-disparity.ts';
import { kolmogorovSmirnovOfCumulative } from '../measures/cumulative-kolmogorov-smirnov.ts';
import { differenceInProportions } from '../measures/difference-in-proportions.ts';
import { disparateImpact } from '../measures/disparate-impact.ts';
import { jensenShannon } from '../measures/jensen-shannon.ts';
import { kolmogorovSmirnovOfLabels } from '../measures/kolmogorov-smirnov.ts';
import { kullbackLeibler } from '../measures/kullback-leibler.ts';
import { lpNorm } from '../measures/lp-norm.ts';
import { totalVariation } from '../measures/total-variation.ts';
import { wasserstein1 } from '../measures/wasserstein.ts';
import { qValues } from './benjamini-hochberg.ts';
import { Random } from './random.ts';
import { biasOf } from './summary.ts';
import { wilsonInterval } from './wilson.ts';

const SETUP = new URL('../../../../../scripts/setup.mjs', import.meta.url).href;
const ORACLE = fileURLToPath(new URL('../../../python/oracle.py', import.meta.url));
const CASES = 400;

type Values = Record<string, number | null>;
interface Answer {
  readonly distributions: readonly Values[];
  readonly proportions: readonly Values[];
  readonly strata: readonly (number | null)[];
  readonly shares: readonly (readonly [number, number])[];
  readonly p_values: readonly (readonly number[])[];
  readonly rows: Record<string, Record<string, Values | null>>;
}

const random = new Random('oracle', 'cases');
const times = <T>(count: number, make: (i: number) => T) => Array.from({ length: count }, (_, i) => make(i));
/** Counts with zeros among them, and one at least that is none. */
const counts = (labels: number) =>
  times(labels, (i) => (i === 0 ? 1 : 0) + (random.below(3) === 0 ? 0 : random.below(60)));
const proportion = () => {
  const rows = 1 + random.below(80);
  return [random.below(rows + 1), rows] as const;
};

const distributions = times(CASES, () => {
  const labels = 1 + random.below(12);
  let at = 0;
  const positions = times(labels, () => (at += 0.1 + random.below(30) / 10));
  // Half of them lack labels on either side.
  return { d: counts(labels).reverse(), a: counts(labels), positions };
});
const proportions = times(CASES, () => ({ d: proportion(), a: proportion() }));
const strata = times(CASES, () =>
  times(1 + random.below(6), () => {
    const [dWith, dWithout] = [random.below(20), random.below(20)];
    const others = () => (random.below(4) === 0 ? 0 : random.below(30));
    return [dWith, dWithout, dWith + others(), dWithout + others()] as const;
  }),
);
const shares = times(CASES, proportion);
const pValues = times(60, () => times(1 + random.below(40), () => (1 + random.below(500)) / 500));
const one = <T>(choices: readonly T[]) => choices[random.below(choices.length)] as T;
const rows = times(
  2_500,
  (): Row => ({
    fate: 'accepted',
    gender: one(['male', 'female', 'female', 'missing', 'unreadable']),
    ethnicity: one(['asian', 'hispanic', 'caucasian', 'missing']),
    age: one(['adult', 'missing']),
    rating: one([100, 200, 350, 400, 500, null]),
    hasText: random.below(3) > 0,
    hasTotal: random.below(4) > 0,
    totalSpent: 5 + random.below(400),
    partySize: one([1, 2, 3, 4, 5, 8, null]),
    reviewId: `r${random.below(900)}`,
  }),
);

let answer: Answer | undefined;
let whyNot = '';

beforeAll(async () => {
  let python: string;
  try {
    const { ensureVenv } = (await import(/* @vite-ignore */ SETUP)) as { ensureVenv(name: string): Promise<string> };
    python = await ensureVenv('oracle');
  } catch (error) {
    whyNot = `no Python with scipy: ${(error as Error).message}`;
    return;
  }
  const asked = {
    distributions,
    proportions,
    strata,
    shares,
    p_values: pValues,
    rows: rows.map(({ gender, ethnicity, rating, hasText, hasTotal, totalSpent, partySize }) => ({
      gender,
      ethnicity,
      rating: rating === null ? null : rating / 100,
      text: hasText,
      spent: hasTotal ? totalSpent : null,
      party: partySize,
    })),
  };
  const ran = spawnSync(python, ['-I', ORACLE], { input: JSON.stringify(asked), maxBuffer: 64e6, encoding: 'utf8' });
  if (ran.status !== 0) throw new Error(ran.stderr);
  answer = JSON.parse(ran.stdout) as Answer;
}, 300_000);

function answered(context: TestContext): Answer {
  if (answer === undefined) context.skip(whyNot);
  return answer as Answer;
}

/** To 1e-9; null where ours is infinite or undefined. */
function expectClose(ours: number, theirs: number | null | undefined, what: string): void {
  if (theirs === null || theirs === undefined) expect(Number.isFinite(ours), `${what} is ${ours}`).toBe(false);
  else expect(Math.abs(ours - theirs), `${what}: ${ours} beside ${theirs}`).toBeLessThanOrEqual(1e-9);
}

describe('to 1e-9, a second implementation finds the same', () => {
  it('distances', (context) => {
    for (const [i, theirs] of answered(context).distributions.entries()) {
      const { d, a, positions } = distributions[i] as (typeof distributions)[number];
      const ours = {
        kullback_leibler: kullbackLeibler(d, a),
        jensen_shannon: jensenShannon(d, a),
        lp_norm: lpNorm(d, a),
        total_variation: totalVariation(d, a),
        kolmogorov_smirnov_labels: kolmogorovSmirnovOfLabels(d, a),
        kolmogorov_smirnov_cumulative: kolmogorovSmirnovOfCumulative(d, a),
        wasserstein_1: wasserstein1(d, a, positions),
      };
      expect(Object.keys(theirs).sort()).toEqual(Object.keys(ours).sort());
      for (const [name, value] of Object.entries(ours)) expectClose(value, theirs[name], `${name} of case ${i}`);
    }
  });

  it('measures of proportions', (context) => {
    for (const [i, theirs] of answered(context).proportions.entries()) {
      const { d, a } = proportions[i] as (typeof proportions)[number];
      const [ofD, ofA] = [d, a].map(([positive, of]) => ({ positive, rows: of })) as [
        { positive: number; rows: number },
        { positive: number; rows: number },
      ];
      expectClose(classImbalance(ofD.rows, ofA.rows), theirs.class_imbalance, 'class imbalance');
      expectClose(differenceInProportions(ofD, ofA), theirs.difference_in_proportions, 'difference in proportions');
      expectClose(disparateImpact(ofD, ofA), theirs.disparate_impact, 'disparate impact');
    }
  });

  it('conditional disparity', (context) => {
    for (const [i, theirs] of answered(context).strata.entries()) {
      const ours = (strata[i] ?? []).map(([dWith, dWithout, allWith, allWithout]) => ({
        d: { positive: dWith, rows: dWith + dWithout },
        all: { positive: allWith, rows: allWith + allWithout },
      }));
      expectClose(conditionalDisparity(ours), theirs, `case ${i}`);
    }
  });

  it('Wilson’s intervals, and q-values', (context) => {
    const { shares: intervals, p_values: adjusted } = answered(context);
    for (const [i, [low, high]] of intervals.entries()) {
      const [part, whole] = shares[i] as readonly [number, number];
      const ours = wilsonInterval(part, whole, 1);
      expectClose(ours.low, low, `low of ${part} of ${whole}`);
      expectClose(ours.high, high, `high of ${part} of ${whole}`);
    }
    for (const [i, theirs] of adjusted.entries()) {
      for (const [j, q] of qValues(pValues[i] as number[]).entries()) expectClose(q, theirs[j], 'q');
    }
  });
});

it('the summary of 2,500 rows says what a second implementation counts from the rows', (context) => {
  const theirs = answered(context).rows;
  const profile = profileOf(rows);
  const few = { ...pipeline.bias.bootstrap_resamples, value: 39 };
  const summary = biasOf(manifestOf(profile, countsOf(rows)), profile, codedOf(rows), {
    ...pipeline.bias,
    bootstrap_resamples: few,
  });
  const [gender] = summary.attributes;
  const [pair] = summary.pairs;
  const compared = [
    ...[...(gender?.groups ?? []), gender?.missing, gender?.unreadable].map((group) => [group?.group, group?.outcomes]),
    ...(pair?.groups ?? []).map(({ groups, outcomes }) => [groups.join(' '), outcomes]),
  ] as [string, (typeof summary.pairs)[number]['groups'][number]['outcomes']][];
  expect(compared.map(([name]) => name)).toHaveLength(4 + 6);
  for (const [name, outcomes] of compared) {
    for (const { outcome, measures } of outcomes) {
      const expected = theirs[name]?.[outcome] ?? {};
      expect(Object.keys(measures ?? {}).sort()).toEqual(Object.keys(expected).sort());
      for (const [measure, { value }] of Object.entries(measures ?? {})) {
        const what = `${measure} of ${outcome} of ${name}: ${value} beside ${expected[measure]}`;
        // A summary is rounded to 6 decimals; ln(1 + total_spent) to millionths.
        if (value === null) expect(expected[measure], what).toBeNull();
        else expect(Math.abs(value - (expected[measure] ?? Number.NaN)), what).toBeLessThanOrEqual(1.5e-6);
      }
    }
  }
});
