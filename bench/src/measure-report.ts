/** The report of one file beside the transform of it: the halves of `tastetrend local`, in turns, each a process of its own. */
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { FUNCTION_NODE } from './contestants.ts';
import type { BenchData } from './data.ts';
import { type Instruments, type Measured, measure, median } from './measure.ts';

export interface HalfResult {
  /** Medians over the runs. */
  readonly cpu_s: number;
  readonly wall_s: number;
  /** The most of any run: it is a bound. */
  readonly rss_bytes_max: number;
  readonly runs: readonly Measured[];
}

export interface ReportResult {
  readonly rows: number;
  readonly input_bytes: number;
  readonly transform: HalfResult;
  readonly report: HalfResult;
}

/** @param program ours-local, bundled */
export async function measureReport(
  data: BenchData,
  program: string,
  runs: number,
  { instruments, scratch, log }: { instruments: Instruments; scratch: string; log: (line: string) => void },
): Promise<ReportResult> {
  const [file] = data.files;
  if (file === undefined || data.files.length > 1) throw new Error('the report is measured of one file');
  const path = join(data.folder, file.name);
  const out = join(scratch, 'report');
  const measured = { transform: [] as Measured[], report: [] as Measured[] };
  for (let run = 0; run < runs; run++) {
    rmSync(out, { recursive: true, force: true });
    mkdirSync(out, { recursive: true });
    for (const half of ['transform', 'report'] as const) {
      const one = await measure([...FUNCTION_NODE, program, half, path, out], instruments, out);
      log(`${half} of one file, ${data.rows.toLocaleString('en')} rows, run ${run + 1}: ${one.cpu_s.toFixed(2)} CPU s`);
      measured[half].push(one);
    }
  }
  rmSync(out, { recursive: true, force: true });
  return {
    rows: data.rows,
    input_bytes: data.bytes,
    transform: resultOf(measured.transform),
    report: resultOf(measured.report),
  };
}

function resultOf(runs: readonly Measured[]): HalfResult {
  return {
    cpu_s: median(runs.map((run) => run.cpu_s)),
    wall_s: median(runs.map((run) => run.wall_s)),
    rss_bytes_max: Math.max(...runs.map((run) => run.rss_bytes_max)),
    runs,
  };
}
