/** The prints of one kind of all rows of a file, in file order: 16 bytes each, in memory or in a file. */
import { kernels, Region } from '../kernels.ts';
import { Spill } from './spill.ts';

export const PRINT_BYTES = 16;

/** kernels/sort.ts: an entry is a print and its number. */
const ENTRY_BYTES = 20;
/** kernels/sort.ts: entries are first put apart by ten bits. */
const PREFIXES = 1024;
/** kernels/sort.ts: twenty levels of 2,048 bytes. */
const WORK_BYTES = 20 * 2048;
/** How many rows are read at a time to be sorted. */
const BATCH_ROWS = 8192;

/** Which rows are to be sorted, and what their numbers are. */
export interface Selection {
  /** Address of two bytes of flags for each row, which must all have `flagsWanted`. */
  readonly flags: number;
  readonly flagsWanted: number;
  /** Address of a byte for each row, whose bits under `verdictMask` must be `verdictWanted`. */
  readonly verdicts: number;
  readonly verdictMask: number;
  readonly verdictWanted: number;
  /** The selected rows are numbered one after the other from 0, and not by their places in the file. */
  readonly isDense: boolean;
}

/** Sees sorted entries from `start` to `end`; prints that are equal come in one call. */
export type Visit = (start: number, end: number) => void;

export class PrintColumn {
  readonly #prints: Spill;
  /** How many prints have each prefix. */
  readonly #counts = newCounts();
  #size = 0;

  constructor(path: string, memoryMax: number) {
    this.#prints = new Spill(path, memoryMax);
  }

  /** How many bytes of it are in a file. */
  get written(): number {
    return this.#prints.written;
  }

  /** @param address of `count` prints in kernel memory */
  append(address: number, count: number): void {
    kernels.countPrefixes(address, count, this.#counts.address);
    this.#prints.append(address, count * PRINT_BYTES);
    this.#size += count;
  }

  seal(): void {
    this.#prints.seal();
  }

  /** After `seal`: address of `count` prints, until the next call. */
  view(firstRow: number, count: number): number {
    return this.#prints.view(firstRow * PRINT_BYTES, count * PRINT_BYTES);
  }

  /** After `seal`: sorts the selected rows, by print, then by number. Takes 20 bytes of memory a row of the column. */
  sort(selection: Selection, visit: Visit): void {
    sortInParts(this.#size, this.#counts, (row, count) => this.view(row, count), selection, visit);
    this.#prints.rest();
  }

  release(): void {
    this.#prints.release();
    this.#counts.release();
  }
}

/** Sorts `count` keys that are laid out as prints, numbered from 0. Takes 20 bytes of memory a key. */
export function sortKeys(keys: Region, count: number, visit: Visit): void {
  const counts = newCounts();
  try {
    kernels.countPrefixes(keys.address, count, counts.address);
    const all = { flags: 0, flagsWanted: 0, verdicts: 0, verdictMask: 0, verdictWanted: 0, isDense: true };
    sortInParts(count, counts, (first) => keys.address + first * PRINT_BYTES, all, visit);
  } finally {
    counts.release();
  }
}

function newCounts(): Region {
  const counts = new Region(PREFIXES * 4);
  counts.u8.fill(0);
  return counts;
}

/** @param counts how many of the prints have each prefix: room for all of them, of which the selected fill a part */
function sortInParts(
  size: number,
  counts: Region,
  view: (firstRow: number, count: number) => number,
  selection: Selection,
  visit: Visit,
): void {
  const entries = new Region(size * ENTRY_BYTES);
  const cursors = new Region(PREFIXES * 4);
  const work = new Region(WORK_BYTES);
  try {
    const starts = new Uint32Array(PREFIXES);
    let at = entries.address;
    counts.u32.forEach((count, prefix) => {
      starts[prefix] = at;
      at += count * ENTRY_BYTES;
    });
    cursors.u32.set(starts);
    for (let row = 0, number = 0; row < size; row += BATCH_ROWS) {
      const count = Math.min(BATCH_ROWS, size - row);
      number = kernels.scatterPrints(
        view(row, count),
        count,
        selection.flags + row * 2,
        selection.flagsWanted,
        selection.verdicts + row,
        selection.verdictMask,
        selection.verdictWanted,
        number,
        selection.isDense,
        cursors.address,
      );
    }
    cursors.u32.slice().forEach((end, prefix) => {
      const start = starts[prefix] as number;
      if (start === end) return;
      kernels.sortPrints(start, end, work.address);
      visit(start, end);
    });
  } finally {
    entries.release();
    cursors.release();
    work.release();
  }
}
