/**
 * What a set of chunks holds, in typed arrays: 56 bytes a chunk and no strings, so that a million fit. Names are 128 bits
 * wide: two that are equal are taken for the same.
 */

/** Four 32-bit words. */
const WORDS = 4;
const START_CAPACITY = 1_024;

/** Distinct 128-bit names, numbered in the order in which they came. */
export class NameTable {
  size = 0;
  #names = new Uint32Array(START_CAPACITY * WORDS);
  /** Number + 1 of the name in a slot; 0 for none. Twice as many slots as names. */
  #slots = new Uint32Array(START_CAPACITY * 2);

  /** @param name 32 hex digits. @returns its number; −1 when it is not there */
  find(name: string): number {
    return (this.#slots[this.#slotOf(wordsOf(name))] ?? 0) - 1;
  }

  /** @returns the number of the name, and whether it was not there before */
  add(name: string): { readonly number: number; readonly isNew: boolean } {
    const words = wordsOf(name);
    let slot = this.#slotOf(words);
    const found = (this.#slots[slot] ?? 0) - 1;
    if (found >= 0) return { number: found, isNew: false };
    if ((this.size + 1) * WORDS > this.#names.length) {
      this.#grow();
      slot = this.#slotOf(words);
    }
    this.#names.set(words, this.size * WORDS);
    this.size += 1;
    this.#slots[slot] = this.size;
    return { number: this.size - 1, isNew: true };
  }

  /** The name of a number, 32 hex digits. */
  nameOf(number: number): string {
    let name = '';
    for (let word = 0; word < WORDS; word += 1) {
      name += (this.#names[number * WORDS + word] ?? 0).toString(16).padStart(8, '0');
    }
    return name;
  }

  /** The slot that holds the name, or the one where it would be put. */
  #slotOf(words: readonly number[]): number {
    const mask = this.#slots.length - 1;
    for (let slot = (words[0] ?? 0) & mask; ; slot = (slot + 1) & mask) {
      const number = (this.#slots[slot] ?? 0) - 1;
      if (number < 0 || words.every((word, at) => this.#names[number * WORDS + at] === word)) return slot;
    }
  }

  #grow(): void {
    const names = new Uint32Array(this.#names.length * 2);
    names.set(this.#names);
    this.#names = names;
    this.#slots = new Uint32Array(this.#slots.length * 2);
    const mask = this.#slots.length - 1;
    for (let number = 0; number < this.size; number += 1) {
      let slot = (names[number * WORDS] ?? 0) & mask;
      while (this.#slots[slot] !== 0) slot = (slot + 1) & mask;
      this.#slots[slot] = number + 1;
    }
  }
}

function wordsOf(name: string): number[] {
  const words: number[] = [];
  for (let at = 0; at < WORDS * 8; at += 8) words.push(Number.parseInt(name.slice(at, at + 8), 16));
  return words;
}

/** The chunks of a set: which there are, what each says beside its text, and which texts they need. */
export class ChunkIndex {
  readonly #chunks = new NameTable();
  readonly #vectors = new NameTable();
  #says = new Uint32Array(START_CAPACITY * WORDS);
  #seen = new Uint8Array(START_CAPACITY);

  /** @param says 32 hex digits: a digest of all that the chunk says. @returns whether the chunk was not there */
  add(chunkId: string, vectorId: string, says: string): boolean {
    const { number, isNew } = this.#chunks.add(chunkId);
    if (!isNew) return false;
    if ((number + 1) * WORDS > this.#says.length) {
      const wider = new Uint32Array(this.#says.length * 2);
      wider.set(this.#says);
      this.#says = wider;
      const more = new Uint8Array(this.#seen.length * 2);
      more.set(this.#seen);
      this.#seen = more;
    }
    this.#says.set(wordsOf(says), number * WORDS);
    this.#vectors.add(vectorId);
    return true;
  }

  /** Marks a chunk as seen. @returns whether it is there and says the same */
  see(chunkId: string, says: string): 'same' | 'other' | 'absent' {
    const number = this.#chunks.find(chunkId);
    if (number < 0) return 'absent';
    this.#seen[number] = 1;
    return wordsOf(says).every((word, at) => this.#says[number * WORDS + at] === word) ? 'same' : 'other';
  }

  /** @returns whether the text is known from now on only */
  addVector(vectorId: string): boolean {
    return this.#vectors.add(vectorId).isNew;
  }

  /** The chunks that nobody has seen, in the order in which they were added. */
  *unseen(): Generator<string> {
    for (let number = 0; number < this.#chunks.size; number += 1) {
      if (this.#seen[number] === 0) yield this.#chunks.nameOf(number);
    }
  }
}
