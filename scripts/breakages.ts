/**
 * Breaks the transform one rule at a time and expects the tests to say so: what services/transform/breakages lists by name,
 * and every mutant of values/ and clean-review.ts (mutants.ts). All of it happens in copies of the tree, in a temporary
 * folder that is gone in the end; see docs/breakages.md. Started by breakages.mjs.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { BREAKAGES, PROMISES } from '../services/transform/breakages/breakages.ts';
import { EQUIVALENTS } from '../services/transform/breakages/equivalents.ts';
import { REJECTIONS } from '../services/transform/src/core/rejection.ts';
import { RULES } from '../services/transform/src/core/rules.ts';
import { mutantsOf } from './mutants.ts';
import { ROOT } from './setup.mjs';

const HELP = `npm run breakages [-- options]
Breaks each rule of the transform in a copy of the tree and expects a test to fail.

  --only GLOB   only breakages and mutants whose name matches; * is any text
  --seed N      the seed of the properties, 1 unless told; with the same seed, a run says the same
  --json        the results as one JSON document on standard output
  --help        this text

Exit code: 0 when all are caught, 1 when one survives or no longer applies, 2 for wrong use.`;

const PROCESSES = 2;
const MUTATED = ['clean-review.ts', 'values'];
/** A run of tests may take so much longer than it took unbroken; one that takes more hangs, and so is caught. */
const TIME_FACTOR = 6;
const TIME_MIN_MS = 15_000;
const TRANSFORM = 'services/transform';
const CORE = `${TRANSFORM}/src/core`;
const EXIT = { caught: 0, survived: 1, wrongUse: 2, interrupted: 130 } as const;

/** Something to break. */
interface Task {
  readonly name: string;
  /** The rule or promise that it breaks; a mutant breaks its file. */
  readonly breaks: string;
  readonly kind: 'breakage' | 'mutant';
  /** Below the root. */
  readonly file: string;
  readonly source: string;
  /** Test files below src/core, run in this order until one fails. */
  readonly tests: readonly string[];
  /** Why nothing can tell it from the original. */
  readonly equivalent?: string;
}

type Status = 'caught' | 'survived' | 'equivalent' | 'no longer applies' | 'wrongly recorded' | 'does not compile';

interface Result {
  readonly name: string;
  readonly breaks: string;
  readonly kind: Task['kind'];
  readonly file: string;
  readonly status: Status;
  /** The test that failed; of one that survived, what is recorded. */
  readonly by: string;
}

interface TestRun {
  readonly isPassed: boolean;
  readonly by: string;
  readonly ms: number;
}

const isGood = ({ status }: Result) => status === 'caught' || status === 'equivalent';
const log = (line: string) => process.stderr.write(`${line}\n`);

// ---- What there is to break ------------------------------------------------------------------------------------------

/** The list's breakages; those whose text is not there once, or that would change nothing, come as results. */
function namedTasks(): { tasks: Task[]; gone: Result[] } {
  const tasks: Task[] = [];
  const gone: Result[] = [];
  for (const { file: path, tests, breakages } of BREAKAGES) {
    const file = `${TRANSFORM}/${path}`;
    const source = readFileSync(join(ROOT, file), 'utf8');
    for (const [breaks, what, replace, by] of breakages) {
      const task = { name: `${breaks}: ${what}`, breaks, kind: 'breakage' as const, file, tests };
      const times = source.split(replace).length - 1;
      const wrong = replace === by ? 'it changes nothing' : times === 1 ? '' : `its text occurs ${times} times`;
      if (wrong === '') tasks.push({ ...task, source: source.replace(replace, () => by) });
      else gone.push({ ...task, status: 'no longer applies', by: `${wrong} in ${file}` });
    }
  }
  const names = [...tasks, ...gone].map(({ name }) => name);
  for (const [i, name] of names.entries()) {
    if (names.indexOf(name) !== i) gone.push(missing(name, 'its name occurs twice'));
  }
  return { tasks, gone };
}

function missing(name: string, by: string): Result {
  return { name, breaks: name, kind: 'breakage', file: '', status: 'no longer applies', by };
}

