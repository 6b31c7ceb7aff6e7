/** Did a contestant do the job? Its counts, for each file, against what is true of the file and what it is known to leak. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { asyncBufferFromFile, parquetMetadataAsync } from 'hyparquet';
import type { Contestant } from './contestants.ts';
import type { BenchFile, FileCounts } from './data.ts';

/** What a contestant says of a file; the same shape from all. */
export interface FileReport extends FileCounts {
  /** Accepted rows without a value, by column. */
  readonly missing: Readonly<Record<string, number>>;
}
export type Reports = Readonly<Record<string, FileReport>>;

const COUNTS = ['read', 'accepted', 'duplicates', 'quarantined', 'conflicts'] as const;
/**
 * Columns in which all must keep as many values. Not those that only we recover from copies, nor review_id, of which
 * broken rows that leak have one.
 */
const KEPT_ALIKE = [
  'review_date',
  'review_text',
  'tip_amount',
  'party_size',
  'age_range',
  'gender',
  'ethnicity',
  'gender_norm',
  'ethnicity_norm',
  'age_group',
  'review_length',
];

export interface Leaked {
  readonly what: string;
  readonly rows: number;
}

export interface Verdict {
  readonly contestant: string;
  /** Empty when it did the same work. */
  readonly problems: readonly string[];
  readonly leaked: readonly Leaked[];
}

export function readReports(out: string): Reports {
  return JSON.parse(readFileSync(join(out, 'report.json'), 'utf8'));
}

/** Where a contestant leaves a file's table: the peers beside each other, ours in a folder for each file. */
export function tableOf(out: string, contestant: Contestant, file: string): string {
  return contestant.name.startsWith('ours') ? join(out, file, 'table') : join(out, `${file}.parquet`);
}

/** The counts that a contestant must come to: the truth, with its known leaks taken for rows. */
export function expectedCounts({ counts, defects }: BenchFile, { leaks }: Contestant): FileCounts {
  // A row that leaks twice over is still one: the leaks of one contestant exclude each other.
  const leaked = leaks.reduce((sum, leak) => sum + leak.rows(defects), 0);
  return { ...counts, accepted: counts.accepted + leaked, quarantined: counts.quarantined - leaked };
}

/**
 * @param missing what is missing by column when no row leaks, by file: of a contestant without leaks
 * @param rowsWritten rows in the table of a file, read back from what was written
 */
export function judge(
  contestant: Contestant,
  files: readonly BenchFile[],
  reports: Reports,
  missing: Reports | undefined,
  rowsWritten: Readonly<Record<string, number>>,
): Verdict {
  const problems: string[] = [];
  for (const file of files) {
    const said = reports[file.name];
    if (said === undefined) {
      problems.push(`${file.name}: no report`);
      continue;
    }
    const expected = expectedCounts(file, contestant);
    for (const count of COUNTS) {
      if (said[count] !== expected[count]) {
        problems.push(`${file.name}: ${count} is ${said[count]}, and not ${expected[count]}`);
      }
    }
    if (rowsWritten[file.name] !== said.accepted) {
      problems.push(`${file.name}: its table has ${rowsWritten[file.name]} rows, and not ${said.accepted}`);
    }
    const leaked = expected.accepted - file.counts.accepted;
    const reference = missing?.[file.name]?.missing;
    if (reference === undefined) continue;
    for (const column of KEPT_ALIKE) {
      const more = (said.missing[column] ?? 0) - (reference[column] ?? 0);
      if (more < 0 || more > leaked) {
        problems.push(`${file.name}: ${column} is missing ${Math.abs(more)} times ${more < 0 ? 'less' : 'more'}`);
      }
    }
  }
  const leaked = contestant.leaks.map(({ what, rows }) => ({
    what,
    rows: files.reduce((sum, { defects }) => sum + rows(defects), 0),
  }));
  return { contestant: contestant.name, problems, leaked };
}

/** Rows of the written tables, by file, from their footers. */
export async function rowsWritten(
  out: string,
  contestant: Contestant,
  files: readonly BenchFile[],
): Promise<Record<string, number>> {
  const rows: Record<string, number> = {};
  for (const { name } of files) {
    const footer = await parquetMetadataAsync(await asyncBufferFromFile(tableOf(out, contestant, name)));
    rows[name] = Number(footer.num_rows);
  }
  return rows;
}
