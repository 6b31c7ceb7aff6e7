/**
 * The cases: found by looking at the wire, not by a list that somebody keeps. A call that is new in the code is in them
 * from the next run on.
 */
import { functionOf, type Lane, type Snapshot } from './lane.ts';
import type { WireAction, WireCall, WireFault } from './wire.ts';

/** As many as the SDK's attempts (shared/aws/src/clients.ts): the code sees the failure, and the next delivery does not. */
const ATTEMPTS = 4;
/** A read changes nothing: a death before it is the death after the call before it, which is tried there. */
const READS = /^(?:Get|Head|List)/;

/** What goes on while calls are looked for. Each brings calls that the ones before it do not make. */
const SCENARIOS: readonly { readonly name: string; readonly faults: readonly WireFault[]; readonly times: number }[] = [
  { name: 'quiet', faults: [], times: 1 },
  {
    name: 'a transform fails',
    faults: [fault('PutObject processed/processed/manifests/<first>.json', 'fail_before', ATTEMPTS)],
    times: 1,
  },
  {
    name: 'a report fails',
    faults: [fault('PutObject processed/processed/logs/<day>/bias_<uploaded>_<first>.json', 'fail_before', ATTEMPTS)],
    times: 1,
  },
  { name: 'a lease is held', faults: [fault('GetObject raw/north/again.csv@<first>', 'delay', 1)], times: 2 },
];

export interface Case {
  readonly call: string;
  readonly sender: string;
  readonly action: WireAction | 'none';
  readonly occurrence: number;
  readonly scenario: number;
  readonly times: number;
}

export interface Outcome {
  readonly case: Case;
  /** Whether the call was made and met its fault. */
  readonly wasMet: boolean;
  readonly wrong: readonly string[];
}

function fault(call: string, action: WireAction, times: number, occurrence = 1): WireFault {
  return { call, action, times, occurrence };
}

/** A call without what tells one version from another. */
export function shapeOf(call: string): string {
  return call
    .replaceAll(/<(?!uploaded|day)\w+>/g, '<version>')
    .replaceAll(/(?<=raw\/\??)[^@]+/g, '<key>')
    .replaceAll(/(?<=processed\/processed\/)(?:\w+\/)?processed_.*/g, '<current table>')
    .replaceAll(/logs\/(?:<day>|undated)/g, 'logs/<day>')
    .replaceAll(/_(?:<uploaded>|undated)_/g, '_<uploaded>_');
}

/** What a process of the report asks once in a while, and not of each file: which restaurants the reference data has. */
const ONCE_A_PROCESS = /^GetObject processed\/(?:catalog\/|processed\/(?:\w+\/)?processed_)/;

/**
 * With which earlier upload one is compared depends on which of them were reported by then: what it says does not. And
 * what a process asks once is asked by whichever message it meets first.
 */
export function isByOrder(keyOrCall: string): boolean {
  return keyOrCall.includes('/comparison_') || ONCE_A_PROCESS.test(keyOrCall);
}

export interface Found {
  readonly cases: readonly Case[];
  /** Every call that was seen, of any scenario. */
  readonly calls: readonly WireCall[];
  readonly wrong: readonly string[];
}

/** Looks what the functions ask in each scenario, and makes the cases of it. */
export async function findCases(lane: Lane, quiet: Snapshot): Promise<Found> {
  const cases: Case[] = [];
  const calls: WireCall[] = [];
  const wrong: string[] = [];
  const seen = new Set<string>();
  const shapes = new Set<string>();
  for (const [scenario, { name, faults, times }] of SCENARIOS.entries()) {
    await lane.empty();
    for (const one of faults) lane.wire.arm(one);
    await lane.deliver(times);
    wrong.push(...(await differences(lane, quiet)).map((line) => `${name}: ${line}`));
    calls.push(...lane.wire.calls);
    const counts = Map.groupBy(lane.wire.calls, ({ sender, call }) => `${functionOf(sender)} ${call}`);
    for (const key of [...counts.keys()].sort()) {
      const made = counts.get(key) ?? [];
      const [{ call, sender = '' }] = made as [WireCall];
      if (seen.has(key)) continue;
      seen.add(key);
      const at = { call, sender: functionOf(sender) ?? 'unknown', scenario };
      if (!READS.test(call)) cases.push({ ...at, action: 'kill_before', occurrence: 1, times: 1 });
      cases.push({ ...at, action: 'kill_after', occurrence: 1, times: 1 });
      const shape = `${at.sender} ${shapeOf(call)}`;
      if (shapes.has(shape)) continue;
      shapes.add(shape);
      for (const action of ['throttle', 'fail_before', 'fail_after', 'cut_after', 'stall', 'delay'] as const) {
        cases.push({ ...at, action, occurrence: 1, times: 1 });
      }
      // Twice at the same moment, and one of the two dies.
      cases.push({ ...at, action: 'kill_after', occurrence: 1, times: 2 });
    }
  }
  for (const times of [2, 5])
    cases.push({ call: '', sender: 'all', action: 'none', occurrence: 0, scenario: 0, times });
  return { cases, calls, wrong };
}

/** Tries a case from nothing to rest. */
export async function tryCase(lane: Lane, quiet: Snapshot, tried: Case): Promise<Outcome> {
  await lane.empty();
  for (const one of SCENARIOS[tried.scenario]?.faults ?? []) lane.wire.arm(one);
  const { call, action, occurrence } = tried;
  const isRepeated = ['throttle', 'fail_before', 'fail_after', 'cut_after'].includes(action);
  const met = action === 'none' ? () => 1 : lane.wire.arm(fault(call, action, isRepeated ? ATTEMPTS : 1, occurrence));
  try {
    await lane.deliver(Math.max(tried.times, SCENARIOS[tried.scenario]?.times ?? 1));
    return { case: tried, wasMet: met() > 0, wrong: await differences(lane, quiet) };
  } catch (error) {
    return { case: tried, wasMet: met() > 0, wrong: [String(error)] };
  }
}

/** What is not as after a quiet run, in words. */
async function differences(lane: Lane, quiet: Snapshot): Promise<string[]> {
  const found = await lane.snapshot();
  const keys = new Set([...quiet.keys(), ...found.keys()]);
  const isOther = (key: string) => {
    const [before, now] = [quiet.get(key), found.get(key)];
    const mayBeMissing = isByOrder(key) && (before === undefined || now === undefined);
    return before !== now && !mayBeMissing;
  };
  const other = [...keys].filter(isOther);
  const wrong = other.map((key) => {
    if (!found.has(key)) return `${key} is not there`;
    return quiet.has(key) ? `${key} has other bytes` : `${key} should not be there`;
  });
  return [...wrong, ...(await lane.complaints())];
}
