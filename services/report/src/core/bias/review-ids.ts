/**
 * Numbers review_ids, 0, 1, 2, … in the order in which they come, without keeping one: rows of one id are not independent,
 * and all that is asked of the ids is which rows share one. Ids are told apart by 128 bits of hash, so that two of 2,000,000
 * are taken for one with a chance of 10^-26; that would cost one cluster, not a row.
 */
export class ReviewIds {
  #hashes = new Uint32Array(4 * 1024);
  /** Number of the id + 1, by hash; 0 where there is none. */
  #slots = new Uint32Array(4096);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** The number of a row that has no id: one of its own, since a missing id makes no two rows belong together. */
  ofNoId(): number {
    if (4 * this.#count === this.#hashes.length) this.#grow();
    return this.#count++;
  }

  /** @param id its bytes in UTF-8 */
  of(id: Uint8Array): number {
    let h0 = 0x9e3779b9 ^ id.length;
    let h1 = 0x85ebca6b;
    let h2 = 0xc2b2ae35;
    let h3 = 0x27d4eb2f;
    for (let i = 0; i < id.length; i++) {
      const byte = id[i] as number;
      h0 = Math.imul(h0 ^ byte, 0x01000193);
      h1 = Math.imul(h1 ^ byte, 0x5bd1e995);
      h2 = Math.imul(h2 ^ byte, 0x1b873593);
      h3 = Math.imul(h3 ^ byte, 0x2c1b3c6d);
    }
    h0 = mixed(h0 ^ (h3 >>> 15));
    h1 = mixed(h1 ^ (h0 >>> 13));
    h2 = mixed(h2 ^ (h1 >>> 11));
    h3 = mixed(h3 ^ (h2 >>> 14));
    if (4 * this.#count === this.#hashes.length) this.#grow();
    const hashes = this.#hashes;
    const mask = this.#slots.length - 1;
    for (let slot = h0 & mask; ; slot = (slot + 1) & mask) {
      const found = this.#slots[slot] as number;
      if (found === 0) {
        hashes.set([h0, h1, h2, h3], 4 * this.#count);
        this.#slots[slot] = ++this.#count;
        return this.#count - 1;
      }
      const at = 4 * (found - 1);
      const isThis =
        hashes[at] === h0 >>> 0 &&
        hashes[at + 1] === h1 >>> 0 &&
        hashes[at + 2] === h2 >>> 0 &&
        hashes[at + 3] === h3 >>> 0;
      if (isThis) return found - 1;
    }
  }

  #grow(): void {
    const hashes = new Uint32Array(this.#hashes.length * 2);
    hashes.set(this.#hashes);
    const isTaken = new Uint8Array(this.#hashes.length / 4);
    for (const number of this.#slots) if (number !== 0) isTaken[number - 1] = 1;
    const slots = new Uint32Array(this.#slots.length * 2);
    for (let number = 0; number < this.#count; number++) {
      if (isTaken[number] === 0) continue;
      let slot = (hashes[4 * number] as number) & (slots.length - 1);
      while (slots[slot] !== 0) slot = (slot + 1) & (slots.length - 1);
      slots[slot] = number + 1;
    }
    this.#hashes = hashes;
    this.#slots = slots;
  }
}

/** Spreads every bit of a word over all of it (the finalizer of MurmurHash3, Appleby 2011). */
function mixed(word: number): number {
  let h = word ^ (word >>> 16);
  h = Math.imul(h, 0x85ebca6b);
  h ^= h >>> 13;
  h = Math.imul(h, 0xc2b2ae35);
  return h ^ (h >>> 16);
}
