/** The port: texts in, one vector each out. */

export interface Embedder {
  /** Vectors of two names do not compare: a store holds those of one. */
  readonly name: string;
  readonly dimensions: number;
  /** @returns vectors of length 1, in the order of the texts; the same text has the same. */
  embed(texts: readonly string[]): Promise<Float32Array[]>;
  close(): Promise<void>;
}

/** @returns a copy of length 1; zeros stay zeros */
export function ofLengthOne(values: readonly number[] | Float32Array): Float32Array {
  const length = Math.hypot(...values);
  return Float32Array.from(values, (value) => (length === 0 ? 0 : value / length));
}
