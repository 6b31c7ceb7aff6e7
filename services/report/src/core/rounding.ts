/** Quotients of counts, rounded exactly: the same integers give the same digits on every machine. */

/**
 * numerator / denominator, rounded to `decimals` places, half away from zero; computed on integers throughout.
 * @throws RangeError when the denominator is not positive: the caller decides what an empty denominator means
 */
export function roundedQuotient(numerator: bigint, denominator: bigint, decimals: number): number {
  if (denominator <= 0n) throw new RangeError(`no quotient over ${denominator}`);
  const scale = 10n ** BigInt(decimals);
  const size = numerator < 0n ? -numerator : numerator;
  const rounded = Number((2n * size * scale + denominator) / (2n * denominator)) / Number(scale);
  return numerator < 0n && rounded !== 0 ? -rounded : rounded;
}

/** `part` of `whole` in percent, 2 decimals; null where there is nothing to divide by. */
export function percentOf(part: number, whole: number): number | null {
  return whole === 0 ? null : roundedQuotient(BigInt(part) * 100n, BigInt(whole), 2);
}
