/** Promises 4 to 7 under load: a thousand files at once; then with poison among them, and workers that are killed. */
import {
  completionIdOf,
  currentTableKey,
  pipeline as description,
  type FunctionName,
  identityOf,
  manifestKey,
  shortIdentity,
} from '@tastetrend/contracts';
import { describe, expect, it } from 'vitest';
import { reviewFile, UNREADABLE } from '../e2e/review-files.ts';
import { Random } from '../generator/random.ts';
import { canRunPipeline, type RunningPipeline, startPipeline, type UploadedVersion } from '../pipeline/index.ts';

const SUITE = 'promise 7, bounded: under load';
/** Other numbers are for trying the test itself. */
const FILES = Number(process.env.TASTETREND_LOAD_FILES ?? 1_000);
const ROWS = 1_000;
const POISON_SHARE = 0.05;
/** Of good messages, by workers that die of nothing. */
const DEAD_SHARE_MAX = 0.02;
const UPLOADS_AT_ONCE = 16;
/** On average; one of transform, then one of report. */
const KILL_EVERY_MS = 5_000;
const LOOK_EVERY_MS = 200;
const WITHIN_MS = 1_500_000;
/** A report of ten files must end within the function's timeout, with workers being killed beside it. */
const TIME_FACTOR = 10;
const FUNCTIONS: readonly FunctionName[] = ['transform', 'report'];

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  it(
    `${FILES} files of ${ROWS} rows at once: all end in manifests and reports, once, in bounded memory`,
    async () => {
      const p = await startPipeline({ timeFactor: TIME_FACTOR });
      try {
        const watch = watchQueues(p);
        const began_ms = performance.now();
        const versions = await uploadAll(p, FILES, () => file(0));
        await allReported(p, versions);
        const took_s = (performance.now() - began_ms) / 1000;
        const inFlight = await watch.stop();
        await expectOnceEach(p, versions);
        await expectBounds(p, inFlight);
        for (const name of Object.keys(description.dead_letter_queues)) {
          expect(await p.depth(name), name).toEqual({ visible: 0, inFlight: 0 });
        }
        say(`${FILES} files of ${ROWS} rows: ${rate(took_s)}; ${await ages(p, versions)}; ${await memory(p)}`);
      } finally {
        await p.stop();
      }
    },
    WITHIN_MS,
  );

  it(
    `the same with ${POISON_SHARE * 100} % poison, and a worker killed every ${KILL_EVERY_MS / 1000} s`,
    async () => {
      const p = await startPipeline({ timeFactor: TIME_FACTOR });
      const killer = killWorkers(p);
      try {
        // A death costs every message of its batch a receive: the queue's own visibility would be waited out each time.
        const visibility_s = Math.ceil(description.functions.transform.timeout_s / TIME_FACTOR);
        for (const queue of FUNCTIONS) {
          await p.setQueue(queue, { visibility_s, maxReceiveCount: description.queues[queue].max_receive_count });
        }
        const poison = Math.round(FILES * POISON_SHARE);
        const began_ms = performance.now();
        const bad = await uploadAll(p, poison / 2, () => UNREADABLE, 'bad');
        const foreign = Array.from({ length: poison / 2 }, (_, at) => `{"no event of ours": ${at}}`);
        await p.send('transform', ...foreign);
        const good = await uploadAll(p, FILES - poison, () => file(0));
        await p.idle(WITHIN_MS - 180_000);
        const took_s = (performance.now() - began_ms) / 1000;
        const killed = await killer.stop();
        expect(killed).toBeGreaterThan(0);
        // Five workers may die of nothing one after the other: then a good message is a dead letter, and is sent again.
        const replayed = await replayDead(p, foreign);
        expect(replayed).toBeLessThanOrEqual(FILES * DEAD_SHARE_MAX);
        await allReported(p, [...bad, ...good]);
        await expectOnceEach(p, [...bad, ...good]);
        for (const queue of FUNCTIONS) expect(await p.depth(`${queue}-dlq`)).toEqual({ visible: 0, inFlight: 0 });
        say(
          `the same with ${poison} poisoned and ${killed} workers killed: ${rate(took_s)}; ${replayed} dead and replayed`,
        );
      } finally {
        await killer.stop();
        await p.stop();
      }
    },
    WITHIN_MS,
  );
});

