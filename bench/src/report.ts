/** The bench as tables for people. */
import type { BundleFacts } from './bundle.ts';
import { count, type Figure, megabytes } from './figures.ts';
import type { Measured } from './measure.ts';
import type { HalfResult, ReportResult } from './measure-report.ts';
import type { SizeResult } from './rounds.ts';

export interface Machine {
  readonly processor: string;
  readonly cores: number;
  readonly memory_bytes: number;
  readonly system: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly pinned: boolean;
  readonly measured_from: 'outside' | 'inside';
}

export interface BenchReport {
  readonly machine: Machine;
  readonly seed: number;
  readonly bad_row_rate: number;
  readonly schema: string;
  /** Our process over files without a row: what every run pays before its first. */
  readonly start_up: Pick<Measured, 'cpu_s' | 'wall_s' | 'rss_bytes_max'> | undefined;
  readonly sizes: readonly SizeResult[];
  readonly reports: readonly ReportResult[];
  readonly bundle: BundleFacts | undefined;
  readonly figures: readonly Figure[];
  readonly skipped: readonly { readonly contestant: string; readonly why: string }[];
}

export function describeReport(report: BenchReport): string {
  const { machine, sizes, reports, figures, bundle, start_up } = report;
  return [
    describeMachine(machine),
    `Seed ${report.seed}, ${(report.bad_row_rate * 100).toFixed(1)} % bad rows, ${report.schema}.`,
    ...sizes.flatMap((size) => ['', ...describeSize(size)]),
    '',
    ...(sizes.flatMap((size) => size.results).some(({ verdict }) => verdict.leaked.length > 0)
      ? ['Known leaks, each found to the row:', ...table(leakRows(sizes)), '']
      : []),
    ...(reports.length === 0
      ? []
      : ['Of one file, each half of `tastetrend local` by itself:', ...table(reportRows(reports)), '']),
    ...(start_up === undefined
      ? []
      : [
          `Our start-up (files without a row): ${start_up.cpu_s.toFixed(2)} CPU s, ${start_up.wall_s.toFixed(2)} s wall, ` +
            `${megabytes(start_up.rss_bytes_max)}.`,
        ]),
    ...(bundle === undefined
      ? ['The transform is not built (npm run build): its bundle was not measured.']
      : [
          `Transform bundle: ${kilobytes(bundle.default_path.zipped_bytes)} zipped on the default path ` +
            `(${bundle.default_path.files.length} files), ${kilobytes(bundle.all.zipped_bytes)} with every chunk; ` +
            `loads in ${bundle.load_ms.toFixed(0)} ms (${range(bundle.load_ms_runs)}).`,
        ]),
    '',
    'Figures to reach:',
    ...table([
      ['', 'figure', 'goal', 'measured'],
      ...figures.map(({ what, goal, measured, isReached }) => [verdictOf(isReached), what, goal, measured]),
    ]),
    ...report.skipped.map(({ contestant, why }) => `SKIPPED ${contestant}: ${why}`),
    '',
  ].join('\n');
}

function describeMachine({ processor, cores, memory_bytes, system, versions, pinned, measured_from }: Machine): string {
  const list = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return [
    `${processor}, ${cores} cores, ${(memory_bytes / 1e9).toFixed(0)} GB, ${system}.`,
    `${list.join(', ')}.`,
    pinned
      ? 'Each contestant is a process of its own, pinned to one core.'
      : 'NOT PINNED: there is no taskset here; what runs on several cores at once shows in CPU seconds all the same.',
    measured_from === 'outside'
      ? 'CPU (user + system) and peak RSS are what the system counted for the process (wait4).'
      : 'There is no Python here: CPU and peak RSS are what each process says of itself at its end.',
  ].join('\n');
}

function describeSize({ rows, input_bytes, files, results }: SizeResult): string[] {
  const ours = results.find(({ name }) => name === 'ours');
  return [
    `${count(rows)} rows, ${megabytes(input_bytes)} in ${files.length} ${files.length === 1 ? 'file' : 'files'}`,
    ...table([
      ['contestant', 'CPU s', 'rows/CPU s', 'to ours', 'wall s', 'peak RSS', 'output', 'codec', 'runs', 'same work'],
      ...results.map((result) => [
        result.title,
        result.cpu_s.toFixed(2),
        count(Math.round(result.rows_per_cpu_s)),
        ours === undefined ? '' : `${(result.rows_per_cpu_s / ours.rows_per_cpu_s).toFixed(2)} ×`,
        result.wall_s.toFixed(2),
        megabytes(result.rss_bytes_max),
        `${(result.output_bytes / 1e6).toFixed(1)} MB`,
        result.compression,
        `${result.runs.length} (${range(result.runs.map((run) => run.cpu_s))})`,
        workOf(result.verdict),
      ]),
    ]),
    ...results.flatMap(({ title, verdict }) => verdict.problems.map((problem) => `WRONG ${title}: ${problem}`)),
  ];
}

function workOf({ problems, leaked }: SizeResult['results'][number]['verdict']): string {
  if (problems.length > 0) return 'NO';
  const rows = leaked.reduce((sum, leak) => sum + leak.rows, 0);
  return rows === 0 ? 'yes' : `but ${rows} leak`;
}

function leakRows(sizes: readonly SizeResult[]): string[][] {
  return [
    ['rows', 'contestant', 'leak', 'leaked'],
    ...sizes.flatMap(({ rows, results }) =>
      results.flatMap(({ title, verdict }) =>
        verdict.leaked.map((leak) => [count(rows), title, leak.what, `${leak.rows}`]),
      ),
    ),
  ];
}

function reportRows(reports: readonly ReportResult[]): string[][] {
  const row = (rows: number, of: string, { cpu_s, wall_s, rss_bytes_max, runs }: HalfResult) => [
    count(rows),
    of,
    cpu_s.toFixed(2),
    wall_s.toFixed(2),
    megabytes(rss_bytes_max),
    `${runs.length} (${range(runs.map((run) => run.cpu_s))})`,
  ];
  return [
    ['rows', 'half', 'CPU s', 'wall s', 'peak RSS, at most', 'runs'],
    ...reports.flatMap(({ rows, transform, report }) => [
      row(rows, 'transform', transform),
      row(rows, 'report', report),
    ]),
  ];
}

function verdictOf(isReached: boolean | undefined): string {
  if (isReached === undefined) return '–';
  return isReached ? 'reached' : 'NOT REACHED';
}

function range(values: readonly number[]): string {
  const digits = Math.max(...values) >= 100 ? 0 : 2;
  return `${Math.min(...values).toFixed(digits)} to ${Math.max(...values).toFixed(digits)}`;
}

function kilobytes(bytes: number): string {
  return `${(bytes / 1e3).toFixed(0)} KB`;
}

/** Rows of cells in Markdown, so that a run can be put into docs/performance.md as it stands. */
function table(rows: readonly (readonly string[])[]): string[] {
  const [head, ...body] = rows as [readonly string[], ...(readonly string[])[]];
  const widths = head.map((_, i) => Math.max(...rows.map((row) => row[i]?.length ?? 0), 3));
  const line = (row: readonly string[]) => `| ${row.map((cell, i) => cell.padEnd(widths[i] as number)).join(' | ')} |`;
  return [line(head), `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`, ...body.map(line)];
}
