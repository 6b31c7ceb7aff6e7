/** The distances of an outcome, in the order in which they are computed and reported; the first is the one that is tested. */
import { kolmogorovSmirnovOfCumulative } from '../measures/cumulative-kolmogorov-smirnov.ts';
import type { Counts } from '../measures/distribution.ts';
import { jensenShannon } from '../measures/jensen-shannon.ts';
import { kolmogorovSmirnovOfLabels } from '../measures/kolmogorov-smirnov.ts';
import { kullbackLeibler } from '../measures/kullback-leibler.ts';
import { lpNorm } from '../measures/lp-norm.ts';
import { totalVariation } from '../measures/total-variation.ts';
import { wasserstein1 } from '../measures/wasserstein.ts';
import type { Outcome } from './outcomes.ts';

type Distance = (d: Counts, a: Counts, positions: Counts) => number;

const OF_LABELS = {
  total_variation: totalVariation,
  kullback_leibler: kullbackLeibler,
  jensen_shannon: jensenShannon,
  lp_norm: (d: Counts, a: Counts) => lpNorm(d, a),
  kolmogorov_smirnov_labels: kolmogorovSmirnovOfLabels,
} satisfies Record<string, Distance>;

const OF_ORDER = {
  wasserstein_1: wasserstein1,
  kolmogorov_smirnov_cumulative: kolmogorovSmirnovOfCumulative,
} satisfies Record<string, Distance>;

export type DistanceName = keyof typeof OF_LABELS | keyof typeof OF_ORDER;
export type NamedDistance = readonly [DistanceName, Distance];

/**
 * Of a binary outcome total variation is |DPL|, and all others grow with it; of an ordered one Wasserstein-1 sees how far
 * labels are apart, which the others do not. So these two are tested, and a difference is tested once.
 */
const BINARY = Object.entries(OF_LABELS) as NamedDistance[];
const ORDERED = [...Object.entries(OF_ORDER), ...Object.entries(OF_LABELS)] as NamedDistance[];

export function distancesOf(outcome: Outcome): readonly NamedDistance[] {
  return outcome.kind === 'binary' ? BINARY : ORDERED;
}
