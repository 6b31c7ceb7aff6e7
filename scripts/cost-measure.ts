/**
 * node scripts/cost-measure.ts: runs the local pipeline over files of several sizes, one after the other, and prints what
 * docs/cost-measured.json holds: requests a file as they went over the wire, CPU, durations, log bytes, stored bytes.
 * With --write it goes there; what is assumed stays. To be run while nothing else does: CPU times grow with the load beside.
 * Linux only: CPU comes from /proc. Durations are beside it to compare: here they hold the local AWS's own work, too.
 */
import diagnostics from 'node:diagnostics_channel';
import { readFileSync, writeFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { cpus, loadavg } from 'node:os';
import { fileURLToPath } from 'node:url';
import { generateReviews } from '../shared/testing/src/index.ts';
import { type RunningPipeline, startPipeline } from '../shared/testing/src/pipeline/index.ts';
import { startWire, type WireCall } from '../shared/testing/src/reliability/wire.ts';

const MEASURED = fileURLToPath(new URL('../docs/cost-measured.json', import.meta.url));
const SENDER_HEADER_MODULE = fileURLToPath(
  new URL('../shared/testing/src/reliability/sender-header.ts', import.meta.url),
);
/** The functions' timeouts become 30 s and 12 s, and the leases' and queues' times likewise: nothing is repeated. */
const TIME_FACTOR = 10;
const FILES_OF: readonly (readonly [rows: number, files: number])[] = [
  [100, 4],
  [1_000, 4],
  [10_000, 8],
  [100_000, 2],
];
/** After so many V8 has compiled what is worth it: a function that is never idle long meets thousands. */
const WARM_UP_FILES = 8;
const WARM_UP_ROWS = 10_000;
const STAGES = ['transform', 'report', 'handoff'] as const;
type Stage = (typeof STAGES)[number];
interface Invocations {
  readonly transform_ms: number[];
  readonly report_ms: number[];
}

/** When each request was asked and answered, and of which stage it is: the wire itself keeps no times. */
interface Span {
  readonly sender: string;
  readonly stage: Stage;
  readonly from: number;
  to: number;
}
const spans: Span[] = [];
const spanOf = new WeakMap<ServerResponse, Span>();
interface Exchange {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
}
diagnostics.subscribe('http.server.request.start', (message) => {
  const { request, response } = message as Exchange;
  const sender = request.headers['x-tastetrend-sender']?.toString();
  const url = decodeURIComponent(request.url ?? '');
  // What goes to the local AWS past the wire is the script's own, and what says no sender is no function's.
  if (sender === undefined || (sender.includes('transform') && /[?&]versions\b/.test(url))) return;
  const stage = sender.includes('transform') ? 'transform' : url.includes('processed/rag/') ? 'handoff' : 'report';
  const span: Span = { sender, stage, from: performance.now(), to: Number.POSITIVE_INFINITY };
  spans.push(span);
  spanOf.set(response, span);
});
diagnostics.subscribe('http.server.response.finish', (message) => {
  const span = spanOf.get((message as Exchange).response);
  if (span !== undefined) span.to = performance.now();
});

const wire = await startWire(({ url, body, target }) =>
  target === undefined ? decodeURIComponent(url.pathname) : body,
);
const pipeline = await startPipeline({
  timeFactor: TIME_FACTOR,
  environment: { AWS_ENDPOINT_URL: wire.endpoint },
  execArgv: ['--import', SENDER_HEADER_MODULE],
});
try {
  wire.forwardTo(pipeline.stack.endpoint);
  // What a new process asks, loads and compiles once is not a file's.
  for (let at = 0; at < WARM_UP_FILES; at++) {
    await pipeline.run(`warm/${at}.csv`, fileOf(at, WARM_UP_ROWS));
    await pipeline.idle();
  }
  const by_rows = [];
  for (const [rows, files] of FILES_OF) by_rows.push(await measured(pipeline, rows, files));
  const machine = { cpu: cpus()[0]?.model, cores: cpus().length, node: process.version, load_1min: loadavg()[0] };
  const found = { measured_at: new Date().toISOString().slice(0, 10), machine, by_rows };
  process.stdout.write(`${JSON.stringify(found, null, 2)}\n`);
  if (process.argv.includes('--write')) {
    const { how, assumed } = JSON.parse(readFileSync(MEASURED, 'utf8'));
    const written = { measured_at: found.measured_at, how, machine, assumed, by_rows };
    writeFileSync(MEASURED, `${JSON.stringify(written, null, 2)}\n`);
  }
} finally {
  await pipeline.stop();
  await wire.stop();
}

function fileOf(seed: number, rows: number): Buffer {
  return Buffer.concat([...generateReviews({ seed, rows, schema: 'downtown', badRowRate: 0.002 }).chunks()]);
}

async function measured(p: RunningPipeline, rows: number, files: number) {
  const before = await state(p);
  let bytes = 0;
  wire.clear();
  spans.length = 0;
  for (let at = 0; at < files; at++) {
    const file = fileOf(rows + at, rows);
    bytes += file.byteLength;
    await p.run(`cost/${rows}-${at}.csv`, file);
    await p.idle();
  }
  const after = await state(p);
  const each = (total: number) => Math.round((total / files) * 100) / 100;
  const since = (kind: keyof Invocations) => after.invocations[kind].slice(before.invocations[kind].length);
  return {
    rows,
    files,
    raw_bytes: Math.round(bytes / files),
    processed_bytes: each(after.processedBytes - before.processedBytes),
    processed_objects: each(after.processedObjects - before.processedObjects),
    log_bytes: {
      transform: each(after.logBytes.transform - before.logBytes.transform),
      report: each(after.logBytes.report - before.logBytes.report),
    },
    invocations: { transform: each(since('transform_ms').length), report: each(since('report_ms').length) },
    cpu_ms: {
      transform: each(after.cpuMs.transform - before.cpuMs.transform),
      report: each(after.cpuMs.report - before.cpuMs.report),
    },
    transform_ms: median(since('transform_ms')),
    report_ms: median(since('report_ms')),
    handoff_ms: median(after.handoffMs.slice(before.handoffMs.length)),
    // The local AWS leaves out which version its event is about, and the transform then lists the key. S3 says it.
    only_here: { transform: { ListObjectVersions: each(wire.calls.filter(isOnlyHere).length) } },
    requests: Object.fromEntries(STAGES.map((stage) => [stage, requestsOf(wire.calls, stage, each)])),
    in_sequence: inSequence(spans, each),
  };
}

async function state(p: RunningPipeline) {
  const [transform, report, objects] = await Promise.all([
    p.logText('transform'),
    p.logText('report'),
    p.listProcessed(),
  ]);
  const handoffs = (await p.logLines('report')).map((line) => line.HandoffDuration).filter((ms) => ms !== undefined);
  return {
    cpuMs: { transform: cpuMsOf(p.pids('transform')), report: cpuMsOf(p.pids('report')) },
    logBytes: { transform: Buffer.byteLength(transform), report: Buffer.byteLength(report) },
    invocations: { transform_ms: durationsOf(transform), report_ms: durationsOf(report) },
    handoffMs: handoffs.flat().map(Number),
    processedObjects: objects.length,
    processedBytes: objects.reduce((sum, object) => sum + object.bytes, 0),
  };
}

/** User and system time of processes that live: proc_pid_stat(5), fields 14 and 15, in ticks of 10 ms. */
function cpuMsOf(pids: readonly number[]): number {
  let ticks = 0;
  for (const pid of pids) {
    // The name of a process, in brackets, may hold spaces.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
    ticks += Number(fields[11]) + Number(fields[12]);
  }
  return ticks * 10;
}

/** In the order of the log. */
function durationsOf(log: string): number[] {
  return [...log.matchAll(/^REPORT .*?\tDuration: ([\d.]+) ms/gm)].map(([, ms]) => Number(ms));
}

function median(of: readonly number[]): number {
  const sorted = [...of].sort((a, b) => a - b);
  return Math.round(sorted[Math.floor(sorted.length / 2)] ?? Number.NaN);
}

/** A listing at promotion follows the lookup of the current version; in this run the newest is always the one at work. */
function isOnlyHere({ sender, command }: WireCall): boolean {
  return sender?.includes('transform') === true && command === 'ListObjectVersions';
}

/**
 * How many requests a function waits for one after the other: the most of them of which no two are under way at the same
 * time, found by always taking the one that is answered first. An event is the report's, whichever of the two it is.
 */
function inSequence(all: readonly Span[], each: (total: number) => number) {
  const counts: Record<Stage, number> = { transform: 0, report: 0, handoff: 0 };
  for (const own of Map.groupBy(all, ({ sender }) => sender).values()) {
    let until = Number.NEGATIVE_INFINITY;
    for (const { stage, from, to } of own.toSorted((a, b) => a.to - b.to)) {
      if (from < until) continue;
      counts[stage] += 1;
      until = to;
    }
  }
  return Object.fromEntries(STAGES.map((stage) => [stage, each(counts[stage])]));
}

/** The page and the summaries are report's; what hands the chunks over is its own stage of the same invocation. */
function stageOf({ sender, call }: WireCall): Stage | undefined {
  if (sender?.includes('transform')) return 'transform';
  if (!sender?.includes('report')) return undefined;
  return call.includes('processed/rag/') || call.includes('Review Chunks Ready') ? 'handoff' : 'report';
}

function requestsOf(calls: readonly WireCall[], stage: Stage, each: (total: number) => number) {
  const commands = Map.groupBy(
    calls.filter((call) => stageOf(call) === stage && !isOnlyHere(call)),
    ({ command }) => command,
  );
  return Object.fromEntries([...commands].sort().map(([command, some]) => [command, each(some.length)]));
}
