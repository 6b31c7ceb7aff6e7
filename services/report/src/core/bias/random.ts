/**
 * Numbers as good as chance that follow from a seed alone: the same file version gets the same resamples, and so the same
 * bytes, wherever and however often it is reported. The generator is xoshiro128** (Blackman & Vigna 2021, "Scrambled
 * linear pseudorandom number generators"), its state the first 128 bits of a SHA-256.
 */
import { sha256Hex } from '@tastetrend/contracts';

export class Random {
  readonly #state: Uint32Array;

  /** @param purpose what it is for: two purposes of one seed have nothing in common */
  constructor(seed: string, purpose: string) {
    const digest = sha256Hex(`${seed} ${purpose}`);
    this.#state = Uint32Array.from([0, 8, 16, 24], (at) => Number.parseInt(digest.slice(at, at + 8), 16));
    // All zeros is the one state that never leaves itself.
    if (this.#state.every((word) => word === 0)) this.#state[0] = 1;
  }

  /** A whole number from 0 to 2^32 − 1. */
  next(): number {
    const state = this.#state;
    const [s0, s1, s2, s3] = state as unknown as [number, number, number, number];
    const scrambled = Math.imul(rotated(Math.imul(s1, 5), 7), 9) >>> 0;
    const third = s2 ^ s0;
    const fourth = s3 ^ s1;
    state[1] = s1 ^ third;
    state[0] = s0 ^ fourth;
    state[2] = third ^ (s1 << 9);
    state[3] = rotated(fourth, 11);
    return scrambled;
  }

  /** A whole number from 0 to n − 1, n up to 2^21; by multiplication, whose bias of n / 2^32 is far below what is measured. */
  below(n: number): number {
    return Math.floor((this.next() * n) / 4_294_967_296);
  }

  /** Puts the numbers from `start` to before `end` into any order, each as likely (Fisher & Yates; Durstenfeld 1964). */
  shuffle(numbers: Uint32Array, start = 0, end = numbers.length): void {
    for (let i = end - 1; i > start; i--) {
      const j = start + this.below(i - start + 1);
      const kept = numbers[i] as number;
      numbers[i] = numbers[j] as number;
      numbers[j] = kept;
    }
  }
}

function rotated(word: number, bits: number): number {
  return (word << bits) | (word >>> (32 - bits));
}
