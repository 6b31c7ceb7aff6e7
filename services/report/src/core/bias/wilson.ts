/** Intervals of shares whose rows are only counted, not held: in closed form, and so without resampling. */

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** The normal distribution's 97.5 % point: 95 % lie within it on either side. */
const Z = 1.959963984540054;

/**
 * Wilson's score interval of a share at 95 %, on the effective number of rows: n / design effect, since rows of one
 * review_id tell less than as many rows of different ones (Kish 1965; as Korn & Graubard 1998 do for surveys).
 * Source: Wilson 1927; Brown, Cai & DasGupta 2001.
 * @param part rows with it, of `whole` rows (above 0)
 * @param designEffect variance of the share over that of as many independent rows; 1 or more
 */
export function wilsonInterval(part: number, whole: number, designEffect: number): Interval {
  const n = whole / designEffect;
  const share = part / whole;
  const middle = (share + (Z * Z) / (2 * n)) / (1 + (Z * Z) / n);
  const half = (Z / (1 + (Z * Z) / n)) * Math.sqrt((share * (1 - share)) / n + (Z * Z) / (4 * n * n));
  // A share of 0 or 1 has itself for a bound; rounding may miss it by the last digit.
  return { low: part === 0 ? 0 : Math.max(0, middle - half), high: part === whole ? 1 : Math.min(1, middle + half) };
}

/**
 * Newcombe's hybrid score interval of a difference of two shares, from the Wilson interval of each.
 * Source: Newcombe 1998, "Interval estimation for the difference between independent proportions", method 10.
 */
export function newcombeInterval(first: number, of: Interval, second: number, ofSecond: Interval): Interval {
  const difference = first - second;
  return {
    low: difference - Math.hypot(first - of.low, ofSecond.high - second),
    high: difference + Math.hypot(of.high - first, second - ofSecond.low),
  };
}
