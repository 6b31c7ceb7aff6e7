/** What a refresh of the rollup needs of the processed bucket. */
import type { CurrentTableFacts } from '@tastetrend/contracts';

export interface Found {
  readonly text: string;
  /** As the object was read; what is written over must still have it. */
  readonly etag: string;
  readonly metadata: Readonly<Record<string, string>>;
}

export interface Listed {
  readonly key: string;
  readonly etag: string;
}

export interface RollupPorts {
  /** Objects below a prefix in the order of their keys, a page at a time; only those behind `after`. @throws BrokenWorldError */
  listed(prefix: string, after?: string): AsyncIterable<readonly Listed[]>;
  /** Prefixes of keys below a prefix up to the next `/`, in their order. @throws BrokenWorldError */
  folders(prefix: string): Promise<readonly string[]>;
  /** @returns undefined when it is not there. @throws BrokenWorldError */
  read(key: string): Promise<Found | undefined>;
  /**
   * Writes over the very object that was read, or, without an etag, what is not there yet.
   * @returns `refused` when another was quicker. @throws BrokenWorldError
   */
  write(
    key: string,
    over: string | undefined,
    text: string,
    metadata?: Readonly<Record<string, string>>,
  ): Promise<'written' | 'refused'>;
  /** Whose table lies there. @returns undefined when there is none. @throws BrokenWorldError */
  currentTable(tableKey: string): Promise<CurrentTableFacts | undefined>;
}
