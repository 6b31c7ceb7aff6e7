import type { Column } from '@tastetrend/contracts';
import { expect, test } from 'vitest';
import { type Row, RowGroupMaker } from '../chunks.fixture.ts';
import type { Texts } from '../types.ts';
import { placeRowGroup } from './placement.ts';
import { openTastetrendWriter } from './writer.ts';

const COLUMNS: readonly Column[] = [
  { name: 'id', type: 'string', nullable: false },
  { name: 'text', type: 'string', nullable: true },
  { name: 'number', type: 'double', nullable: true },
];
const ROWS: readonly Row[] = Array.from({ length: 30_000 }, (_, i) => ({
  id: `${i}`.padStart(200, '0'),
  text: i % 5 === 0 ? null : `text ${i % 9000}`,
  number: i % 3 === 0 ? null : i / 7,
}));

async function written(memory: 'own' | 'kernels'): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  const sink = { write: (bytes: Uint8Array) => void parts.push(bytes.slice()) };
  const writer = await openTastetrendWriter(sink, { columns: COLUMNS, metadata: {} });
  const maker = new RowGroupMaker(COLUMNS, { texts: 'plain', memory });
  const group = maker.groupOf(ROWS);
  await writer.writeRowGroup(group);
  maker.release();
  await writer.finish();
  return Buffer.concat(parts);
}

test('columns in memory of their own give the bytes that columns in the memory of the kernels give', async () => {
  const first = await written('kernels');
  expect((await written('own')).equals(first)).toBe(true);
});

test('what stands in the memory of the kernels stays where it is', () => {
  const maker = new RowGroupMaker(COLUMNS, { texts: 'plain', memory: 'kernels' });
  const group = maker.groupOf(ROWS.slice(0, 10));
  const [id, text, number] = placeRowGroup(group);
  const [ids, texts, numbers] = group.columns.map(({ values }) => values) as [Texts, Texts, Float64Array];
  expect(id?.texts).toMatchObject({ bytes: ids.bytes.byteOffset, offsets: ids.offsets.byteOffset, entries: 0 });
  expect(text?.texts?.bytes).toBe(texts.bytes.byteOffset);
  expect(text?.nulls).toBe(group.columns[1]?.nulls.byteOffset);
  expect(number?.numbers).toBe(numbers.byteOffset);
  expect([id?.nulls, number?.width]).toEqual([0, 8]);
  maker.release();
});
