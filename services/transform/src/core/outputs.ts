/** What is shared by the two kinds of file: where a file comes from, and where its rows go. */
import { limitOf } from '@tastetrend/contracts';
import type { RowGroup } from './parquet/types.ts';
import type { ProfileBuilder } from './profile-builder.ts';
import type { QuarantinedRow, RowPlace } from './read-rows.ts';

/** What the outputs say about where they come from. */
export interface FileContext {
  readonly identity: string;
  /** The raw object's key. */
  readonly sourceFile: string;
  /** Its versionId, or `etag:…`. */
  readonly sourceVersion: string;
  /** The version's LastModified, ISO 8601 in UTC. */
  readonly uploadedAt: string;
  /** Told how much is done, from 0 to 1, at every hundredth. */
  readonly onProgress?: (share: number) => void;
}

/** Where the two kinds of file write what they find. */
export interface Outputs {
  readonly profile: ProfileBuilder;
  /** A folder for temporary files, which are gone when the file is done. */
  readonly directory: string;
  writeRowGroup(group: RowGroup): Promise<void>;
  duplicate(place: RowPlace, rule: 'exact' | 'copy', repeatsLine: number, reviewId: string | null): void;
  quarantined(row: QuarantinedRow): void;
}

/** Thrown through the reader to stop it at once, and caught here: more rows than the index may hold. */
export class TooManyRows extends Error {
  override readonly name = 'TooManyRows';
}

/** Throws when a row more would be over the limit on rows. */
export function assertRowsWithinLimit(rows: number): void {
  if (rows > limitOf('rows_max')) throw new TooManyRows();
}
