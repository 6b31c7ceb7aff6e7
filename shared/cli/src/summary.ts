/** The end of a run: one row a file, what to look at, what went wrong and what to do about it. */
import { relative } from 'node:path';
import type { FetchedFile } from './fetch-outputs.ts';
import type { MovedFile } from './move-files.ts';
import { count, countOf, formatTable, printable, seconds } from './output/table.ts';

export interface FinishedFile {
  readonly moved: MovedFile;
  /** Absent when the file did not get to the end. */
  readonly fetched: FetchedFile | undefined;
}

export type FileStatus = 'pass' | 'warn' | 'fail' | 'rejected' | 'gone' | 'ignored' | 'dead letter' | 'not finished';

export function statusOf({ moved, fetched }: FinishedFile): FileStatus {
  if (moved.end.kind === 'dead') return 'dead letter';
  if (moved.end.kind === 'timed_out') return 'not finished';
  const { outcome } = moved.end.manifest;
  return outcome === 'processed' ? (fetched?.validation?.status ?? 'fail') : outcome;
}

/** A file has failed unless its validation passed or warned. */
export function hasFailed(file: FinishedFile): boolean {
  return !['pass', 'warn', 'ignored'].includes(statusOf(file));
}

export function formatSummary(files: readonly FinishedFile[]): string {
  const head = [
    'file',
    'read',
    'accepted',
    'duplicates',
    'quarantined',
    'ratings kept',
    'dates kept',
    'status',
    'time',
  ];
  const rows = files.map((file) => {
    const { moved, fetched } = file;
    const counts = moved.end.kind === 'reported' ? moved.end.manifest.counts : undefined;
    const isReview = fetched?.profile?.kind === 'reviews';
    const { ratings, dates } = fetched?.profile?.readability ?? {};
    return [
      printable(moved.key),
      counts ? count(counts.rows_read) : '–',
      counts ? count(counts.accepted) : '–',
      counts ? count(counts.duplicates) : '–',
      counts ? count(counts.quarantined) : '–',
      // Read and on the scale: what the table holds as a number.
      isReview && ratings ? countOf(ratings.readable - ratings.out_of_scale, ratings.uploaded) : '–',
      isReview && dates ? countOf(dates.readable, dates.uploaded) : '–',
      statusOf(file),
      seconds(moved.ms),
    ];
  });
  return formatTable(head, rows, ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'left', 'right']);
}

/** Why each file that failed did, and what to do about it. */
export function formatFailures(files: readonly FinishedFile[]): string {
  return files
    .filter(hasFailed)
    .flatMap(({ moved, fetched }) => [
      `  ${printable(moved.key)}`,
      ...reasonsOf(moved, fetched).map((reason) => `    ${printable(reason)}`),
    ])
    .join('\n');
}

function reasonsOf({ end }: MovedFile, fetched: FetchedFile | undefined): readonly string[] {
  switch (end.kind) {
    case 'dead': {
      const { receiveCount, service, cause } = end.failure;
      return [`failed ${receiveCount} times and lies in the dead-letter queue of ${service}. Cause: ${cause}`];
    }
    case 'timed_out':
      return [
        `not finished after ${end.waitedS} s; it may still be worked on. See \`tastetrend status\`, or wait longer with --timeout.`,
      ];
    case 'reported':
      if (end.manifest.rejection !== null) return [`rejected: ${end.manifest.rejection.message}`];
      if (end.manifest.outcome === 'gone') return ['the file was deleted before it was read'];
      return fetched?.validation?.failed ?? ['there is no validation summary'];
  }
}

/** What passed with a warning, and what to do about it. */
export function formatWarnings(files: readonly FinishedFile[]): string {
  return files
    .flatMap(({ moved, fetched }) => {
      const warned = fetched?.validation?.warned ?? [];
      return warned.length === 0
        ? []
        : [`  ${printable(moved.key)}`, ...warned.map((text) => `    ${printable(text)}`)];
    })
    .join('\n');
}

/** Where things lie, relative to where the user stands. */
export function formatLocations(files: readonly FinishedFile[]): string {
  const rows = files.flatMap(({ moved, fetched }) => {
    if (fetched === undefined) return [];
    const names = fetched.files.filter((name) => !/^(?:manifest|profile)/.test(name)).map(printable);
    return [
      `  ${printable(moved.key)}`,
      `    in ${relative(process.cwd(), fetched.directory) || '.'}/`,
      `    ${names.join('  ')}`,
    ];
  });
  return rows.join('\n');
}

/** For --json: the same, for programs. */
export function summaryJson(files: readonly FinishedFile[]): unknown {
  return {
    schema: 'tastetrend.run/1',
    failed: files.filter(hasFailed).length,
    files: files.map((file) => {
      const { moved, fetched } = file;
      const manifest = moved.end.kind === 'reported' ? moved.end.manifest : undefined;
      return {
        path: moved.path,
        key: moved.key,
        identity: moved.identity,
        status: statusOf(file),
        reasons: hasFailed(file) ? reasonsOf(moved, fetched) : [],
        warnings: fetched?.validation?.warned ?? [],
        duration_ms: Math.round(moved.ms),
        kind: manifest?.kind ?? null,
        version_id: manifest?.source.version_id ?? null,
        counts: manifest?.counts ?? null,
        readability: fetched?.profile?.readability ?? null,
        directory: fetched?.directory ?? null,
        files: fetched?.files ?? [],
      };
    }),
  };
}
