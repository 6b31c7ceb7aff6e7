/**
 * Seeded randomness: sfc32 (Chris Doty-Humphrey, PractRand), seeded through a murmur3-style mix. Integers only, so the
 * same seed gives the same draws on every platform and every engine.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #count: number;

  /** `parts` name the stream: equal parts give equal draws, and any other part gives an unrelated stream. */
  constructor(...parts: readonly number[]) {
    let h = 0x9e3779b9;
    const absorb = (word: number) => {
      h = Math.imul(h ^ word, 0x85ebca6b);
      h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
      h ^= h >>> 16;
      return h;
    };
    for (const part of parts) {
      absorb(part >>> 0);
      absorb(Math.floor(part / 0x1_0000_0000) >>> 0);
    }
    this.#a = absorb(1);
    this.#b = absorb(2);
    this.#c = absorb(3);
    this.#count = 1;
    for (let i = 0; i < 8; i++) this.uint32();
  }

  /** A whole number from 0 to 2^32 − 1. */
  uint32(): number {
    const result = (((this.#a + this.#b) | 0) + this.#count) | 0;
    this.#count = (this.#count + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((((this.#c << 21) | (this.#c >>> 11)) >>> 0) + result) | 0;
    return result >>> 0;
  }

  /** A number from 0 up to, but not including, 1. */
  fraction(): number {
    return this.uint32() / 0x1_0000_0000;
  }

  /** A whole number from 0 to `limit` − 1. */
  below(limit: number): number {
    return Math.floor(this.fraction() * limit);
  }

  /** A whole number from `low` to `high`, both included. */
  between(low: number, high: number): number {
    return low + this.below(high - low + 1);
  }

  /** True with the given probability. */
  chance(probability: number): boolean {
    return this.fraction() < probability;
  }

  /** One item of a list that is not empty. */
  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  /** One of the values, as often as its weight says. */
  weighted<T>(choices: readonly (readonly [T, number])[]): T {
    let left = this.fraction() * choices.reduce((sum, [, weight]) => sum + weight, 0);
    for (const [value, weight] of choices) {
      left -= weight;
      if (left < 0) return value;
    }
    return (choices[choices.length - 1] as readonly [T, number])[0];
  }

  /** The list in another order, in place (Fisher–Yates). */
  shuffle<T>(items: T[]): T[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.below(i + 1);
      const kept = items[i] as T;
      items[i] = items[j] as T;
      items[j] = kept;
    }
    return items;
  }
}
