import { ROLLUP_KEY, ROLLUP_PARTS_PREFIX, rollupPartSchema } from '@tastetrend/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { monthsPageOf } from '../core/page/index-pages.ts';
import { partText, RollupSum, rollupText } from '../core/rollup.ts';
import { RollupWorld, Turns, type Visit } from '../test-data/rollup-world.ts';
import { refreshRollup } from './refresh-rollup.ts';

const ALL = { keysMax: Number.POSITIVE_INFINITY };
/** Two of them are of one part. */
const KEYS = ['aa/1.csv', 'aa/2.csv', 'ab.csv', 'c0.csv'] as const;

const VISIT: Visit = { restaurant: 'Luke', month: '2024-01', halfStars: 9, cents: 1_234 };

const anyKey = fc.constantFrom(...KEYS);
const anyVisit: fc.Arbitrary<Visit> = fc.record({
  restaurant: fc.constantFrom(null, 'null', '', 'Luke', 'The Bricks', '\u{1F375}', '\uFFFD'),
  month: fc.constantFrom(null, '2024-01', '2024-02', '0999-12'),
  halfStars: fc.option(fc.integer({ min: 0, max: 10 })),
  cents: fc.option(fc.integer({ min: 0, max: 1_000_000 })),
});
const anyVisits = fc.array(anyVisit, { maxLength: 5 });

type Operation = (world: RollupWorld) => void;
const anyOperation: fc.Arbitrary<Operation> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.tuple(anyKey, anyVisits).map(
      ([key, visits]): Operation =>
        (world) =>
          world.upload(key, visits),
    ),
  },
  {
    weight: 1,
    arbitrary: anyKey.map(
      (key): Operation =>
        (world) =>
          world.remove(key),
    ),
  },
  {
    weight: 2,
    arbitrary: anyKey.map(
      (key): Operation =>
        (world) =>
          world.restore(key),
    ),
  },
  { weight: 2, arbitrary: fc.constant<Operation>((world) => world.report()) },
);

const bytesIn = (world: RollupWorld) => world.objects.get(ROLLUP_KEY)?.text;
const rollupObjects = (world: RollupWorld) =>
  [...world.objects].filter(([key]) => key.startsWith('processed/logs/rollup/')).map(([key, { text }]) => [key, text]);

describe('a rollup', () => {
  it('equals a count of the rows of all current tables after any uploads, removals and returns, with bounded refreshes between', async () => {
    const anyStep = fc.oneof(
      { weight: 2, arbitrary: anyOperation },
      { weight: 1, arbitrary: fc.integer({ min: 1, max: 4 }) },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(anyStep, { minLength: 4, maxLength: 16, size: 'max' }), async (steps) => {
        const world = new RollupWorld();
        let after: string | undefined;
        for (const step of steps) {
          if (typeof step === 'function') step(world);
          else after = (await refreshRollup({ keysMax: step, after }, world.ports())).next_after;
        }
        world.report();
        // At most one round that was begun, and one anew.
        for (let round = 0; round < 2 * KEYS.length; round++)
          after = (await refreshRollup({ keysMax: 1, after }, world.ports())).next_after;
        expect(bytesIn(world)).toBe(world.expected());

        const quiet = rollupObjects(world);
        await refreshRollup(ALL, world.ports());
        expect(rollupObjects(world)).toEqual(quiet);
      }),
      { numRuns: 150 },
    );
  });

  it('ends in the same bytes whichever refreshes run at once, and whatever changed under them', async () => {
    const anyPlan = fc.array(
      fc.tuple(fc.constantFrom('changes', 'stale', 'staler', 'last'), fc.integer({ min: 1, max: 60 })),
      { maxLength: 24 },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(anyOperation, { minLength: 1, maxLength: 8 }), anyPlan, async (steps, plan) => {
        const world = new RollupWorld();
        world.upload('aa/1.csv', [VISIT]);
        world.report();
        await refreshRollup(ALL, world.ports());
        const turns = new Turns();
        world.turn = turns.turn;
        const changed = (async () => {
          for (const step of [...steps, (last: RollupWorld) => last.report()]) {
            await turns.turn('changes');
            step(world);
          }
        })();
        // One that begins when nothing changes any more, beside what began before and may be held up until after it.
        const last = changed.then(() => refreshRollup(ALL, world.ports('last')));
        const stale = ['stale', 'staler'].map((actor) => refreshRollup(ALL, world.ports(actor)));
        await turns.run(plan, Promise.all([...stale, last]));
        expect(bytesIn(world)).toBe(world.expected());
        const page = world.objects.get('processed/logs/rollup/months.html')?.text;
        expect(page).toBe(monthsPageOf(JSON.parse(world.expected())));
      }),
      { numRuns: 200 },
    );
  });

  it('is the same sum of the same keys in any order', async () => {
    const anyFiles = fc.array(anyVisits, { minLength: 1, maxLength: 4 });
    const anyOrder = fc.shuffledSubarray([...KEYS], { minLength: KEYS.length });
    await fc.assert(
      fc.asyncProperty(anyFiles, anyOrder, async (files, order) => {
        const world = new RollupWorld();
        for (const [i, visits] of files.entries()) world.upload(KEYS[i] as string, visits);
        world.report();
        await refreshRollup(ALL, world.ports());
        const parts = rollupObjects(world).filter(([key]) => key?.startsWith(ROLLUP_PARTS_PREFIX));
        const keys = parts.flatMap(([, text]) => rollupPartSchema.parse(JSON.parse(text ?? '')).keys);
        const rank = ({ table }: { table: string }) => order.findIndex((key) => table.includes(key.slice(-5)));
        const shuffled = keys.toSorted((a, b) => rank(a) - rank(b));
        const sum = new RollupSum();
        for (const key of shuffled) sum.add(key);
        expect(rollupText(sum.rollup())).toBe(world.expected());
        expect(partText(shuffled)).toBe(partText(keys));
      }),
      { numRuns: 40 },
    );
  });
});

