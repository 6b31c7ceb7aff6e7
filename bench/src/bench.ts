/** npm run bench: the whole job beside its peers. Exits 1 when any of them does other work; speed that is missed is only said. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem, type } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { SchemaName } from '@tastetrend/testing';
import { measureBundle } from './bundle.ts';
import { bundleOurs } from './bundle-ours.ts';
import { CONTESTANTS, type Contestant, DEFAULT_CONTESTANTS } from './contestants.ts';
import { benchData, SCHEMAS } from './data.ts';
import { figuresToReach } from './figures.ts';
import { type Instruments, type Measured, measure, median, pinTo } from './measure.ts';
import { measureReport, type ReportResult } from './measure-report.ts';
import { findPeersPython, findPlainPython } from './python.ts';
import { type BenchReport, describeReport, type Machine } from './report.ts';
import { runRounds, type SizeResult } from './rounds.ts';

const HELP = `Runs the transform job beside its peers, each a process of its own on one core, and checks that all did the same work.

  npm run bench
  npm run bench -- --rows 20000                          # quick: under half a minute
  npm run bench -- --rows 1000000 --peers ours,polars --runs 5 --json result.json

  --rows N,…       rows in all, for each size (default 100000,1000000)
  --peers NAME,…   who takes part: ${CONTESTANTS.map(({ name }) => name).join(', ')}
                   (default ${DEFAULT_CONTESTANTS.join(',')})
  --schema NAME    all rows in one restaurant's file: ${SCHEMAS.join(', ')} (default: all four in their proportion)
  --runs N         runs of each, in turns; medians are shown
                   (default 3; 1 below 50,000 rows, and above 200,000 for those that take minutes)
  --seed N         of the generated files (default 1)
  --bad-rate R     share of rows with a wrong number of fields (default 0.002)
  --core N         the core to pin to (default: the last one)
  --json FILE      everything measured, as JSON
  --help           this text

Generated files are kept in .local/bench and used again. Exit code 0; 1 when a contestant did other work or failed; 2 for
wrong use. A missed figure is said, and is no failure.
`;

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const HOME = join(ROOT, '.local', 'bench');
const RUNS = 3;
/** Below this, a run is a look; above the other, one run of what takes minutes tells enough. */
const FEW_ROWS = 50_000;
const MANY_ROWS = 200_000;
const START_UP_RUNS = 5;
/** The restaurant whose file is reported, where all four are cleaned: a report is of one file. */
const ONE_FILE: SchemaName = 'eastside';

/** A command line that makes no sense; its message says what to give instead. */
class UsageError extends Error {
  override readonly name = 'UsageError';
}

const log = (line: string): void => {
  process.stderr.write(`${line}\n`);
};

// Ended early, what runs is ended with it, and what it left is removed.
for (const [signal, number] of Object.entries({ SIGINT: 2, SIGTERM: 15, SIGHUP: 1 })) {
  process.once(signal, () => process.exit(128 + number));
}

