/** From a value and its resamples to an estimate with a 95 % interval. */
import type { BiasEstimate } from '@tastetrend/contracts';
import { withheldEstimate } from './estimate.ts';
import { rounded } from './rounded.ts';

const QUANTILE = 0.025;

/**
 * Of a measure that may lie below 0 or above: the percentile interval.
 * @param resamples sorted in place; what cannot be computed in a resample (NaN) counts as too high
 */
export function signedEstimate(value: number, resamples: Float64Array): BiasEstimate {
  return estimate(value, resamples, (low, high) => [low, high]);
}

/**
 * Of a distance, which is never below 0, and is too high in a resample as it is in the file: the upper percentile is a safe
 * upper bound, and as far as it lies above the value the lower bound lies below it, at 0 at least. Whether it is above 0 at
 * all its test says, and not this.
 */
export function distanceEstimate(value: number, resamples: Float64Array): BiasEstimate {
  return estimate(value, resamples, (_, high) => [Math.max(0, 2 * value - high), Math.max(value, high)]);
}

function estimate(
  value: number,
  resamples: Float64Array,
  boundsOf: (low: number, high: number) => readonly [number, number],
): BiasEstimate {
  if (!Number.isFinite(value)) return withheldEstimate('support');
  resamples.sort();
  // What is the same in every resample says nothing of chance: a share of 0 or 1, for example.
  if (resamples[0] === resamples.at(-1)) return { value: rounded(value), low: null, high: null, reason: null };
  const place = Math.round((resamples.length + 1) * QUANTILE);
  const [low, high] = boundsOf(resamples[place - 1] as number, resamples[resamples.length - place] as number);
  return { value: rounded(value), low: finite(low), high: finite(high), reason: null };
}

/** A bound that is infinite, or cannot be computed, is none. */
export function finite(value: number): number | null {
  return Number.isFinite(value) ? rounded(value) : null;
}
