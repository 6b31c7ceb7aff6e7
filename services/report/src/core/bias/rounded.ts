/** Rounded to 6 decimals, half up: more than any interval of a report tells apart, and no sum's last digits. */
export function rounded(value: number): number {
  const result = Math.round(value * 1e6) / 1e6;
  return result === 0 ? 0 : result;
}
