/** Names of places: of each row of a row group a number, and of all rows how many have which. */
import { mostFrequent } from './sorted-values.ts';

/** A file of more places than this is one whose column holds something else; all further ones are one. */
const LABELS_MAX = 10_000;

export class Labels {
  readonly #numbers = new Map<string, number>();
  readonly #names: string[] = [];
  readonly #counts: number[] = [];
  #codes = new Uint16Array(0);
  #isFull = false;

  /** Different names; null when there were too many to be told apart. */
  get distinct(): number | null {
    return this.#isFull ? null : this.#names.length;
  }

  /** Forgets which row had which, and not how many had each. @param rows of the next row group */
  startGroup(rows: number): void {
    this.#codes = new Uint16Array(rows);
  }

  /** @param row within its row group */
  set(row: number, name: string | null | undefined): void {
    if (name == null) return;
    let number = this.#numbers.get(name);
    if (number === undefined) {
      if (this.#names.length === LABELS_MAX) {
        this.#isFull = true;
        number = LABELS_MAX + 1;
      } else {
        number = this.#names.push(name);
        this.#numbers.set(name, number);
      }
    }
    this.#codes[row] = number;
    this.#counts[number] = (this.#counts[number] ?? 0) + 1;
  }

  /** @returns null where there is no name; undefined where it is one of those that were too many */
  at(row: number): string | null | undefined {
    const code = this.#codes[row] ?? 0;
    return code === 0 ? null : this.#names[code - 1];
  }

  /** @returns null when there were too many to be counted: which came first would tell the order of the rows */
  top(cellMin: number): { value: string; count: number }[] | null {
    if (this.#isFull) return null;
    return mostFrequent(
      this.#names.map((name, i) => [name, this.#counts[i + 1] as number] as const),
      cellMin,
    );
  }
}
