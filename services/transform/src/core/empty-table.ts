/** The table of a file that was removed: its columns, and no rows. */
import {
  RESTAURANT_INFO_COLUMNS,
  REVIEW_COLUMNS,
  type Removal,
  removalIdentityOf,
  removalIdOf,
  removalVersionIdOf,
} from '@tastetrend/contracts';
import { type LocalOutput, OutputFile } from './output-files.ts';
import type { OpenParquetWriter } from './parquet/types.ts';

/**
 * Writes it below the folder. Its footer names the removal, so that readers tell it from a file without rows, and so that
 * two removals of one key differ in their ETag.
 */
export async function writeEmptyTable(
  removal: Removal,
  directory: string,
  openWriter: OpenParquetWriter,
): Promise<LocalOutput> {
  const identity = removalIdentityOf(removal);
  const file = new OutputFile(directory, 'table');
  try {
    const writer = await openWriter(file, {
      columns: removal.kind === 'reviews' ? REVIEW_COLUMNS : RESTAURANT_INFO_COLUMNS,
      metadata: {
        'tastetrend.identity': identity,
        'tastetrend.kind': removal.kind,
        'tastetrend.source_file': removal.key,
        'tastetrend.source_version': removalVersionIdOf(removal),
        'tastetrend.removal_id': removalIdOf(identity),
      },
    });
    await writer.finish();
    return file.close();
  } finally {
    file.release();
  }
}
