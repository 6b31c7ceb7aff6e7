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
import type { Answer, Question } from './breakages-worker.ts';
import { mutantsOf } from './mutants.ts';
import { ROOT } from './setup.mjs';

const HELP = `npm run breakages [-- options]
Breaks each rule of the transform in a copy of the tree and expects a test to fail.

  --only GLOB   only what has a name that matches; * is any text, and ! before it turns it round: '!mutant *'
  --seed N      the seed of the properties, 1 unless told; with the same seed, a run says the same
  --json        the results as one JSON document on standard output
  --help        this text

Exit code: 0 when all are caught, 1 when one survives or no longer applies, 2 for wrong use.`;

const PROCESSES = 2;
const MUTATED = ['clean-review.ts', 'values'];
/** A run of tests may take so much longer than it took unbroken; one that takes more hangs, and so is caught. */
const TIME_FACTOR = 6;
const TIME_MIN_MS = 15_000;
const UNBROKEN_MAX_MS = 300_000;
const TRANSFORM = 'services/transform';
const CORE = `${TRANSFORM}/src/core`;
const KERNELS = `${TRANSFORM}/kernels/build/kernels.ts`;
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

interface TestRun extends Answer {
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
        name: `mutant ${path}:${line} ${before} → ${after}`,
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

/** A copy of what the core and its tests need, with the installed packages behind links. */
class Copy {
  readonly #folder: string;
  readonly #children: Set<ChildProcess>;
  #worker: ChildProcess | undefined;
  /** What was put back to what it was since the last question. */
  #changed: string[] = [];

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

  async break({ file, source, tests, name, breaks, kind, equivalent }: Task, unbroken: ReadonlyMap<string, TestRun>) {
    const result = (status: Status, by: string): Result => ({ name, breaks, kind, file, status, by });
    const changed = file.startsWith(`${TRANSFORM}/kernels/`) ? [file, KERNELS] : [file];
    const originals = changed.map((path) => readFileSync(join(this.#folder, path)));
    this.#changed.push(...changed);
    try {
      writeFileSync(join(this.#folder, file), source);
      if (changed.includes(KERNELS)) {
        const { ensureKernels } = await import(pathToFileURL(join(this.#folder, 'scripts', 'kernels.mjs')).href);
        try {
          await ensureKernels({ log: () => {} });
        } catch (error) {
          return result('does not compile', error instanceof Error ? error.message : String(error));
        }
      }
      for (const test of tests) {
        const { ms = 0, passed = 0 } = unbroken.get(test) ?? {};
        const run = await this.test(test, Math.max(TIME_MIN_MS, ms * TIME_FACTOR));
        if (run.failure === undefined && run.passed === passed) continue;
        const by = `${test}: ${run.failure ?? `${run.passed} of ${passed} tests`}`;
        return equivalent === undefined ? result('caught', by) : result('wrongly recorded', by);
      }
      return equivalent === undefined ? result('survived', '') : result('equivalent', equivalent);
    } finally {
      changed.forEach((path, i) => {
        writeFileSync(join(this.#folder, path), originals[i] as Buffer);
      });
      this.#changed.push(...changed);
    }
  }

  /** Runs a file of tests up to its first failure. */
  async test(test: string, limitMs: number): Promise<TestRun> {
    this.#worker ??= this.#startWorker();
    const worker = this.#worker;
    const start = performance.now();
    const question: Question = { changed: this.#changed, test: `${CORE}/${test}.test.ts` };
    this.#changed = [];
    const answer = await new Promise<Answer>((resolve) => {
      const end = (failure: string) => {
        endGroup(worker);
        this.#worker = undefined;
        settle({ passed: 0, failure });
      };
      const timer = setTimeout(() => end(`no end within ${Math.round(limitMs / 1000)} s`), limitMs);
      const onEnd = () => end('(no test) the process ended');
      const settle = (found: Answer) => {
        clearTimeout(timer);
        worker.off('exit', onEnd);
        worker.off('message', settle);
        resolve(found);
      };
      worker.once('exit', onEnd);
      worker.once('message', settle);
      worker.send(question);
    });
    return { ...answer, ms: performance.now() - start };
  }

  #startWorker(): ChildProcess {
    const worker = spawn(process.execPath, [join('scripts', 'breakages-worker.ts')], {
      cwd: this.#folder,
      env: { ...process.env, TMPDIR: join(this.#folder, 'tmp') },
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
      // A group of its own, so that all of it can be ended.
      detached: true,
    });
    this.#children.add(worker);
    worker.once('exit', () => {
      this.#children.delete(worker);
      if (this.#worker === worker) this.#worker = undefined;
    });
    worker.on('error', () => {});
    return worker;
  }
}

function endGroup(child: ChildProcess): void {
  try {
    if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It has ended by itself.
  }
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
    const unbroken = await runUnbroken(copies, [...new Set(tasks.flatMap(({ tests }) => tests))]);
    if (unbroken === undefined) return EXIT.survived;
    const found = new Map<Task, Result>();
    await shareOut(copies, tasks, async (copy, task) => {
      const result = await copy.break(task, unbroken);
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
    const isTurned = values.only.startsWith('!');
    const parts = values.only
      .slice(isTurned ? 1 : 0)
      .split('*')
      .map((part) => part.replaceAll(/[\\^$.+?()[\]{}|/]/g, '\\$&'));
    const only = new RegExp(isTurned ? `^(?!${parts.join('.*')}$)` : `^${parts.join('.*')}$`, 's');
    return { only, seed: Number(values.seed), isJson: values.json };
  } catch (error) {
    return wrongUse(error instanceof Error ? error.message : String(error));
  }
}

function wrongUse(message: string): number {
  log(`${message}\n\n${HELP}`);
  return EXIT.wrongUse;
}

/** Runs the tests unbroken. @returns undefined when one fails */
async function runUnbroken(copies: readonly Copy[], tests: readonly string[]) {
  const runs = new Map<string, TestRun>();
  let isGreen = true;
  await shareOut(copies, tests, async (copy, test) => {
    const run = await copy.test(test, UNBROKEN_MAX_MS);
    runs.set(test, run);
    if (run.failure === undefined && run.passed > 0) return;
    log(`fails without any breakage: ${test}: ${run.failure ?? 'no test'}`);
    isGreen = false;
  });
  return isGreen ? runs : undefined;
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