/** What the list must have a breakage of, and has none. */
function uncovered(): Result[] {
  const index = readFileSync(join(ROOT, TRANSFORM, 'kernels', 'index.ts'), 'utf8');
  const kernels = [...index.matchAll(/export \{([^}]*)\}/g)].flatMap(([, names = '']) =>
    names.split(',').map((name) => name.trim()),
  );
  const wanted = [
    ...Object.keys(RULES),
    ...Object.keys(REJECTIONS).map((name) => `rejection ${name}`),
    ...kernels
      .filter((name) => name !== '' && name !== 'allocate' && name !== 'release')
      .map((name) => `kernel ${name}`),
    ...PROMISES,
  ];
  const broken = new Set(BREAKAGES.flatMap(({ breakages }) => breakages.map(([breaks]) => breaks)));
  const known = new Set(wanted);
  return [
    ...wanted.filter((name) => !broken.has(name)).map((name) => missing(name, 'the list has no breakage of it')),
    ...[...broken].filter((name) => !known.has(name)).map((name) => missing(name, 'nothing of ours has this name')),
  ];
}

function mutantTasks(): { tasks: Task[]; gone: Result[] } {
  const tasks: Task[] = [];
  const used = new Set<unknown>();
  const files = MUTATED.flatMap((name) =>
    name.endsWith('.ts')
      ? [name]
      : readdirSync(join(ROOT, CORE, name))
          .filter((file) => !file.endsWith('.test.ts'))
          .sort()
          .map((file) => `${name}/${file}`),
  );
  for (const path of files) {
    const own = path.replace(/\.ts$/, '');
    for (const { line, before, after, source } of mutantsOf(readFileSync(join(ROOT, CORE, path), 'utf8'))) {
      const recorded = EQUIVALENTS.find((one) => one.file === path && one.before === before && one.after === after);
      used.add(recorded);
      tasks.push({
        name: `${path}:${line} ${before} → ${after}`,
        breaks: path,
        kind: 'mutant',
        file: `${CORE}/${path}`,
        source,
        tests: own === 'clean-review' ? [own, 'review-vectors'] : [own, 'clean-review'],
        ...(recorded && { equivalent: recorded.why }),
      });
    }
  }
  const gone = EQUIVALENTS.filter((one) => !used.has(one)).map(({ file, before, after }) =>
    missing(`${file}: ${before} → ${after}`, 'it is recorded as equivalent, and no such mutant is made'),
  );
  return { tasks, gone };
}

// ---- Copies of the tree ----------------------------------------------------------------------------------------------

const SETUP = (seed: number) => `import fc from 'fast-check';
fc.configureGlobal({ seed: ${seed}, endOnFailure: true });
`;
const CONFIG = `export default {
  test: {
    include: ['${CORE}/**/*.test.ts'],
    setupFiles: ['./breakages.setup.mjs'],
    reporters: [['json', { outputFile: 'result.json' }]],
    testTimeout: 60000,
    hookTimeout: 60000,
    maxWorkers: 1,
    bail: 1,
  },
};
`;

/** A copy of what the core and its tests need, with the installed packages behind links. */
class Copy {
  readonly #folder: string;
  readonly #children: Set<ChildProcess>;

  constructor(folder: string, seed: number, children: Set<ChildProcess>) {
    this.#folder = folder;
    this.#children = children;
    const copied = ['package.json', 'tsconfig.base.json', 'docs/data-contract.md', 'scripts', 'shared', TRANSFORM];
    for (const path of copied) {
      const isLeftOut = (from: string) => ['node_modules', 'dist', '.turbo'].includes(basename(from));
      cpSync(join(ROOT, path), join(folder, path), { recursive: true, filter: (from) => !isLeftOut(from) });
    }
    this.#linkPackages('node_modules');
    this.#linkPackages(join(TRANSFORM, 'node_modules'));
    mkdirSync(join(folder, 'tmp'));
    writeFileSync(join(folder, 'breakages.setup.mjs'), SETUP(seed));
    writeFileSync(join(folder, 'vitest.config.mjs'), CONFIG);
  }

