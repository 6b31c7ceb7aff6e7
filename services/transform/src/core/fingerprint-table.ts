/**
 * From a 128-bit fingerprint to a small number, in typed arrays: open addressing with linear probing, at most 3/4 full.
 * Numbers are given in the order of first sight, from 0. About 27–54 bytes a distinct fingerprint.
 */
import type { Fingerprint } from './fingerprints.ts';

export class FingerprintTable {
  #words: Uint32Array;
  #numbers: Int32Array;
  #mask: number;
  #size = 0;

  constructor(capacity = 1024) {
    this.#words = new Uint32Array(capacity * 4);
    this.#numbers = new Int32Array(capacity).fill(-1);
    this.#mask = capacity - 1;
  }

  /** How many different fingerprints there are. */
  get size(): number {
    return this.#size;
  }

  /** The fingerprint's number; a new one when it was not seen before. */
  numberOf(print: Fingerprint): number {
    if ((this.#size + 1) * 4 > (this.#mask + 1) * 3) this.#grow();
    const a = print.readUInt32LE(0);
    const b = print.readUInt32LE(4);
    const c = print.readUInt32LE(8);
    const d = print.readUInt32LE(12);
    const slot = this.#slotOf(a, b, c, d);
    const known = this.#numbers[slot] as number;
    if (known >= 0) return known;
    const at = slot * 4;
    this.#words[at] = a;
    this.#words[at + 1] = b;
    this.#words[at + 2] = c;
    this.#words[at + 3] = d;
    this.#numbers[slot] = this.#size;
    return this.#size++;
  }

  /** Where the fingerprint is, or else the empty slot where it belongs. */
  #slotOf(a: number, b: number, c: number, d: number): number {
    const words = this.#words;
    let slot = a & this.#mask;
    while ((this.#numbers[slot] as number) >= 0) {
      const at = slot * 4;
      if (words[at] === a && words[at + 1] === b && words[at + 2] === c && words[at + 3] === d) return slot;
      slot = (slot + 1) & this.#mask;
    }
    return slot;
  }

  #grow(): void {
    const words = this.#words;
    const numbers = this.#numbers;
    const capacity = numbers.length * 2;
    this.#words = new Uint32Array(capacity * 4);
    this.#numbers = new Int32Array(capacity).fill(-1);
    this.#mask = capacity - 1;
    for (let old = 0; old < numbers.length; old++) {
      const number = numbers[old] as number;
      if (number < 0) continue;
      const at = old * 4;
      const print = words.subarray(at, at + 4);
      const slot = this.#slotOf(print[0] as number, print[1] as number, print[2] as number, print[3] as number);
      this.#words.set(print, slot * 4);
      this.#numbers[slot] = number;
    }
  }
}

/** A growing array of 32-bit integers. */
export class IntList {
  #values = new Int32Array(1024);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  push(value: number): void {
    if (this.#length === this.#values.length) {
      const grown = new Int32Array(this.#length * 2);
      grown.set(this.#values);
      this.#values = grown;
    }
    this.#values[this.#length++] = value;
  }

  at(i: number): number {
    return this.#values[i] as number;
  }

  set(i: number, value: number): void {
    this.#values[i] = value;
  }
}
