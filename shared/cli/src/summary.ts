/** The end of a run: one row a file, what to look at, what went wrong and what to do about it. */
import { join, relative } from 'node:path';
import type { FetchedFile } from './fetch-outputs.ts';
import { type FinishedFile, hasFailed, reasonsOf, statusOf } from './finished-file.ts';
import { printableJson } from './output/json.ts';
import { count, countOf, formatTable, printable, seconds } from './output/table.ts';

/**
 * Prints a run's end to stdout: for people, or as one JSON document.
 * @returns the process's exit code: 0 when every file came through, 1 when one failed
 */
export function printRun(finished: readonly FinishedFile[], isJson: boolean): number {
  if (isJson) {
    process.stdout.write(`${printableJson(summaryJson(finished))}\n`);
  } else {
    process.stdout.write(`\n${formatSummary(finished)}\n`);
    const sections = [
      ['What failed', formatFailures(finished)],
      ['What to look at', formatWarnings(finished)],
      ['What each file became', formatLocations(finished)],
    ];
    for (const [title, text] of sections) if (text !== '') process.stdout.write(`\n${title}:\n${text}\n`);
  }
  return finished.some(hasFailed) ? 1 : 0;
}

function formatSummary(files: readonly FinishedFile[]): string {
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
    const { key, end, ms, fetched } = file;
    const counts = end.kind === 'reported' ? end.manifest.counts : undefined;
    const isReview = fetched?.profile?.kind === 'reviews';
    const { ratings, dates } = fetched?.profile?.readability ?? {};
    return [
      printable(key),
      counts ? count(counts.rows_read) : '–',
      counts ? count(counts.accepted) : '–',
      counts ? count(counts.duplicates) : '–',
      counts ? count(counts.quarantined) : '–',
      // Read and on the scale: what the table holds as a number.
      isReview && ratings ? countOf(ratings.readable - ratings.out_of_scale, ratings.uploaded) : '–',
      isReview && dates ? countOf(dates.readable, dates.uploaded) : '–',
      statusOf(file),
      seconds(ms),
    ];
  });
  return formatTable(head, rows, ['left', 'right', 'right', 'right', 'right', 'right', 'right', 'left', 'right']);
}

/** Why each file that failed did, and what to do about it. */
function formatFailures(files: readonly FinishedFile[]): string {
  return files
    .filter(hasFailed)
    .flatMap((file) => [`  ${printable(file.key)}`, ...reasonsOf(file).map((reason) => `    ${printable(reason)}`)])
    .join('\n');
}

/** What passed with a warning, and what to do about it. */
function formatWarnings(files: readonly FinishedFile[]): string {
  return files
    .flatMap(({ key, fetched }) => {
      const warned = fetched?.validation?.warned ?? [];
      return warned.length === 0 ? [] : [`  ${printable(key)}`, ...warned.map((text) => `    ${printable(text)}`)];
    })
    .join('\n');
}

/** Where things lie, relative to where the user stands. */
function formatLocations(files: readonly FinishedFile[]): string {
  const rows = files.flatMap(({ key, fetched }) => {
    if (fetched === undefined) return [];
    const names = fetched.files.filter((name) => !/^(?:manifest|profile|report)/.test(name)).map(printable);
    const directory = relative(process.cwd(), fetched.directory) || '.';
    const page = pageOf(fetched);
    return [
      `  ${printable(key)}`,
      ...(page === undefined ? [] : [`    the report to read: ${printable(join(directory, page))}`]),
      `    in ${printable(directory)}/: ${names.join('  ')}`,
    ];
  });
  return rows.join('\n');
}

/** The name of the page that tells all of it to people. */
function pageOf({ files }: FetchedFile): string | undefined {
  return files.find((name) => name.startsWith('report_'));
}

/** For --json: the same, for programs. */
function summaryJson(files: readonly FinishedFile[]): unknown {
  return {
    schema: 'tastetrend.run/1',
    failed: files.filter(hasFailed).length,
    files: files.map((file) => {
      const { path, key, identity, ms, end, fetched } = file;
      const manifest = end.kind === 'reported' ? end.manifest : undefined;
      return {
        path,
        key,
        identity,
        status: statusOf(file),
        reasons: reasonsOf(file),
        warnings: fetched?.validation?.warned ?? [],
        duration_ms: Math.round(ms),
        kind: manifest?.kind ?? null,
        version_id: manifest?.source.version_id ?? null,
        counts: manifest?.counts ?? null,
        readability: fetched?.profile?.readability ?? null,
        directory: fetched?.directory ?? null,
        page: (fetched === undefined ? undefined : pageOf(fetched)) ?? null,
        files: fetched?.files ?? [],
      };
    }),
  };
}