try {
  const { values } = parseArgs({
    options: {
      rows: { type: 'string', default: '100000,1000000' },
      peers: { type: 'string', default: DEFAULT_CONTESTANTS.join(',') },
      schema: { type: 'string' },
      runs: { type: 'string' },
      seed: { type: 'string', default: '1' },
      'bad-rate': { type: 'string', default: '0.002' },
      core: { type: 'string' },
      json: { type: 'string' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) process.stdout.write(HELP);
  else process.exitCode = await bench(values);
} catch (error) {
  const isUsage = error instanceof UsageError || (error instanceof TypeError && 'code' in error);
  if (!isUsage) throw error;
  process.stderr.write(`${error.message}\nTry --help.\n`);
  process.exitCode = 2;
}

interface Options {
  readonly rows: string;
  readonly peers: string;
  readonly schema?: string | undefined;
  readonly runs?: string | undefined;
  readonly seed: string;
  readonly 'bad-rate': string;
  readonly core?: string | undefined;
  readonly json?: string | undefined;
}

async function bench(options: Options): Promise<number> {
  const sizesWanted = options.rows.split(',').map((text) => wholeNumber('--rows', text));
  const wanted = contestantsNamed(options.peers);
  const schema = schemaNamed(options.schema);
  const seed = wholeNumber('--seed', options.seed);
  const badRowRate = share('--bad-rate', options['bad-rate']);
  const runs = options.runs === undefined ? undefined : Math.max(1, wholeNumber('--runs', options.runs));
  const pin = options.core === undefined ? pinTo() : pinTo(wholeNumber('--core', options.core));

  mkdirSync(HOME, { recursive: true });
  const scratch = join(HOME, `run-${process.pid}`);
  mkdirSync(scratch, { recursive: true });
  const clear = () => rmSync(scratch, { recursive: true, force: true });
  process.once('exit', clear);
  try {
    const { contestants, skipped, instruments } = await equip(wanted, pin, join(scratch, 'bundle'));
    const sizes: SizeResult[] = [];
    for (const rows of sizesWanted) {
      const data = await benchData({ rows, seed, badRowRate, schema }, HOME, log);
      const runsOf = ({ isSlow }: Contestant) => runs ?? (rows < FEW_ROWS || (isSlow && rows > MANY_ROWS) ? 1 : RUNS);
      sizes.push(await runRounds(data, contestants, { instruments, scratch, runsOf, log }));
    }
    const reports: ReportResult[] = [];
    if (contestants.some(({ name }) => name === 'ours')) {
      const program = await bundleOurs(join(scratch, 'local-bundle'), 'ours-local');
      for (const rows of sizesWanted) {
        const data = await benchData({ rows, seed, badRowRate, schema: schema ?? ONE_FILE }, HOME, log);
        reports.push(await measureReport(data, program, runs ?? RUNS, { instruments, scratch, log }));
      }
    }
    const bundle = measureBundle(pin);
    const report: BenchReport = {
      machine: machineOf(instruments),
      seed,
      bad_row_rate: badRowRate,
      schema: schema === undefined ? 'four restaurants in their proportion' : `all rows in ${schema}`,
      start_up: await startUp(contestants, instruments, scratch, seed),
      sizes,
      reports,
      bundle,
      figures: figuresToReach(sizes, reports, bundle),
      skipped,
    };
    process.stdout.write(describeReport(report));
    if (options.json !== undefined) writeFileSync(options.json, `${JSON.stringify(report, null, 1)}\n`);
    return sizes.some(({ results }) => results.some(({ verdict }) => verdict.problems.length > 0)) ? 1 : 0;
  } finally {
    clear();
    process.removeListener('exit', clear);
  }
}

/** Who can run here: without a Python environment its peers are skipped, which is said. */
async function equip(wanted: readonly Contestant[], pin: readonly string[], scratch: string) {
  const skipped: { contestant: string; why: string }[] = [];
  let python: string | undefined;
  let why = '';
  if (wanted.some(({ needsPython }) => needsPython)) {
    try {
      python = await findPeersPython(log);
    } catch (error) {
      why = `no Python environment for it: ${(error as Error).message.split('\n')[0]}`;
    }
  }
  const contestants = wanted.filter(({ name, needsPython }) => {
    if (!needsPython || python !== undefined) return true;
    log(`SKIPPED ${name}: ${why}`);
    skipped.push({ contestant: name, why });
    return false;
  });
  const ours = await bundleOurs(scratch);
  const instruments: Instruments = { python: python ?? (await findPlainPython()), ours, pin };
  return { contestants, skipped, instruments };
}

async function startUp(
  contestants: readonly Contestant[],
  instruments: Instruments,
  scratch: string,
  seed: number,
): Promise<BenchReport['start_up']> {
  const ours = contestants.find(({ name }) => name === 'ours');
  if (ours === undefined) return undefined;
  const data = await benchData({ rows: 0, seed, badRowRate: 0, schema: undefined }, HOME, log);
  const out = join(scratch, 'start-up');
  const runs: Measured[] = [];
  for (let run = 0; run < START_UP_RUNS; run++) {
    mkdirSync(out, { recursive: true });
    runs.push(await measure(ours.command(instruments, data.folder, out), instruments, out));
  }
  const middle = (key: 'cpu_s' | 'wall_s' | 'rss_bytes_max') => median(runs.map((run) => run[key]));
  return { cpu_s: middle('cpu_s'), wall_s: middle('wall_s'), rss_bytes_max: middle('rss_bytes_max') };
}

function machineOf({ python, pin }: Instruments): Machine {
  const processors = cpus();
  return {
    processor: processors[0]?.model.trim() || process.arch,
    cores: processors.length,
    memory_bytes: totalmem(),
    system: `${type()} ${release().split('-')[0]}`,
    versions: { Node: process.versions.node, ...pythonVersions(python), ...nodePeerVersions() },
    pinned: pin.length > 0,
    measured_from: python === undefined ? 'inside' : 'outside',
  };
}

function pythonVersions(python: string | undefined): Record<string, string> {
  if (python === undefined) return {};
  const script = `
import json, platform
from importlib import metadata
found = {"Python": platform.python_version()}
for name in ("polars", "duckdb", "pandas", "pyarrow"):
    try: found[name] = metadata.version(name)
    except metadata.PackageNotFoundError: pass
print(json.dumps(found))`;
  return JSON.parse(execFileSync(python, ['-I', '-c', script], { encoding: 'utf8' }));
}

function nodePeerVersions(): Record<string, string> {
  const { dependencies } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return { 'csv-parse': dependencies['csv-parse'], 'parquetjs-lite': dependencies['parquetjs-lite'] };
}

function contestantsNamed(text: string): Contestant[] {
  return text.split(',').map((name) => {
    const found = CONTESTANTS.find((contestant) => contestant.name === name.trim());
    if (found !== undefined) return found;
    throw new UsageError(`--peers knows ${CONTESTANTS.map((each) => each.name).join(', ')}, and not "${name}".`);
  });
}

function schemaNamed(text: string | undefined): SchemaName | undefined {
  if (text === undefined) return undefined;
  const found = SCHEMAS.find((schema) => schema === text);
  if (found !== undefined) return found;
  throw new UsageError(`--schema must be one of ${SCHEMAS.join(', ')}, and not "${text}".`);
}

function wholeNumber(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text.trim())) return Number(text);
  throw new UsageError(`${option} must be a whole number, and not "${text}".`);
}

function share(option: string, text: string): number {
  const value = Number(text);
  if (text.trim() !== '' && value >= 0 && value <= 1) return value;
  throw new UsageError(`${option} must be a number from 0 to 1, and not "${text}".`);
}
