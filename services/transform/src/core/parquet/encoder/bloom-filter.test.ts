import type { Column } from '@tastetrend/contracts';
import { readBloomFilter, sbbfContains, sbbfInsert } from 'hyparquet/src/bloom.js';
import { xxhash64 } from 'hyparquet/src/xxhash.js';
import { expect, test } from 'vitest';
import { RowGroupMaker } from '../chunks.fixture.ts';
import { bloomFilterOf } from './bloom-filter.ts';
import { buildDictionary } from './dictionary.ts';
import { placeRowGroup } from './placement.ts';

const hash = (text: string) => xxhash64(Buffer.from(text));

function filterOf(texts: readonly (string | null)[], form: 'plain' | 'coded', hasDictionary: boolean) {
  const column: Column = { name: 't', type: 'string', nullable: true };
  const maker = new RowGroupMaker([column], { texts: form, memory: 'own' });
  const [chunk] = placeRowGroup(maker.groupOf(texts.map((t) => ({ t }))));
  if (chunk === undefined) expect.fail('no column was placed');
  const dictionary = hasDictionary ? buildDictionary(chunk, 100) : undefined;
  expect(dictionary !== undefined).toBe(hasDictionary);
  const bytes = bloomFilterOf(chunk, dictionary);
  if (bytes === undefined) return undefined;
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: 0 };
  const filter = readBloomFilter(reader);
  expect(reader.offset, 'every byte is read').toBe(bytes.length);
  return filter;
}

test.each([
  [1, 32],
  [42, 32],
  [43, 64],
  [5000, 4096],
])('%i texts: the bits that another implementation sets, in %i bytes', (count, size) => {
  const texts = Array.from({ length: count }, (_, i) => `${i} ${'é'.repeat(i % 60)}`);
  const expected = new Uint32Array(size / 4);
  for (const text of texts) sbbfInsert(expected, hash(text));
  const found = filterOf(texts, 'plain', false);
  expect(found?.numBytes).toBe(size);
  expect(found?.blocks).toEqual(expected);
});

test('a text that repeats is counted once where there is a dictionary; a null is not in it', () => {
  const texts = Array.from({ length: 3000 }, (_, i) => (i % 7 === 0 ? null : `text ${i % 40}`));
  const expected = new Uint32Array(8);
  for (const text of new Set(texts)) if (text !== null) sbbfInsert(expected, hash(text));
  expect(filterOf(texts, 'plain', true)?.blocks).toEqual(expected);
});

test('texts by codes: those that rows have, of all in the dictionary', () => {
  const found = filterOf(['one', 'two', 'one', null, 'one', 'two', 'two'], 'coded', true);
  expect(['one', 'two'].map((text) => found && sbbfContains(found.blocks, hash(text)))).toEqual([true, true]);
  expect(found && sbbfContains(found.blocks, hash('no row has this'))).toBe(false);
});

test('few texts that are not there seem to be', () => {
  const found = filterOf(
    Array.from({ length: 20_000 }, (_, i) => `text ${i}`),
    'plain',
    false,
  );
  const absent = Array.from({ length: 20_000 }, (_, i) => `other ${i}`);
  const seeming = absent.filter((text) => found && sbbfContains(found.blocks, hash(text)));
  expect(seeming.length / absent.length).toBeLessThan(0.1);
});

test('a column of nulls has none', () => {
  expect(filterOf([null, null], 'plain', false)).toBeUndefined();
});
