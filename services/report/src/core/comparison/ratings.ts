/** How the ratings of two uploads differ. */
import type { Comparison, Histogram, KeptMonthCell } from '@tastetrend/contracts';
import { Random } from '../bias/random.ts';
import { rounded } from '../bias/rounded.ts';
import { normalDraw } from './normal.ts';

type Ratings = NonNullable<Comparison['ratings']>;

export interface RatedUpload {
  readonly bins: Histogram['bins'];
  readonly cells: readonly KeptMonthCell[];
  readonly rows: number;
  readonly reviews: number;
}

const DRAWS = 1_999;
const NOISE_SHARE = 0.95;
const Z = 1.959963984540054;

/** @returns null where one of both has no ratings */
export function compareRatings(before: RatedUpload, now: RatedUpload, seed: string): Ratings | null {
  const [ratedBefore, ratedNow] = [ratedOf(before), ratedOf(now)];
  if (ratedBefore === 0 || ratedNow === 0) return null;
  const edges = [...new Set([...before.bins, ...now.bins].map(({ from }) => Number(from)))].sort((a, b) => a - b);
  const shares = ({ bins }: RatedUpload, rated: number) =>
    edges.map((edge) => (bins.find(({ from }) => Number(from) === edge)?.count ?? 0) / rated);
  const [one, other] = [shares(before, ratedBefore), shares(now, ratedNow)];
  return {
    bins: edges.map((from, i) => ({ from, before: rounded(one[i] ?? 0), now: rounded(other[i] ?? 0) })),
    mean: changeOfMean(before, one, now, other, edges),
    total_variation: testedDistance(one, drawsOf(before, ratedBefore), other, drawsOf(now, ratedNow), seed),
  };
}

function ratedOf({ bins }: RatedUpload): number {
  return bins.reduce((sum, { count }) => sum + count, 0);
}

/** As many independent draws as the rated rows are worth at least: the part of the review_ids that they are of the rows. */
function drawsOf({ rows, reviews }: RatedUpload, rated: number): number {
  return Math.max(1, Math.min(rated, (rated * reviews) / rows));
}

/** The mean itself is exact, its variance that of the half stars. */
function changeOfMean(
  before: RatedUpload,
  sharesBefore: readonly number[],
  now: RatedUpload,
  sharesNow: readonly number[],
  edges: readonly number[],
): Ratings['mean'] {
  const mean = ({ cells }: RatedUpload) => {
    const sum = cells.reduce((total, cell) => total + cell.rating_sum_hundredths, 0);
    return sum / 100 / cells.reduce((total, cell) => total + cell.rated, 0);
  };
  const variance = (upload: RatedUpload, shares: readonly number[]) => {
    const middle = shares.reduce((sum, share, i) => sum + share * (edges[i] as number), 0);
    const spread = shares.reduce((sum, share, i) => sum + share * ((edges[i] as number) - middle) ** 2, 0);
    return spread / drawsOf(upload, ratedOf(upload));
  };
  const [one, other] = [mean(before), mean(now)];
  const half = Z * Math.sqrt(variance(before, sharesBefore) + variance(now, sharesNow));
  return {
    before: rounded(one),
    now: rounded(other),
    change: rounded(other - one),
    low: rounded(other - one - half),
    high: rounded(other - one + half),
  };
}

/**
 * Total variation against what it is when nothing changed: both drawn from the pooled shares. The differences of two such
 * multinomials are normal in the limit, with covariance (1/n + 1/m)(diag p − p pᵀ), and are drawn from that.
 */
function testedDistance(
  before: readonly number[],
  drawsBefore: number,
  now: readonly number[],
  drawsNow: number,
  seed: string,
): Ratings['total_variation'] {
  const value = distance(before.map((share, i) => (now[i] as number) - share));
  const pooled = before.map(
    (share, i) => (share * drawsBefore + (now[i] as number) * drawsNow) / (drawsBefore + drawsNow),
  );
  const scale = Math.sqrt(1 / drawsBefore + 1 / drawsNow);
  const random = new Random(seed, 'rating drift');
  const chance = Array.from({ length: DRAWS }, () => scale * distance(chanceDifference(pooled, random)));
  const asFar = chance.filter((drawn) => drawn >= value - 1e-12).length;
  chance.sort((a, b) => a - b);
  return {
    value: rounded(value),
    noise_floor: rounded(Math.min(1, chance[Math.ceil(NOISE_SHARE * DRAWS) - 1] as number)),
    p_value: rounded((asFar + 1) / (DRAWS + 1)),
    q_value: 1,
    flagged: false,
  };
}

function chanceDifference(pooled: readonly number[], random: Random): number[] {
  const drawn = pooled.map((share) => Math.sqrt(share) * normalDraw(random));
  const sum = drawn.reduce((total, one) => total + one, 0);
  return drawn.map((one, i) => one - (pooled[i] as number) * sum);
}

function distance(differences: readonly number[]): number {
  return differences.reduce((sum, difference) => sum + Math.abs(difference), 0) / 2;
}
