/** The normal distribution, by formulas whose digits do not depend on a library. */
import type { Random } from '../bias/random.ts';

/**
 * P(Z > z) of a standard normal Z, for z from 0 on; absolute error below 1.2e-7, which is what a p-value is read to.
 * Source: Press et al., "Numerical Recipes", 6.2: the Chebyshev fit of erfc.
 */
export function normalTail(z: number): number {
  const x = z / Math.SQRT2;
  const t = 1 / (1 + 0.5 * x);
  const series = [
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806, 0.27886807, -1.13520398, 1.48851587, -0.82215223,
    0.17087277,
  ];
  const exponent = series.reduceRight((sum, coefficient) => sum * t + coefficient, 0);
  return (t * Math.exp(-x * x + exponent)) / 2;
}

/** A standard normal draw. Source: Box & Muller 1958. */
export function normalDraw(random: Random): number {
  // Never 0, of which there is no logarithm.
  const [u, v] = [(random.next() + 1) / 4_294_967_297, random.next() / 4_294_967_296];
  return Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
}
