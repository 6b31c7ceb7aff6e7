/** The figures to reach, each with what was measured. Missing one is said, and is no failure: the work must be right, the speed is known. */
import type { BundleFacts } from './bundle.ts';
import type { ReportResult } from './measure-report.ts';
import type { SizeResult } from './rounds.ts';

export interface Figure {
  readonly what: string;
  readonly goal: string;
  readonly measured: string;
  /** undefined: not measured in this run. */
  readonly isReached: boolean | undefined;
}

const SMALL_ROWS = 100_000;
const LARGE_ROWS = 1_000_000;
/** CPU a row may be this much more at the larger size before it is called worse than linear: noise of a shared machine. */
const LINEAR_WITHIN = 1.1;
const RSS_BASE_BYTES = 200e6;
const RSS_BYTES_PER_ROW = 64;
const REPORT_RSS_BYTES_MAX = 300e6;
const BUNDLE_BYTES_MAX = 300e3;
const LOAD_MS_MAX = 100;

const CPU_GOALS = [
  { rows: LARGE_ROWS, peer: 'polars', ratio: 1, aim: ', aiming at 1.3' },
  { rows: SMALL_ROWS, peer: 'polars', ratio: 0.8, aim: '' },
  { rows: LARGE_ROWS, peer: 'csv-parse', ratio: 10, aim: '' },
];

export function figuresToReach(
  sizes: readonly SizeResult[],
  reports: readonly ReportResult[],
  bundle: BundleFacts | undefined,
): Figure[] {
  const largeReport = reports.find(({ rows }) => rows === LARGE_ROWS);
  const small = sizes.find(({ rows }) => rows === SMALL_ROWS);
  const large = sizes.find(({ rows }) => rows === LARGE_ROWS);
  return [
    ...CPU_GOALS.map(({ rows, peer, ratio, aim }) => {
      const size = sizes.find((candidate) => candidate.rows === rows);
      const ours = size === undefined ? undefined : rowsPerCpuSecond(size, 'ours');
      const theirs = size === undefined ? undefined : rowsPerCpuSecond(size, peer);
      const measured = ours === undefined || theirs === undefined ? undefined : ours / theirs;
      return figure(
        `rows per CPU second at ${count(rows)} rows, against ${peer}`,
        `≥ ${ratio} ×${aim}`,
        measured,
        (value) => `${value.toFixed(2)} ×`,
        (value) => value >= ratio,
      );
    }),
    figure(
      `peak RSS at ${count(LARGE_ROWS)} rows`,
      `≤ 200 MB + 64 bytes a row (${megabytes(rssMax(LARGE_ROWS))})`,
      large && resultOf(large, 'ours')?.rss_bytes_max,
      megabytes,
      (value) => value <= rssMax(LARGE_ROWS),
    ),
    figure(
      `CPU a row at ${count(LARGE_ROWS)} rows, against ${count(SMALL_ROWS)}`,
      `≤ ${LINEAR_WITHIN} × (time is linear in rows)`,
      small && large && cpuPerRow(large) / cpuPerRow(small),
      (value) => `${value.toFixed(2)} ×`,
      (value) => value <= LINEAR_WITHIN,
    ),
    figure(
      `output bytes at ${count(LARGE_ROWS)} rows, against polars`,
      '≤ 1.15 ×, aiming below 1',
      large && ratioOf(resultOf(large, 'ours')?.output_bytes, resultOf(large, 'polars')?.output_bytes),
      (value) => `${value.toFixed(2)} ×`,
      (value) => value <= 1.15,
    ),
    figure(
      `the report of ${count(LARGE_ROWS)} rows: peak RSS`,
      `≤ ${megabytes(REPORT_RSS_BYTES_MAX)}`,
      largeReport?.report.rss_bytes_max,
      megabytes,
      (value) => value <= REPORT_RSS_BYTES_MAX,
    ),
    figure(
      `the report of ${count(LARGE_ROWS)} rows: CPU, against the transform of the file`,
      '≤ 1 ×',
      largeReport && largeReport.report.cpu_s / largeReport.transform.cpu_s,
      (value) => `${value.toFixed(2)} ×`,
      (value) => value <= 1,
    ),
    figure(
      'transform bundle, zipped, default path',
      '≤ 300 KB',
      bundle?.default_path.zipped_bytes,
      (value) => `${(value / 1e3).toFixed(0)} KB`,
      (value) => value <= BUNDLE_BYTES_MAX,
    ),
    figure(
      'its module load, median',
      '≤ 100 ms',
      bundle?.load_ms,
      (value) => `${value.toFixed(0)} ms`,
      (value) => value <= LOAD_MS_MAX,
    ),
  ];
}

function figure(
  what: string,
  goal: string,
  value: number | undefined,
  show: (value: number) => string,
  isReached: (value: number) => boolean,
): Figure {
  if (value === undefined) return { what, goal, measured: 'not measured', isReached: undefined };
  return { what, goal, measured: show(value), isReached: isReached(value) };
}

function resultOf(size: SizeResult, contestant: string) {
  return size.results.find(({ name }) => name === contestant);
}

function rowsPerCpuSecond(size: SizeResult, contestant: string): number | undefined {
  return resultOf(size, contestant)?.rows_per_cpu_s;
}

function cpuPerRow(size: SizeResult): number {
  return (resultOf(size, 'ours')?.cpu_s ?? Number.NaN) / size.rows;
}

function ratioOf(mine: number | undefined, theirs: number | undefined): number | undefined {
  return mine === undefined || theirs === undefined ? undefined : mine / theirs;
}

function rssMax(rows: number): number {
  return RSS_BASE_BYTES + RSS_BYTES_PER_ROW * rows;
}

export function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(0)} MB`;
}

export function count(value: number): string {
  return value.toLocaleString('en');
}
