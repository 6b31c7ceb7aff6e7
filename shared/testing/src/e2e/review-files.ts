/** Review files for the end-to-end tests. */
import type { SchemaName } from '../generator/restaurants.ts';
import { generateReviews } from '../generator/reviews.ts';
import type { FileTruth } from '../generator/truth.ts';

export interface ReviewFile {
  readonly bytes: Buffer;
  readonly truth: FileTruth;
  /** What the manifest must count. */
  readonly counts: { rows_read: number; accepted: number; duplicates: number; quarantined: number };
}

export function reviewFile(
  seed: number,
  rows: number,
  { schema = 'downtown', badRowRate = 0 }: { schema?: SchemaName; badRowRate?: number } = {},
): ReviewFile {
  const file = generateReviews({ seed, rows, schema, badRowRate });
  const bytes = Buffer.concat([...file.chunks()]);
  const truth = file.truth();
  const quarantined = truth.quarantined.too_few_fields + truth.quarantined.too_many_fields;
  const counts = { rows_read: truth.rows, accepted: truth.accepted, duplicates: truth.duplicates, quarantined };
  return { bytes, truth, counts };
}

/** A small file of which every row is good. */
export function tinyFile(...texts: string[]): string {
  const rows = texts.map((text, at) => `r${at + 1},2026-01-0${(at % 9) + 1},${(at % 5) + 1},"${text}"`);
  return `${['review_id,date,rating,review_text', ...rows].join('\n')}\n`;
}

/** A file that cannot be read as a table at all. */
export const UNREADABLE = Buffer.concat([Buffer.from('%PDF-1.7\n'), Buffer.alloc(200, 0xff)]);