let made: Buffer | undefined;
function file(seed: number): Buffer {
  made ??= reviewFile(700 + seed, ROWS, { badRowRate: 0.01 }).bytes;
  return made;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function rate(took_s: number): string {
  return `${took_s.toFixed(1)} s, ${(FILES / took_s).toFixed(1)} files/s, ${Math.round((FILES * ROWS) / took_s)} rows/s`;
}

async function uploadAll(
  p: RunningPipeline,
  count: number,
  bytes: () => Buffer,
  folder = 'good',
): Promise<UploadedVersion[]> {
  const versions: UploadedVersion[] = [];
  const left = Array.from({ length: count }, (_, at) => `${folder}/${at}.csv`);
  const upload = async () => {
    for (let key = left.pop(); key !== undefined; key = left.pop()) versions.push(await p.upload(key, bytes()));
  };
  await Promise.all(Array.from({ length: UPLOADS_AT_ONCE }, upload));
  return versions;
}

/** Waits until nothing is missing; looks at whole listings, so that the look is no load. */
async function allReported(p: RunningPipeline, versions: readonly UploadedVersion[]): Promise<void> {
  const end_ms = performance.now() + WITHIN_MS - 60_000;
  for (;;) {
    const reports = (await p.listProcessed('processed/logs/')).filter(({ key }) => key.includes('/bias_'));
    const there = new Set(reports.map(({ key }) => key.slice(-'0123456789ab.json'.length, -'.json'.length)));
    const missing = versions.filter(({ identity }) => !there.has(shortIdentity(identity)));
    if (missing.length === 0) return;
    if (performance.now() > end_ms) throw new Error(`${missing.length} files have no reports, as ${missing[0]?.key}`);
    await new Promise((resolve) => setTimeout(resolve, 1_000));
  }
}

/** No loss and no repeat: each version has its manifest, its outputs, its table, one completion id, and nothing else is there. */
async function expectOnceEach(p: RunningPipeline, versions: readonly UploadedVersion[]): Promise<void> {
  await p.idle(120_000);
  const keys = new Set((await p.listProcessed()).map(({ key }) => key));
  const wrong: string[] = [];
  for (const { key, identity } of versions) {
    const isBad = key.startsWith('bad/');
    if (!keys.has(manifestKey(identity))) wrong.push(`${key}: no manifest`);
    if (keys.has(currentTableKey(key)) === isBad) wrong.push(`${key}: ${isBad ? 'a' : 'no'} current table`);
    const ids = new Set(p.completions(identity).map(({ detail }) => detail.completion_id));
    if (ids.size !== 1 || !ids.has(completionIdOf(identity))) wrong.push(`${key}: ${ids.size} completion ids`);
  }
  const known = new Set(versions.flatMap(({ identity }) => [identity, shortIdentity(identity)]));
  const tables = new Set(versions.map(({ key }) => currentTableKey(key)));
  // Of keys and restaurants, not of versions.
  const ofNoVersion = ['catalog/', 'processed/rag/heads/', 'processed/logs/history/', 'processed/logs/rollup/'];
  const strangers = [...keys].filter((key) => {
    const isKnown = tables.has(key) || key.split(/[/_.]/).some((part) => known.has(part));
    return !isKnown && !ofNoVersion.some((prefix) => key.startsWith(prefix));
  });
  expect([...wrong, ...strangers.map((key) => `${key} is of no version`)]).toEqual([]);
  const one = versions.find(({ key }) => key.startsWith('good/'));
  expect(one?.identity).toBe(
    identityOf({ bucket: p.resources.buckets.raw, key: one?.key ?? '', versionId: one?.versionId ?? '' }),
  );
}

/** Looks now and then at how many messages each function's queue has handed out. */
function watchQueues(p: RunningPipeline): { stop(): Promise<Record<FunctionName, number>> } {
  const most = Object.fromEntries(FUNCTIONS.map((name) => [name, 0])) as Record<FunctionName, number>;
  let isOver = false;
  const run = async () => {
    while (!isOver) {
      for (const name of FUNCTIONS) most[name] = Math.max(most[name], (await p.depth(name)).inFlight);
      await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
    }
  };
  const running = run();
  return {
    stop: async () => {
      isOver = true;
      await running;
      return most;
    },
  };
}

async function expectBounds(p: RunningPipeline, inFlight: Record<FunctionName, number>): Promise<void> {
  for (const name of FUNCTIONS) {
    const { maximum_concurrency, batch_size, memory_mb } = description.functions[name];
    expect(inFlight[name], `${name}: messages in flight`).toBeLessThanOrEqual(maximum_concurrency * batch_size);
    expect(await memoryMaxMb(p, name), `${name}: MB`).toBeLessThanOrEqual(memory_mb);
  }
}

async function memoryMaxMb(p: RunningPipeline, name: FunctionName): Promise<number> {
  const said = [...(await p.logText(name)).matchAll(/Max Memory Used: (\d+) MB/g)].map(([, mb]) => Number(mb));
  expect(said.length).toBeGreaterThan(0);
  return Math.max(...said);
}

async function memory(p: RunningPipeline): Promise<string> {
  const used = await Promise.all(FUNCTIONS.map(async (name) => `${name} ${await memoryMaxMb(p, name)} MB`));
  return `at most ${used.join(', ')}`;
}

/** From the upload to the reports, most of it in the queue, by what the report function measured. */
async function ages(p: RunningPipeline, versions: readonly UploadedVersion[]): Promise<string> {
  const lines = await p.logLines('report');
  const ages_s = lines.map((line) => line.UploadToReportAge).filter((age) => typeof age === 'number');
  expect(ages_s.length).toBeGreaterThanOrEqual(versions.length);
  ages_s.sort((a, b) => a - b);
  const at = (share: number) => `${(ages_s[Math.ceil(ages_s.length * share) - 1] ?? 0).toFixed(1)} s`;
  return `upload → report p50 ${at(0.5)}, p95 ${at(0.95)}, all dropped at once`;
}

/** Every poisoned message is dead, and what else is dead is sent again. @returns how many those were */
async function replayDead(p: RunningPipeline, foreign: readonly string[]): Promise<number> {
  let replayed = 0;
  const poisoned: string[] = [];
  for (const queue of FUNCTIONS) {
    for (const { body } of await p.takeDeadLetters(`${queue}-dlq`, 0)) {
      if (foreign.includes(body)) poisoned.push(body);
      else {
        await p.send(queue, body);
        replayed += 1;
      }
    }
  }
  expect(poisoned.sort()).toEqual([...foreign].sort());
  return replayed;
}

/** Kills a process, of the functions in turn, again and again, until it is stopped. @returns how many died */
function killWorkers(p: RunningPipeline): { stop(): Promise<number> } {
  let [turn, killed] = [0, 0];
  const random = new Random(20_261_122);
  let timer: NodeJS.Timeout;
  // By chance: at an even pace a batch that comes back after its visibility would be met at the same moment each time.
  const next = () => {
    timer = setTimeout(kill, random.between(0, 2 * KILL_EVERY_MS));
  };
  const kill = () => {
    next();
    const pids = p.pids(FUNCTIONS[turn++ % FUNCTIONS.length] as FunctionName);
    if (pids.length === 0) return;
    process.kill(random.pick(pids), 'SIGKILL');
    killed += 1;
  };
  next();
  return {
    stop: async () => {
      clearTimeout(timer);
      return killed;
    },
  };
}