describe('a refresh', () => {
  it('asks of a key whose table stayed only whose it is', async () => {
    const world = new RollupWorld();
    for (const key of KEYS) world.upload(key, [VISIT]);
    world.report();
    await refreshRollup(ALL, world.ports());
    world.requests.length = 0;
    const { keys_changed, keys_looked_at } = await refreshRollup(ALL, world.ports());
    expect({ keys_changed, keys_looked_at }).toEqual({ keys_changed: 0, keys_looked_at: KEYS.length });
    expect(world.requests.filter((request) => request.startsWith('write'))).toEqual([]);
    expect(world.requests.filter((request) => /^read .*(manifests|validation_|catalog)/.test(request))).toEqual([]);
  });

  it('counts what has no summary yet as not counted, and counts it when it has', async () => {
    const world = new RollupWorld();
    world.upload('ab.csv', [VISIT]);
    expect((await refreshRollup(ALL, world.ports())).rollup).toMatchObject({ files: 0, files_without_months: 1 });
    world.report();
    const { rollup } = await refreshRollup(ALL, world.ports());
    expect(rollup).toMatchObject({ files: 1, files_without_months: 0 });
    expect(rollup.cells).toHaveLength(1);
  });

  it('counts nothing of reference data, and of a key without a table', async () => {
    const world = new RollupWorld();
    for (const key of KEYS) world.upload(key, [VISIT]);
    world.report();
    await refreshRollup(ALL, world.ports());
    // What was reviews is uploaded again as reference data, under its old name.
    world.upload('ab.csv', [VISIT]);
    const table = world.current.get('ab.csv');
    if (table === undefined) throw new Error('ab.csv has a table');
    world.current.set('ab.csv', { ...table, kind: 'restaurant_info' });
    world.current.delete('c0.csv');
    world.report();
    const { rollup } = await refreshRollup(ALL, world.ports());
    expect(rollup).toMatchObject({ files: KEYS.length - 2, files_without_months: 0 });
    expect(rollup.cells.map(({ rows }) => rows)).toEqual([KEYS.length - 2]);
  });

  it('is stopped by nothing that is wrong with one key, and counts it when it is mended', async () => {
    const world = new RollupWorld();
    for (const key of KEYS) world.upload(key, [VISIT]);
    world.report();
    const wrong = [...world.objects.keys()].filter((key) => /^catalog|manifests|validation_/.test(key));
    expect(wrong).toHaveLength(3 * KEYS.length);
    for (const key of wrong) {
      const right = world.objects.get(key);
      if (right === undefined) throw new Error(`${key} is not there`);
      for (const part of [...world.objects.keys()].filter((name) => name.startsWith(ROLLUP_PARTS_PREFIX)))
        world.objects.delete(part);
      world.objects.set(key, { ...right, text: 'nonsense' });
      const { rollup } = await refreshRollup(ALL, world.ports());
      expect(rollup).toMatchObject({ files: KEYS.length - 1, files_without_months: 1 });
      world.objects.set(key, right);
      await refreshRollup(ALL, world.ports());
      expect(bytesIn(world)).toBe(world.expected());
    }
  });

  it('that is held up anywhere, while a table goes away and comes back, does not leave what was in between', async () => {
    let heldAfter = 0;
    for (let isOver = false; !isOver; ) {
      heldAfter += 1;
      const world = new RollupWorld();
      for (const key of KEYS) world.upload(key, [VISIT]);
      world.report();
      await refreshRollup(ALL, world.ports());
      world.upload('aa/2.csv', [VISIT, VISIT]);
      world.report();
      const turns = new Turns();
      world.turn = turns.turn;
      const stale = refreshRollup(ALL, world.ports('stale')).then(() => {
        isOver = true;
      });
      await turns.run([['stale', heldAfter]], Promise.resolve());
      world.restore('aa/2.csv');
      const last = refreshRollup(ALL, world.ports('last'));
      await turns.run([['last', 200]], last);
      const wasHeld: boolean = !isOver;
      await turns.run([], stale);
      expect(bytesIn(world), `held up after ${heldAfter} requests`).toBe(world.expected());
      isOver = !wasHeld;
    }
    expect(heldAfter).toBeGreaterThan(30);
  });

  it('is not wrong for good when one dies between what it wrote and its last look', async () => {
    const world = new RollupWorld();
    world.upload('ab.csv', [VISIT]);
    world.upload('aa/1.csv', [VISIT]);
    world.report();
    await refreshRollup(ALL, world.ports());
    const requests = world.requests.length;
    for (let dies = 1; dies < 2 * requests; dies += 3) {
      world.upload('ab.csv', [VISIT, { ...VISIT, cents: dies }]);
      world.report();
      let left = dies;
      world.turn = async () => {
        left -= 1;
        // It dies, and the table changes under it.
        if (left === 0) throw new Error('died');
      };
      await refreshRollup(ALL, world.ports()).catch((error: Error) => expect(error.message).toBe('died'));
      world.turn = async () => {};
      world.restore('ab.csv');
      await refreshRollup(ALL, world.ports());
      expect(bytesIn(world)).toBe(world.expected());
    }
  });
});
