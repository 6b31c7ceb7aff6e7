/**
 * A raw file on disk becomes its outputs on disk: table, quarantine, duplicates, profile. No clock, no random value, no
 * map order, no AWS: the same bytes in give the same bytes out. Rows pass by and are never held: once to learn what the
 * file says about scales and dates, once to learn which rows repeat which, once to write.
 */
import {
  type Column,
  type Counts,
  type Inference,
  type Profile,
  profileSchema,
  RESTAURANT_INFO_COLUMNS,
  REVIEW_COLUMNS,
  type Rejection,
  type ReviewColumn,
} from '@tastetrend/contracts';
import { type LocalOutput, OutputFile } from './output-files.ts';
import { type FileContext, type Outputs, TooManyRows } from './outputs.ts';
import type { OpenParquetWriter } from './parquet/types.ts';
import { ProfileBuilder } from './profile-builder.ts';
import { type FileHead, type FileKind, readHead } from './read-rows.ts';
import { rejectionOf } from './rejection.ts';
import { UnreadableFile } from './source/compression.ts';
import { transformRestaurantInfo } from './transform-restaurant-info.ts';
import { transformReviews } from './transform-reviews.ts';

export type FileResult =
  | { readonly kind: 'rejected'; readonly rejection: Rejection }
  | {
      readonly kind: 'processed';
      readonly fileKind: FileKind;
      readonly counts: Counts;
      readonly inferred: Inference;
      readonly profile: Profile;
      readonly outputs: readonly LocalOutput[];
    };

/**
 * @param path the raw bytes on disk, as they were uploaded
 * @param outputDirectory an empty folder for the outputs
 */
export async function transformFile(
  path: string,
  context: FileContext,
  outputDirectory: string,
  openWriter: OpenParquetWriter,
): Promise<FileResult> {
  const head = await readHead(path);
  if ('rule' in head) return { kind: 'rejected', rejection: head };
  try {
    return head.kind === 'reviews'
      ? await write(head, context, outputDirectory, openWriter, REVIEW_COLUMNS, transformReviews)
      : await write(head, context, outputDirectory, openWriter, RESTAURANT_INFO_COLUMNS, transformRestaurantInfo);
  } catch (error) {
    if (error instanceof UnreadableFile) return { kind: 'rejected', rejection: rejectionOf(error.rule) };
    if (error instanceof TooManyRows) return { kind: 'rejected', rejection: rejectionOf('too_many_rows') };
    throw error;
  }
}

/** Columns by single values of which rows are looked up, and whose ranges tell nothing. */
const LOOKED_UP: readonly ReviewColumn[] = ['review_uid', 'review_id'];

type Transform = (
  head: FileHead,
  context: FileContext,
  outputs: Outputs,
) => Promise<
  Pick<Inference, 'columns' | 'rating_scale' | 'date_orders'> & Partial<Pick<Inference, 'encoding' | 'delimiter'>>
>;

async function write(
  head: FileHead,
  context: FileContext,
  directory: string,
  openWriter: OpenParquetWriter,
  columns: readonly Column[],
  transform: Transform,
): Promise<FileResult> {
  const files = (['table', 'quarantine', 'duplicates', 'profile'] as const).map(
    (role) => new OutputFile(directory, role),
  );
  const [table, quarantine, duplicates, profileFile] = files as [OutputFile, OutputFile, OutputFile, OutputFile];
  try {
    const profile = new ProfileBuilder(columns.map(({ name }) => name));
    const metadata = footerMetadata(head, context);
    const bloomFilters = head.kind === 'reviews' ? LOOKED_UP : [];
    const writer = await openWriter(table, { columns, metadata, bloomFilters });
    const inferred = await transform(head, context, {
      profile,
      directory,
      writeRowGroup: (group) => writer.writeRowGroup(group),
      duplicate: (place, rule, repeatsLine, reviewId) => {
        const { line, byteOffset } = place;
        const facts = { line, byte_offset: byteOffset, rule, repeats_line: repeatsLine, review_id: reviewId };
        duplicates.writeRow(facts, place.raw());
      },
      quarantined: (row) => {
        const { line, byteOffset, reason, part, reachesLine } = row;
        if (part === undefined || part === 1) profile.quarantined(reason, line);
        const raw = row.raw();
        const facts = { line, byte_offset: byteOffset, byte_length: raw.length, reason };
        // Undefined is left out: most rows have neither.
        quarantine.writeRow({ ...facts, part, reaches_line: reachesLine }, raw);
      },
    });
    await writer.finish();
    const document = profileSchema.parse(profile.build(context.identity, head.kind));
    profileFile.write(Buffer.from(`${JSON.stringify(document, null, 1)}\n`));
    return {
      kind: 'processed',
      fileKind: head.kind,
      counts: profile.counts,
      inferred: { ...head.inferred, ...inferred },
      profile: document,
      outputs: files.map((file) => file.close()),
    };
  } finally {
    for (const file of files) file.release();
  }
}

/** In the footer, so that equal content of two versions is told apart: by readers, and by the object's ETag. */
function footerMetadata(head: FileHead, context: FileContext): Record<string, string> {
  return {
    'tastetrend.identity': context.identity,
    'tastetrend.kind': head.kind,
    'tastetrend.source_file': context.sourceFile,
    'tastetrend.source_version': context.sourceVersion,
  };
}
