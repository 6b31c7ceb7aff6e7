import type { Column } from '@tastetrend/contracts';
import { parquetMetadata } from 'hyparquet';
import { deserializeTCompactProtocol } from 'hyparquet/src/thrift.js';
import { expect, test } from 'vitest';
import { type Cell, type Row, RowGroupMaker } from '../chunks.fixture.ts';
import { openTastetrendWriter } from './writer.ts';

const ENCODINGS = { 0: 'PLAIN', 5: 'DELTA_BINARY_PACKED', 6: 'DELTA_LENGTH_BYTE_ARRAY', 8: 'RLE_DICTIONARY' } as const;

async function written(column: Column, cells: readonly Cell[], bloomFilters: readonly string[] = []) {
  const parts: Uint8Array[] = [];
  const sink = { write: (bytes: Uint8Array) => void parts.push(bytes.slice()) };
  const writer = await openTastetrendWriter(sink, { columns: [column], metadata: {}, bloomFilters });
  const rows: Row[] = cells.map((cell) => ({ [column.name]: cell }));
  await writer.writeRowGroup(new RowGroupMaker([column], { texts: 'plain', memory: 'own' }).groupOf(rows));
  await writer.finish();
  return Buffer.concat(parts);
}

function chunkOf(bytes: Buffer) {
  const [group] = parquetMetadata(new Uint8Array(bytes).buffer).row_groups;
  const metadata = group?.columns[0]?.meta_data;
  if (group === undefined || metadata === undefined) expect.fail('there is no column');
  return { group, metadata };
}

/** The pages of the only column, as their headers say. */
function pagesOf(bytes: Buffer) {
  const { metadata } = chunkOf(bytes);
  const start = Number(metadata.dictionary_page_offset ?? metadata.data_page_offset);
  const reader = { view: new DataView(bytes.buffer, bytes.byteOffset, bytes.length), offset: start };
  const pages: { kind: string; values: number; encoding: string; bytes: number }[] = [];
  while (reader.offset < start + Number(metadata.total_compressed_size)) {
    const header = deserializeTCompactProtocol(reader);
    reader.offset += header.field_3;
    const kind = header.field_1 === 2 ? 'dictionary' : 'data';
    const { field_1: values, field_2: encoding } = header[kind === 'dictionary' ? 'field_7' : 'field_5'];
    pages.push({ kind, values, encoding: ENCODINGS[encoding as keyof typeof ENCODINGS], bytes: header.field_2 });
  }
  expect(reader.offset, 'pages end where the column does').toBe(start + Number(metadata.total_compressed_size));
  return { pages, encodings: metadata.encodings };
}

const column = (type: Column['type']): Column => ({ name: 'c', type, nullable: true });
const rows = (count: number, cellAt: (i: number) => Cell) => Array.from({ length: count }, (_, i) => cellAt(i));

test.each([
  ['string', 'DELTA_LENGTH_BYTE_ARRAY', (i: number) => `text ${i}`],
  ['double', 'PLAIN', (i: number) => i / 3],
  ['int32', 'DELTA_BINARY_PACKED', (i: number) => i * 5],
  ['int64', 'DELTA_BINARY_PACKED', (i: number) => i * 2 ** 40],
  ['date', 'DELTA_BINARY_PACKED', (i: number) => i],
  ['timestamp_ms', 'DELTA_BINARY_PACKED', (i: number) => i * 1000],
  ['boolean', 'PLAIN', (i: number) => i % 2 === 0],
] as const)('%s that differ are %s', async (type, encoding, cellAt) => {
  const { pages, encodings } = pagesOf(await written(column(type), rows(500, cellAt)));
  expect(pages).toMatchObject([{ kind: 'data', values: 500, encoding }]);
  expect(new Set(encodings)).toEqual(new Set(['RLE', encoding]));
});

test.each(['string', 'double', 'int32', 'int64', 'date', 'timestamp_ms'] as const)(
  '%s that repeat have a dictionary',
  async (type) => {
    const cells = rows(500, (i) => (type === 'string' ? `text ${i % 9}` : i % 9));
    const { pages, encodings } = pagesOf(await written(column(type), cells));
    expect(pages).toMatchObject([
      { kind: 'dictionary', values: 9, encoding: 'PLAIN' },
      { kind: 'data', values: 500, encoding: 'RLE_DICTIONARY' },
    ]);
    expect(new Set(encodings)).toEqual(new Set(['PLAIN', 'RLE', 'RLE_DICTIONARY']));
  },
);

test('texts that differ are cut into pages of 8 MB and a text', async () => {
  const cells = rows(21, (i) => (i === 7 ? null : String.fromCharCode(97 + i).repeat(1_000_000)));
  const { pages } = pagesOf(await written(column('string'), cells));
  expect(pages.map(({ values, bytes }) => [values, Math.round(bytes / 1e6)])).toEqual([
    [10, 9],
    [9, 9],
    [2, 2],
  ]);
});

test('a Bloom filter stands behind its row group, and is none of its bytes', async () => {
  const cells = rows(100, (i) => `text ${i}`);
  const without = chunkOf(await written(column('string'), cells));
  expect([without.metadata.bloom_filter_offset, without.metadata.bloom_filter_length]).toEqual([undefined, undefined]);
  const { group, metadata } = chunkOf(await written(column('string'), cells, ['c']));
  expect(metadata.total_compressed_size).toBe(without.metadata.total_compressed_size);
  expect(Number(metadata.bloom_filter_offset)).toBe(4 + Number(metadata.total_compressed_size));
  expect(metadata.bloom_filter_length).toBeGreaterThan(100 * (6 / 8));
  expect(group.total_byte_size).toBe(without.group.total_byte_size);
  expect(group.total_compressed_size).toBe(metadata.total_compressed_size);
});

test('only a column of texts can have a Bloom filter', async () => {
  await expect(written(column('double'), [1, 2], ['c'])).rejects.toThrow('column c has no texts for a Bloom filter');
});
