/** The review_uids that were written to a table, of which none may stand there twice. */
import { join } from 'node:path';
import { kernels, Region } from '../kernels.ts';
import { PRINT_BYTES, PrintColumn } from './print-column.ts';
import { SPILL_BYTES } from './spill.ts';

const ALL = { flags: 0, flagsWanted: 0, verdicts: 0, verdictMask: 0, verdictWanted: 0, isDense: true };

export class WrittenUids {
  readonly #uids: PrintColumn;
  readonly #batch = new Region(1 << 15);

  /** @param directory a folder for a temporary file, which is made when there are many */
  constructor(directory: string) {
    this.#uids = new PrintColumn(join(directory, 'written-uids'), SPILL_BYTES);
  }

  /** @param rows address of `count` row numbers @param prints address of the batch's prints, 16 bytes a row */
  add(rows: number, count: number, prints: number): void {
    this.#batch.grow(count * PRINT_BYTES);
    kernels.gatherPrints(rows, count, prints, this.#batch.address);
    this.#uids.append(this.#batch.address, count);
  }

  /** Takes 20 bytes of memory a row. @throws when two rows were written with one review_uid */
  assertUnique(): void {
    this.#uids.seal();
    this.#uids.sort(ALL, (start, end) => {
      if (kernels.hasEqualPrints(start, end)) throw new Error('two rows of the table have the same review_uid');
    });
  }

  release(): void {
    this.#uids.release();
    this.#batch.release();
  }
}
