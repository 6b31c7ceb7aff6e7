/** How far the readings of a file have come, as one share that only grows. */

/** What each reading is of the whole work, about: once to learn, once to write; reading anew adds nothing. */
const SHARES = { learning: [0, 0.4], writing: [0.4, 1] } as const;

export class Progress {
  #bytesAll: number;
  readonly #onProgress: ((share: number) => void) | undefined;
  #said = 0;

  /** @param bytesAll of the text that every reading reads, about */
  constructor(bytesAll: number, onProgress: ((share: number) => void) | undefined) {
    this.#bytesAll = bytesAll;
    this.#onProgress = onProgress;
  }

  /** @param bytes of the text, exactly */
  learned(bytes: number): void {
    this.#bytesAll = bytes;
  }

  /** @param bytes that this reading has read by now */
  at(reading: keyof typeof SHARES, bytes: number): void {
    const [from, to] = SHARES[reading];
    const share = from + (to - from) * Math.min(1, bytes / Math.max(1, this.#bytesAll));
    const hundredth = Math.floor(share * 100) / 100;
    if (hundredth <= this.#said) return;
    this.#said = hundredth;
    this.#onProgress?.(hundredth);
  }
}
