/**
 * Promise 1: once in effect. The deployed bundles run against the local AWS; each of their calls meets each kind of fault,
 * and what is left when everything has come to rest is compared byte for byte with a run in which nothing happened.
 * `npm run test:reliability` tries every case; `npm test` a few kills.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FunctionName } from '@tastetrend/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { canRunPipeline } from '../pipeline/index.ts';
import { type Case, type Found, findCases, isByOrder, type Outcome, shapeOf, tryCase } from './cases.ts';
import { functionOf, type Lane, type Snapshot, startLane } from './lane.ts';
import { tableOf } from './table.ts';

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url));
const DOCUMENT = path.join(ROOT, 'docs', 'reliability.md');
const SUITE = 'promise 1, once in effect: faults at every call';
const IS_WHOLE = process.env.TASTETREND_TESTS === 'reliability';
/** Most of a case is waiting for what a dead worker held. */
const LANES = IS_WHOLE ? 5 : 2;
const FUNCTIONS: readonly FunctionName[] = ['transform', 'report'];

describe.runIf(await canRunPipeline(SUITE))(SUITE, () => {
  const lanes: { readonly lane: Lane; readonly quiet: Snapshot }[] = [];
  let found: Found;
  const outcomes: Outcome[] = [];

  beforeAll(async () => {
    const started = await Promise.all(Array.from({ length: LANES }, startLane));
    await Promise.all(
      started.map(async (lane) => {
        await lane.empty();
        await lane.deliver(1);
        lanes.push({ lane, quiet: await lane.snapshot() });
      }),
    );
    const [first] = lanes;
    if (first === undefined) throw new Error('no lane was started');
    found = await findCases(first.lane, first.quiet);
    const cases = [...chosen(found.cases)];
    const total = cases.length;
    await Promise.all(
      lanes.map(async ({ lane, quiet }) => {
        for (let one = cases.shift(); one !== undefined; one = cases.shift()) {
          const outcome = await untilMet(lane, quiet, one);
          // Some calls are made only where versions came in one order, or a race was lost, and not in every run.
          if (outcome.wasMet || (one.scenario === 0 && !isByOrder(one.call))) outcomes.push(outcome);
          if (IS_WHOLE && outcomes.length % 25 === 0) process.stdout.write(`${outcomes.length} of ${total} cases\n`);
        }
      }),
    );
  }, 3_600_000);
  afterAll(async () => {
    await Promise.all(lanes.map(({ lane }) => lane.stop()));
  });

  it('a quiet run keeps every promise, and so does one in which something fails or waits', () => {
    const sizes = lanes.map(({ quiet }) => [...quiet.keys()].filter((key) => !isByOrder(key)).length);
    expect(sizes).toEqual(lanes.map(() => sizes[0]));
    expect(lanes[0]?.quiet.size).toBeGreaterThan(30);
    expect(found.wrong).toEqual([]);
  });

  it('every request says whose it is, so that no call goes past the wire', () => {
    expect(found.calls.filter(({ sender }) => functionOf(sender) === undefined)).toEqual([]);
  });

  it.each(FUNCTIONS)('%s: every command that its bundle can send was on the wire', (name) => {
    const seen = found.calls.filter(({ sender }) => functionOf(sender) === name).map(({ command }) => command);
    expect([...new Set(seen)].sort()).toEqual(commandsIn(name));
  });

  it('after every fault the bytes are those of a quiet run, and no promise is broken', () => {
    process.stdout.write(`\n${tableOf(outcomes)}\n\n${outcomes.length} cases of ${found.cases.length}\n`);
    const broken = outcomes.filter(({ wrong }) => wrong.length > 0);
    expect(broken.map(({ case: tried, wrong }) => `${nameOf(tried)}: ${wrong.join('; ')}`)).toEqual([]);
    const unmet = outcomes.filter(({ wasMet }) => !wasMet);
    expect(unmet.map(({ case: tried }) => `${nameOf(tried)}: the call was not made`)).toEqual([]);
  });

  if (IS_WHOLE) {
    // How many cases there are differs a little from run to run: a worker looks at a table again when it lost a race.
    it('docs/reliability.md has a line for every call', () => {
      const text = readFileSync(DOCUMENT, 'utf8');
      const [before = '', after = ''] = text.split(/(?<=<!-- cases -->\n)[\s\S]*(?=<!-- end of cases -->)/);
      const wanted = `${before}\n${tableOf(outcomes)}\n\n${after}`;
      if (process.env.UPDATE_RELIABILITY === '1') writeFileSync(DOCUMENT, wanted);
      const calls = (document: string) => [...document.matchAll(/^\| [a-z]+ \| `.*?` \|/gm)].map(([line]) => line);
      const hint = 'UPDATE_RELIABILITY=1 npm run test:reliability writes it';
      expect(calls(readFileSync(DOCUMENT, 'utf8')), hint).toEqual(calls(wanted));
    });
  }
});

/** What a kill may not come between, if only a few are tried: a commit, what competes, what is said. */
const VITAL = [
  /PutItem lease/,
  /PutObject .*manifests/,
  /PutObject .*current table/,
  /PutObject .*bias_/,
  /heads/,
  /PutEvents/,
];

/** All; or a kill of the first version at each vital call, before and after in turn, and one at each other command. */
function chosen(cases: readonly Case[]): readonly Case[] {
  if (IS_WHOLE) return cases;
  const kills = cases.filter(
    ({ action, call, occurrence, times }) =>
      action.startsWith('kill') && occurrence === 1 && times === 1 && !/^(?:Get|Head|List)/.test(call),
  );
  const kinds = Map.groupBy(kills, ({ sender, call }) => {
    const vital = VITAL.find((one) => one.test(shapeOf(call)));
    return `${sender} ${vital ?? call.split(' ')[0]}`;
  });
  return [...kinds.values()].map((some, at) => some[at % 2] as Case);
}

/** Versions finish in any order, so that a second look at a table may be made in one run and not in the next. */
async function untilMet(lane: Lane, quiet: Snapshot, tried: Case): Promise<Outcome> {
  let outcome = await tryCase(lane, quiet, tried);
  for (let again = 0; again < 2 && !outcome.wasMet && outcome.wrong.length === 0; again++) {
    outcome = await tryCase(lane, quiet, tried);
  }
  return outcome;
}

function nameOf({ sender, call, action, occurrence, times }: Case): string {
  return `${sender}: ${action} at ${call} (#${occurrence}, delivered ${times} times)`;
}

/** What the bundle constructs; commands that are imported and never sent are not in it. */
function commandsIn(name: FunctionName): string[] {
  const dist = path.join(ROOT, 'services', name, 'dist');
  const code = readdirSync(dist).filter((file) => file.endsWith('.mjs'));
  const sent = code.flatMap((file) => [
    ...readFileSync(path.join(dist, file), 'utf8').matchAll(/new [\w$]+\.(\w+)Command\(/g),
  ]);
  return [...new Set(sent.map(([, command]) => command ?? ''))].sort();
}