  /** Our own packages are those of the copy. */
  #linkPackages(path: string): void {
    const real = join(ROOT, path);
    const own = join(this.#folder, path);
    let names: string[] = [];
    try {
      names = readdirSync(real);
    } catch {
      return;
    }
    mkdirSync(join(own, '@tastetrend'), { recursive: true });
    for (const name of names) {
      if (name !== '@tastetrend' && !name.startsWith('.')) symlinkSync(join(real, name), join(own, name));
    }
    for (const name of readdirSync(join(this.#folder, 'shared'))) {
      symlinkSync(join(this.#folder, 'shared', name), join(own, '@tastetrend', name));
    }
  }

  async break({ file, source, tests, name, breaks, kind, equivalent }: Task, limits: Map<string, number>) {
    const result = (status: Status, by: string): Result => ({ name, breaks, kind, file, status, by });
    const path = join(this.#folder, file);
    const original = readFileSync(path);
    const built = join(this.#folder, TRANSFORM, 'kernels', 'build', 'kernels.ts');
    const kernels = readFileSync(built);
    try {
      writeFileSync(path, source);
      if (file.startsWith(`${TRANSFORM}/kernels/`)) {
        const { ensureKernels } = await import(pathToFileURL(join(this.#folder, 'scripts', 'kernels.mjs')).href);
        try {
          await ensureKernels({ log: () => {} });
        } catch (error) {
          return result('does not compile', error instanceof Error ? error.message : String(error));
        }
      }
      for (const test of tests) {
        const { isPassed, by } = await this.test(test, limits.get(test) ?? TIME_MIN_MS);
        if (isPassed) continue;
        if (equivalent !== undefined) return result('wrongly recorded', by);
        return result('caught', by);
      }
      return equivalent === undefined ? result('survived', '') : result('equivalent', equivalent);
    } finally {
      writeFileSync(path, original);
      writeFileSync(built, kernels);
    }
  }

  /** Runs a file of tests up to its first failure. */
  async test(test: string, limitMs: number): Promise<TestRun> {
    const report = join(this.#folder, 'result.json');
    rmSync(report, { force: true });
    const start = performance.now();
    const args = [join('node_modules', 'vitest', 'vitest.mjs'), 'run', `${CORE}/${test}.test.ts`];
    const child = spawn(process.execPath, [...args, '--fsModuleCachePath', join(this.#folder, 'cache')], {
      cwd: this.#folder,
      env: { ...process.env, TMPDIR: join(this.#folder, 'tmp'), CI: '1' },
      stdio: ['ignore', 'pipe', 'pipe'],
      // A group of its own, so that all of it can be ended.
      detached: true,
    });
    this.#children.add(child);
    const said: Buffer[] = [];
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (chunk: Buffer) => said.push(chunk));
    let isLate = false;
    const timer = setTimeout(() => {
      isLate = true;
      endGroup(child);
    }, limitMs);
    const code = await new Promise<number | null>((resolve) => {
      child.once('error', () => resolve(1));
      child.once('close', resolve);
    });
    clearTimeout(timer);
    this.#children.delete(child);
    const ms = performance.now() - start;
    if (isLate) return { isPassed: false, by: `${test}: no end within ${Math.round(limitMs / 1000)} s`, ms };
    if (code === 0) return { isPassed: true, by: '', ms };
    return { isPassed: false, by: `${test}: ${failureIn(report, Buffer.concat(said).toString())}`, ms };
  }
}

function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
}

interface Report {
  readonly testResults?: readonly {
    readonly message?: string;
    readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
  }[];
}

/** The name of the test that failed, or else what was said first. */
function failureIn(path: string, said: string): string {
  let report: Report = {};
  try {
    report = JSON.parse(readFileSync(path, 'utf8')) as Report;
  } catch {
    // It ended before it could report.
  }
  const files = report.testResults ?? [];
  const test = files.flatMap((file) => file.assertionResults).find(({ status }) => status === 'failed');
  if (test !== undefined) return test.fullName.trim().replaceAll(/\s+/g, ' ');
  const message = files.map((file) => file.message ?? '').find((text) => text !== '') ?? said;
  return `(before any test) ${message.trim().split('\n')[0]}`;
}

// ---- The run ---------------------------------------------------------------------------------------------------------

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2));
  if (typeof options === 'number') return options;
  const { only, seed, isJson } = options;
  const start = performance.now();
  const [named, mutants] = [namedTasks(), mutantTasks()];
  const isWanted = ({ name }: { name: string }) => only.test(name);
  const tasks = [...named.tasks, ...mutants.tasks].filter(isWanted);
  const gone = [...named.gone, ...mutants.gone, ...uncovered()].filter(isWanted);
  if (tasks.length + gone.length === 0) return wrongUse('no breakage has such a name');

  const folder = mkdtempSync(join(tmpdir(), 'tastetrend-breakages-'));
  const children = new Set<ChildProcess>();
  const end = () => {
    for (const child of children) endGroup(child);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
    process.on(signal, () => {
      end();
      process.exit(EXIT.interrupted);
    });
  }
  try {
    const copies = Array.from({ length: PROCESSES }, (_, i) => new Copy(join(folder, String(i)), seed, children));
    const limits = await limitsOf(copies, [...new Set(tasks.flatMap(({ tests }) => tests))]);
    if (limits === undefined) return EXIT.survived;
    const found = new Map<Task, Result>();
    await shareOut(copies, tasks, async (copy, task) => {
      const result = await copy.break(task, limits);
      found.set(task, result);
      if (task.kind === 'breakage' || !isGood(result)) log(`${result.status}: ${task.name}${said(result)}`);
      if (found.size % 50 === 0 || found.size === tasks.length) log(`${found.size} of ${tasks.length}`);
    });
    const results = [...tasks.map((task) => found.get(task) as Result), ...gone];
    const seconds = Math.round((performance.now() - start) / 1000);
    if (isJson) console.log(JSON.stringify({ seed, seconds, ...summaryOf(results), results }, null, 1));
    else console.log(tableOf(results, seconds));
    return results.every(isGood) ? EXIT.caught : EXIT.survived;
  } finally {
    end();
  }
}

function said({ status, by }: Result): string {
  return by === '' ? '' : status === 'caught' ? `\n    by ${by}` : `\n    ${by}`;
}

interface Options {
  readonly only: RegExp;
  readonly seed: number;
  readonly isJson: boolean;
}

/** @returns the exit code where there is nothing to run */
function optionsOf(args: readonly string[]): Options | number {
  try {
    const { values } = parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', default: '*' },
        seed: { type: 'string', default: '1' },
        json: { type: 'boolean', default: false },
        help: { type: 'boolean', default: false },
      },
    });
    if (values.help) {
      console.log(HELP);
      return EXIT.caught;
    }
    if (!/^\d{1,9}$/.test(values.seed)) return wrongUse(`--seed takes a whole number, not ${values.seed}`);
    const parts = values.only.split('*').map((part) => part.replaceAll(/[\\^$.+?()[\]{}|/]/g, '\\$&'));
    return { only: new RegExp(`^${parts.join('.*')}$`, 's'), seed: Number(values.seed), isJson: values.json };
  } catch (error) {
    return wrongUse(error instanceof Error ? error.message : String(error));
  }
}

function wrongUse(message: string): number {
  log(`${message}\n\n${HELP}`);
  return EXIT.wrongUse;
}

/** Runs the tests unbroken. @returns how long each may take when something is broken; undefined when one fails */
async function limitsOf(copies: readonly Copy[], tests: readonly string[]): Promise<Map<string, number> | undefined> {
  const limits = new Map<string, number>();
  const failures: string[] = [];
  await shareOut(copies, tests, async (copy, test) => {
    const { isPassed, by, ms } = await copy.test(test, 300_000);
    if (!isPassed) failures.push(by);
    limits.set(test, Math.max(TIME_MIN_MS, ms * TIME_FACTOR));
  });
  for (const failure of failures) log(`fails without any breakage: ${failure}`);
  return failures.length === 0 ? limits : undefined;
}

async function shareOut<T>(copies: readonly Copy[], all: readonly T[], work: (copy: Copy, one: T) => Promise<void>) {
  let next = 0;
  const take = async (copy: Copy) => {
    for (let i = next++; i < all.length; i = next++) await work(copy, all[i] as T);
  };
  await Promise.all(copies.map(take));
}

interface Count {
  caught: number;
  equivalent: number;
  others: number;
}

/** By area: breakages by the first word of what they break, mutants by file. */
function summaryOf(results: readonly Result[]): { areas: Record<string, Count> } {
  const areas: Record<string, Count> = {};
  for (const result of results) {
    const [first = '', second] = result.breaks.split(' ');
    const area = result.kind === 'mutant' ? `mutants of ${result.breaks}` : second === undefined ? 'rule' : first;
    areas[area] ??= { caught: 0, equivalent: 0, others: 0 };
    areas[area][isGood(result) ? (result.status as 'caught' | 'equivalent') : 'others'] += 1;
  }
  return { areas };
}

function tableOf(results: readonly Result[], seconds: number): string {
  const lines = ['| breaks | what | caught by |', '| --- | --- | --- |'];
  for (const { kind, breaks, name, by, status } of results) {
    if (kind === 'breakage' && status === 'caught')
      lines.push(`| ${breaks} | ${name.slice(breaks.length + 2)} | ${by} |`);
  }
  lines.push('', '| area | caught | equivalent | survived or wrong |', '| --- | --- | --- | --- |');
  for (const [area, { caught, equivalent, others }] of Object.entries(summaryOf(results).areas)) {
    lines.push(`| ${area} | ${caught} | ${equivalent} | ${others} |`);
  }
  const bad = results.filter((result) => !isGood(result));
  for (const { status, name, by } of bad) lines.push('', `${status}: ${name}${by === '' ? '' : ` (${by})`}`);
  lines.push('', `${results.length - bad.length} of ${results.length} caught or equivalent, in ${seconds} s`);
  return lines.join('\n');
}

process.exitCode = await main();
