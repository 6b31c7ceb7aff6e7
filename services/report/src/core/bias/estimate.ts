import type { BiasEstimate, BiasReason } from '@tastetrend/contracts';

/** No value, and why. */
export function withheldEstimate(reason: BiasReason): BiasEstimate {
  return { value: null, low: null, high: null, reason };
}
