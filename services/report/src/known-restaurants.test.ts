import { catalogEntryKey, catalogEntryOf, currentTableKey } from '@tastetrend/contracts';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { expect, it } from 'vitest';
import { knownRestaurants } from './known-restaurants.ts';

const MINUTE_MS = 60_000;

interface Column {
  name: string;
  data: string[];
}

/** Current tables by raw key, entered in the catalog; and how often it was listed. */
function worldOf(tables: Readonly<Record<string, ArrayBuffer>>) {
  const world = { listings: 0, isBroken: false, nowMs: 0, tables: { ...tables } };
  const entryKey = (rawKey: string) => catalogEntryKey('restaurant_info', rawKey);
  const restaurants = knownRestaurants(
    {
      async *keysBelow() {
        world.listings += 1;
        if (world.isBroken) throw new Error('the world is broken');
        yield Object.keys(world.tables).map(entryKey);
      },
      committed: {
        async readText(key) {
          const rawKey = Object.keys(world.tables).find((one) => entryKey(one) === key);
          return rawKey === undefined ? undefined : catalogEntryOf('processed', rawKey);
        },
        async readBytes(key, start, end) {
          const found = Object.entries(world.tables).find(([rawKey]) => currentTableKey(rawKey) === key);
          return found?.[1].slice(start, end);
        },
      },
    },
    () => world.nowMs,
  );
  return { world, names: async () => [...new Set((await restaurants()).values())].sort() };
}

const table = (...columnData: Column[]) => parquetWriteBuffer({ columnData });
const info = (...names: string[]) =>
  table({ name: 'restaurant_name', data: names }, { name: 'location', data: names.map((name) => `${name} street`) });

it('reads the names of every table of reference data, and of none that has turned into reviews', async () => {
  const reviews = table({ name: 'review_uid', data: ['1'] }, { name: 'restaurant_name', data: ['Made Up'] });
  const { names } = worldOf({ 'a.csv': info('Tavern', 'Luke'), 'dir/b c.csv': info('Bricks'), 'c.csv': reviews });
  expect(await names()).toEqual(['Bricks', 'Luke', 'Tavern']);
});

it('leaves out what is too large to be reference data', async () => {
  const { names } = worldOf({ 'a.csv': info('Tavern'), 'b.csv': new ArrayBuffer(1024 * 1024 + 1) });
  expect(await names()).toEqual(['Tavern']);
});

it('looks once for all that ask at the same time, and again after a while', async () => {
  const { world, names } = worldOf({ 'a.csv': info('Tavern') });
  await Promise.all([names(), names(), names()]);
  world.nowMs = 14 * MINUTE_MS;
  world.tables['b.csv'] = info('Luke');
  expect(await names()).toEqual(['Tavern']);
  expect(world.listings).toBe(1);
  world.nowMs = 15 * MINUTE_MS;
  expect(await names()).toEqual(['Luke', 'Tavern']);
  expect(world.listings).toBe(2);
});

it('a look that fails is not remembered', async () => {
  const { world, names } = worldOf({ 'a.csv': info('Tavern') });
  world.isBroken = true;
  await expect(names()).rejects.toThrow('broken');
  world.isBroken = false;
  expect(await names()).toEqual(['Tavern']);
});
