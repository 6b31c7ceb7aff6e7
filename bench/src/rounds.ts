/** Contestants in turns over the same files: each a process of its own, its work judged after every run. */
import { mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { judge, type Reports, readReports, rowsWritten, tableOf, type Verdict } from './check.ts';
import type { Contestant } from './contestants.ts';
import type { BenchData } from './data.ts';
import { type Instruments, type Measured, measure, median } from './measure.ts';

export interface ContestantResult {
  readonly name: string;
  readonly title: string;
  readonly compression: string;
  /** Medians over the runs. */
  readonly cpu_s: number;
  readonly wall_s: number;
  readonly rss_bytes_max: number;
  readonly rows_per_cpu_s: number;
  /** All tables of the job. */
  readonly output_bytes: number;
  readonly runs: readonly Measured[];
  readonly verdict: Verdict;
}

export interface SizeResult {
  readonly rows: number;
  readonly input_bytes: number;
  readonly files: readonly { readonly name: string; readonly rows: number; readonly bytes: number }[];
  readonly results: readonly ContestantResult[];
}

export interface RoundSettings {
  readonly instruments: Instruments;
  /** Where outputs go; emptied before each run. */
  readonly scratch: string;
  /** How many runs each contestant gets. */
  readonly runsOf: (contestant: Contestant) => number;
  readonly log: (line: string) => void;
  /** Leaves each contestant's last outputs in scratch, under its name. */
  readonly keepsOutputs?: boolean;
}

/** @param contestants in the order in which they run; the first without leaks is whom the others are compared with */
export async function runRounds(
  data: BenchData,
  contestants: readonly Contestant[],
  { instruments, scratch, runsOf, log, keepsOutputs = false }: RoundSettings,
): Promise<SizeResult> {
  warm(data);
  const runs = new Map<Contestant, Measured[]>(contestants.map((contestant) => [contestant, []]));
  const outputs = new Map<Contestant, number>();
  const verdicts = new Map<Contestant, Verdict>();
  let reference: Reports | undefined;
  const rounds = Math.max(...contestants.map(runsOf));
  for (let round = 0; round < rounds; round++) {
    for (const contestant of contestants) {
      if (round >= runsOf(contestant)) continue;
      const out = join(scratch, contestant.name);
      rmSync(out, { recursive: true, force: true });
      mkdirSync(out, { recursive: true });
      const measured = await measure(contestant.command(instruments, data.folder, out), instruments, out);
      log(
        `${contestant.title}, ${data.rows.toLocaleString('en')} rows, run ${round + 1}: ` +
          `${measured.cpu_s.toFixed(2)} CPU s, ${(measured.rss_bytes_max / 1e6).toFixed(0)} MB`,
      );
      runs.get(contestant)?.push(measured);
      outputs.set(contestant, outputBytes(data, contestant, out));
      const reports = readReports(out);
      const written = await rowsWritten(out, contestant, data.files);
      const verdict = judge(contestant, data.files, reports, reference, written);
      if (contestant.leaks.length === 0) reference ??= reports;
      // A problem in one run stays one, whatever the next run says.
      if ((verdicts.get(contestant)?.problems.length ?? 0) === 0) verdicts.set(contestant, verdict);
      if (!keepsOutputs) rmSync(out, { recursive: true, force: true });
    }
  }
  return {
    rows: data.rows,
    input_bytes: data.bytes,
    files: data.files.map(({ name, counts, bytes }) => ({ name, rows: counts.read, bytes })),
    results: contestants.map((contestant) => {
      const measured = runs.get(contestant) as Measured[];
      const cpu_s = median(measured.map((run) => run.cpu_s));
      return {
        name: contestant.name,
        title: contestant.title,
        compression: contestant.compression,
        cpu_s,
        wall_s: median(measured.map((run) => run.wall_s)),
        rss_bytes_max: median(measured.map((run) => run.rss_bytes_max)),
        rows_per_cpu_s: data.rows / cpu_s,
        output_bytes: outputs.get(contestant) as number,
        runs: measured,
        verdict: verdicts.get(contestant) as Verdict,
      };
    }),
  };
}

/** Into the system's cache, so that no contestant reads the disk for those behind it. */
function warm({ folder, files }: BenchData): void {
  for (const { name } of files) readFileSync(join(folder, name));
}

function outputBytes({ files }: BenchData, contestant: Contestant, out: string): number {
  return files.reduce((sum, { name }) => sum + statSync(tableOf(out, contestant, name)).size, 0);
}
