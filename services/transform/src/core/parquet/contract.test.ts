/** What every writer of tables must do. Files are read back by three readers that know nothing of each other. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, zstdDecompressSync } from 'node:zlib';
import type { Column } from '@tastetrend/contracts';
import { REVIEW_COLUMNS } from '@tastetrend/contracts';
import { openReaders, type ParquetReaders, ReaderUnavailable } from '@tastetrend/testing';
import { parquetMetadata, parquetReadObjects, parquetSchema } from 'hyparquet';
import { afterAll, beforeAll, beforeEach, describe, expect, type TestContext, test } from 'vitest';
import { type Cell, type Form, type Row, RowGroupMaker } from './chunks.fixture.ts';
import { ROW_GROUP_ROWS_MAX, ROW_GROUP_TEXT_BYTES_MAX, RowGroupBuilder } from './row-group-builder.ts';
import { PARQUET_WRITERS, selectParquetWriter, UnknownParquetWriterError } from './select.ts';
import type { ByteSink } from './types.ts';

const READERS = ['hyparquet', 'pyarrow', 'duckdb'] as const;
type Reader = (typeof READERS)[number];

interface Read {
  readonly schema: readonly { name: string; type: string; nullable: boolean }[];
  readonly metadata: Readonly<Record<string, string>>;
  readonly rowGroups: number;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

const COLUMNS = [
  { name: 'row', type: 'int32', nullable: false },
  { name: 'text', type: 'string', nullable: true },
  { name: 'label', type: 'string', nullable: false },
  { name: 'number', type: 'double', nullable: true },
  { name: 'small', type: 'int32', nullable: true },
  { name: 'big', type: 'int64', nullable: true },
  { name: 'flag', type: 'boolean', nullable: true },
  { name: 'sure', type: 'boolean', nullable: false },
  { name: 'day', type: 'date', nullable: true },
  { name: 'at', type: 'timestamp_ms', nullable: false },
  { name: 'never', type: 'string', nullable: true },
  { name: 'nothing', type: 'double', nullable: true },
] as const satisfies readonly Column[];

const DAY_MS = 86_400_000;
const day = (iso: string) => Date.parse(iso) / DAY_MS;

const TEXTS = [
  ...[
    '',
    'a',
    'Z',
    ' ',
    'null',
    'NaN',
    '\u0000',
    'line\nline\r\n',
    'it\'s "quoted", \\ and ;',
    'ünïcödé',
    '评分',
    '～ﬀ',
  ],
  // Above U+FFFF, and just below: UTF-16 and UTF-8 put them in another order.
  ...[
    '😀',
    '👨‍👩‍👧',
    '\u{10ffff}',
    '\ud7ff\ue000',
    '\uffff',
    '\uffee',
    'e\u0301',
    'x'.repeat(300),
    `${'😀'.repeat(40)}z`,
  ],
];
/** Has the hash of 1 in the dictionary of our encoder, which must not take the one for the other. */
const COLLIDING = new Float64Array(BigUint64Array.of(0x487749343add9203n).buffer)[0] as number;
const NUMBERS = [
  0,
  1,
  -1,
  0.1,
  -0.1,
  1 / 3,
  1e300,
  -1e300,
  5e-324,
  Number.MAX_VALUE,
  Number.MIN_SAFE_INTEGER,
  30,
  4.5,
  COLLIDING,
];
const SMALL = [0, 1, -1, 2_147_483_647, -2_147_483_648, 8, 65_536];
const BIG = [
  0,
  1,
  -1,
  2 ** 31,
  -(2 ** 31) - 1,
  2 ** 32,
  Number.MAX_SAFE_INTEGER,
  Number.MIN_SAFE_INTEGER,
  2 ** 53,
  -(2 ** 53),
];
const DAYS = ['1970-01-01', '1969-12-31', '0001-01-01', '9999-12-31', '2014-02-07', '1600-02-29', '2038-01-20'].map(
  day,
);
const TIMES = [
  ...['1970-01-01T00:00:00.000Z', '1969-12-31T23:59:59.999Z', '0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z'],
  ...['2026-01-02T03:04:05.678Z', '2038-01-19T03:14:08.000Z'],
].map((iso) => Date.parse(iso));

/** Row i: nulls come at other turns in every column, so that no two columns agree in where they are. */
function rowAt(i: number): Row {
  const pick = <T extends Cell>(values: readonly T[], nullEvery: number): T | null =>
    i % nullEvery === nullEvery - 1 ? null : (values[i % values.length] as T);
  return {
    row: i,
    text: pick(TEXTS, 5),
    label: `label ${i % 3}`,
    number: pick(NUMBERS, 6),
    small: pick(SMALL, 4),
    big: pick(BIG, 7),
    flag: pick([true, false, false], 8),
    sure: i % 3 === 0,
    day: pick(DAYS, 9),
    at: TIMES[i % TIMES.length] as number,
    never: null,
    nothing: null,
  };
}

const iso = (ms: number) => new Date(ms).toISOString();
/** The value as all readers give it, in the canonical form of @tastetrend/testing. */
function canonical(type: Column['type'], value: Cell): Cell {
  if (value === null) return null;
  if (type === 'int64') return BigInt(value as number).toString();
  if (type === 'date') return iso(Number(value) * DAY_MS).slice(0, 10);
  return type === 'timestamp_ms' ? iso(Number(value)) : value;
}
const canonicalRow = (columns: readonly Column[], row: Row) =>
  Object.fromEntries(columns.map(({ name, type }) => [name, canonical(type, row[name] ?? null)]));

const directory = mkdtempSync(join(tmpdir(), 'tastetrend-parquet-'));
let readers: ParquetReaders | undefined;
let whyNot = '';

beforeAll(async () => {
  try {
    readers = await openReaders();
  } catch (error) {
    if (!(error instanceof ReaderUnavailable)) throw error;
    whyNot = error.message;
    console.warn(`SKIPPED reading tables back with pyarrow and DuckDB: ${whyNot}`);
  }
}, 300_000);

afterAll(async () => {
  await readers?.close();
  rmSync(directory, { recursive: true, force: true });
});

function skipWithout(reader: Reader, context: TestContext): void {
  if (reader !== 'hyparquet' && readers === undefined) context.skip(whyNot);
}

interface Options {
  readonly metadata?: Readonly<Record<string, string>>;
  readonly bloomFilters?: readonly string[];
  readonly form?: Form;
  readonly sink?: ByteSink;
}

async function written(
  writerName: string,
  columns: readonly Column[],
  groups: readonly (readonly Row[])[],
  { metadata = {}, bloomFilters = [], form = { texts: 'plain', memory: 'own' }, sink }: Options = {},
): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  // A copy: the writer may use its buffer again.
  const writer = await (await selectParquetWriter(writerName))(
    sink ?? { write: (bytes) => chunks.push(bytes.slice()) },
    { columns, metadata, bloomFilters },
  );
  const maker = new RowGroupMaker(columns, form);
  for (const rows of groups) {
    await writer.writeRowGroup(maker.groupOf(rows));
    maker.release();
  }
  await writer.finish();
  return Buffer.concat(chunks);
}

/** As Parquet orders values: texts by their bytes in UTF-8; nulls first. */
function compared(a: Cell, b: Cell): number {
  if (a === null || b === null) return Number(b === null) - Number(a === null);
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(String(b)));
  return Number(a) - Number(b);
}

/** Values that no row has, beyond both ends and between. */
function absentOf(type: Column['type']): Cell[] {
  if (type === 'string') return ['!', 'mm', '\u{10fffe}'];
  if (type === 'double') return [0.2, -1.5e300];
  if (type === 'date') return [day('1999-01-01')];
  return type === 'timestamp_ms' ? [Date.parse('1999-01-01T00:00:00.001Z')] : type === 'boolean' ? [] : [77];
}

function literal(type: Column['type'], value: Cell): string {
  if (type === 'string') return `'${String(value).replaceAll("'", "''")}'`;
  if (type === 'date') return `DATE '${canonical(type, value)}'`;
  if (type === 'timestamp_ms') return `TIMESTAMP '${canonical(type, value)}'`;
  // With a point: a whole number of 300 digits is no literal that the readers take.
  if (type === 'double') return Number.isInteger(value) ? Number(value).toExponential() : String(value);
  return type === 'int64' ? BigInt(value as number).toString() : String(value);
}

let files = 0;
async function readBack(reader: Reader, bytes: Buffer, where?: string): Promise<Read> {
  if (reader === 'hyparquet') return readByHyparquet(bytes);
  if (readers === undefined) expect.fail('the test was not skipped');
  const path = join(directory, `${files++}.parquet`);
  writeFileSync(path, bytes);
  const read = await readers.read(path, reader, where);
  return isUtcOpen(reader, bytes) ? inUtc(read) : read;
}

/**
 * A timestamp without a logical type, which parquetjs-lite cannot write, is in UTC all the same (LogicalTypes.md,
 * "Deprecated timestamp ConvertedType"); DuckDB leaves it open.
 */
function isUtcOpen(reader: Reader, bytes: Buffer): boolean {
  const { created_by, schema } = parquetMetadata(new Uint8Array(bytes).buffer);
  const isLegacy = schema.some((element) => element.converted_type === 'TIMESTAMP_MILLIS' && !element.logical_type);
  return reader === 'duckdb' && created_by?.startsWith('parquet.js') === true && isLegacy;
}

function inUtc(read: Read): Read {
  const local = read.schema.filter(({ type }) => type === 'timestamp_ms_local').map(({ name }) => name);
  return {
    ...read,
    schema: read.schema.map((column) => (local.includes(column.name) ? { ...column, type: 'timestamp_ms' } : column)),
    rows: read.rows.map((row) => ({ ...row, ...Object.fromEntries(local.map((name) => [name, `${row[name]}Z`])) })),
  };
}

async function readByHyparquet(bytes: Buffer): Promise<Read> {
  const file = new Uint8Array(bytes).buffer;
  const metadata = parquetMetadata(file);
  const schema = parquetSchema(metadata).children.map(({ element }) => ({
    name: element.name,
    type: typeOf(element),
    nullable: element.repetition_type === 'OPTIONAL',
  }));
  const rows = await parquetReadObjects({
    file,
    compressors: {
      ZSTD: (input, length) => new Uint8Array(zstdDecompressSync(input, { maxOutputLength: length + 1 })),
      GZIP: (input) => new Uint8Array(gunzipSync(input)),
    },
  });
  expect(Number(metadata.num_rows)).toBe(rows.length);
  const types = new Map(schema.map(({ name, type }) => [name, type]));
  return {
    schema,
    metadata: Object.fromEntries((metadata.key_value_metadata ?? []).map(({ key, value }) => [key, value ?? ''])),
    rowGroups: metadata.row_groups.length,
    rows: rows.map((row) =>
      Object.fromEntries(Object.entries(row).map(([name, value]) => [name, fromHyparquet(types.get(name), value)])),
    ),
  };
}

function typeOf({ type, converted_type }: { type?: string; converted_type?: string }): string {
  if (converted_type === 'UTF8') return 'string';
  if (converted_type === 'DATE') return 'date';
  if (converted_type === 'TIMESTAMP_MILLIS') return 'timestamp_ms';
  return type?.toLowerCase() ?? '';
}

function fromHyparquet(type: string | undefined, value: unknown): unknown {
  if (value instanceof Date) return type === 'date' ? value.toISOString().slice(0, 10) : value.toISOString();
  return typeof value === 'bigint' ? value.toString() : (value ?? null);
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => rowAt(from + i));
const GROUPS = [range(0, 100), range(100, 101), range(101, 300)];
const METADATA = { 'tastetrend.identity': 'a'.repeat(64), 'ключ 🔑': 'wert = "ü😀"\n', empty: '' };

describe.each(PARQUET_WRITERS)('writer %s', (writer) => {
  describe.each(READERS)('read by %s', (reader) => {
    beforeEach((context) => skipWithout(reader, context));

    test('value for value, over several row groups, with schema and metadata', async () => {
      const read = await readBack(reader, await written(writer, COLUMNS, GROUPS, { metadata: METADATA }));
      expect(read.schema).toEqual(COLUMNS);
      expect(read.metadata).toEqual(METADATA);
      expect(read.rowGroups).toBe(3);
      expect(read.rows).toEqual(GROUPS.flat().map((row) => canonicalRow(COLUMNS, row)));
    });

    test('texts as codes, with texts that no row has and texts that stand there twice', async () => {
      const bytes = await written(writer, COLUMNS, GROUPS, { form: { texts: 'coded', memory: 'own' } });
      const read = await readBack(reader, bytes);
      expect(read.rows).toEqual(GROUPS.flat().map((row) => canonicalRow(COLUMNS, row)));
    });

    test('texts that nearly all differ, of more bytes than a page holds', async () => {
      const columns = COLUMNS.filter(({ name }) => ['row', 'text', 'label'].includes(name));
      const long = 'Gut 😀\n'.repeat(200_000);
      const rows = Array.from({ length: 8 }, (_, i) => ({
        row: i,
        text: i === 5 ? null : `${i} ${long}`,
        label: `label ${i}`,
      }));
      for (const texts of ['plain', 'coded'] as const) {
        const read = await readBack(reader, await written(writer, columns, [rows], { form: { texts, memory: 'own' } }));
        expect(read.rows.map((row, i) => row.text === rows[i]?.text && row.label === rows[i]?.label)).toEqual(
          rows.map(() => true),
        );
      }
    });

    test('the columns of the processed table, as the contract has them', async () => {
      const read = await readBack(reader, await written(writer, REVIEW_COLUMNS, []));
      expect(read.schema).toEqual(REVIEW_COLUMNS);
    });

    test('an empty table', async () => {
      const read = await readBack(reader, await written(writer, COLUMNS, [], { metadata: METADATA }));
      expect(read.schema).toEqual(COLUMNS);
      expect(read.metadata).toEqual(METADATA);
      expect(read.rows).toEqual([]);
    });

    test('one row', async () => {
      for (const row of [rowAt(0), rowAt(4), rowAt(8)]) {
        const read = await readBack(reader, await written(writer, COLUMNS, [[row]]));
        expect(read.rows).toEqual([canonicalRow(COLUMNS, row)]);
      }
    });

    test('a text of 5 MB, which stays out of the footer', async () => {
      const text = `${'Gut 😀\n'.repeat(600_000)}end`;
      const rows = [
        { ...rowAt(0), text },
        { ...rowAt(1), text: '' },
        { ...rowAt(2), text: `${text}!` },
      ];
      const bytes = await written(writer, COLUMNS, [rows]);
      const read = await readBack(reader, bytes);
      expect(read.rows.map((row) => row.text === text || row.text === '' || row.text === `${text}!`)).toEqual([
        true,
        true,
        true,
      ]);
      expect(bytes.readUInt32LE(bytes.length - 8)).toBeLessThan(10_000);
    });

    test('ten thousand rows, more than a page holds', async () => {
      const rows = Array.from({ length: 10_000 }, (_, i) => ({
        ...rowAt(i),
        text: i % 7 === 0 ? null : `${i} ${'x'.repeat(i % 400)}`,
      }));
      const read = await readBack(reader, await written(writer, COLUMNS, [rows.slice(0, 6000), rows.slice(6000)]));
      expect(read.rows.length).toBe(rows.length);
      const different = rows.findIndex(
        (row, i) => JSON.stringify(canonicalRow(COLUMNS, row)) !== JSON.stringify(read.rows[i]),
      );
      expect(different).toBe(-1);
    });
  });

  describe.each(['pyarrow', 'duckdb'] as const)(
    'a filter that %s pushes down finds what a full scan finds',
    (reader) => {
      beforeEach((context) => skipWithout(reader, context));

      test.each(COLUMNS.map(({ name, type }) => [name, type] as const))('on %s', async (name, type) => {
        // Sorted by the column, in small row groups: whatever statistics there are, they tell the groups apart.
        const rows = range(0, 120).sort((a, b) => compared(a[name] ?? null, b[name] ?? null));
        const groups = Array.from({ length: 12 }, (_, i) => rows.slice(i * 10, i * 10 + 10));
        const bloomFilters = type === 'string' ? [name] : [];
        const bytes = await written(writer, COLUMNS, groups, { bloomFilters });
        const values = [...new Set(rows.map((row) => row[name] ?? null))].filter((value) => value !== null);
        const some = values.filter((_, i) => i % Math.ceil(values.length / 8) === 0);
        const filters: [string, (value: Cell) => boolean][] = [
          ['IS NULL', (value) => value === null],
          ['IS NOT NULL', (value) => value !== null],
        ];
        for (const value of [...some, ...absentOf(type)]) {
          const text = literal(type, value);
          filters.push([`= ${text}`, (other) => other !== null && compared(other, value) === 0]);
          if (type === 'boolean') continue;
          filters.push([`< ${text}`, (other) => other !== null && compared(other, value) < 0]);
          filters.push([`>= ${text}`, (other) => other !== null && compared(other, value) >= 0]);
        }
        for (const [filter, isMatch] of filters) {
          const { rows: found } = await readBack(reader, bytes, `${name} ${filter}`);
          const expected = rows.filter((row) => isMatch(row[name] ?? null)).map((row) => row.row);
          expect(
            found.map((row) => row.row),
            `${name} ${filter}`,
          ).toEqual(expected);
        }
      });
    },
  );

  test('memory of the caller or of the kernels: the same bytes', async () => {
    for (const texts of ['plain', 'coded'] as const) {
      const own = await written(writer, COLUMNS, GROUPS, { form: { texts, memory: 'own' } });
      const kernels = await written(writer, COLUMNS, GROUPS, { form: { texts, memory: 'kernels' } });
      expect(kernels.equals(own), texts).toBe(true);
    }
  });

  test('the same calls give the same bytes', async () => {
    const first = await written(writer, COLUMNS, GROUPS, { metadata: METADATA });
    expect((await written(writer, COLUMNS, GROUPS, { metadata: METADATA })).equals(first)).toBe(true);
    expect((await written(writer, COLUMNS, GROUPS, { metadata: { ...METADATA, empty: 'x' } })).equals(first)).toBe(
      false,
    );
  });

  test('what a sink throws comes out of the writer, at the first write and at any later one', async () => {
    let writes = 0;
    const counting = {
      write() {
        writes += 1;
      },
    };
    await written(writer, COLUMNS, GROUPS, { sink: counting });
    expect(writes).toBeGreaterThan(1);
    for (const failing of [1, 2, writes]) {
      let n = 0;
      const sink = {
        write() {
          n += 1;
          if (n === failing) throw new Error(`disk full at ${failing}`);
        },
      };
      await expect(written(writer, COLUMNS, GROUPS, { sink })).rejects.toThrow(`disk full at ${failing}`);
    }
  });
});

test('a writer that nobody knows is refused by name, with those there are', async () => {
  await expect(selectParquetWriter('arrow')).rejects.toThrow(UnknownParquetWriterError);
  await expect(selectParquetWriter('arrow')).rejects.toThrow(
    `PARQUET_WRITER is "arrow"; it must be one of ${PARQUET_WRITERS.join(', ')}`,
  );
  expect(await selectParquetWriter()).toBe(await selectParquetWriter(PARQUET_WRITERS[0]));
});

describe('a row group', () => {
  test('refuses null where the contract has none', () => {
    const builder = new RowGroupBuilder(COLUMNS);
    expect(() => builder.push({ ...rowAt(0), label: null } as never)).toThrow('column label must not be null');
  });

  test('is full by rows or by bytes of text, and empty when taken', () => {
    const columns = [{ name: 't', type: 'string', nullable: true }] as const;
    const builder = new RowGroupBuilder(columns);
    builder.push({ t: 'x'.repeat(ROW_GROUP_TEXT_BYTES_MAX - 1) });
    expect(builder.isFull).toBe(false);
    builder.push({ t: 'x' });
    expect(builder.isFull).toBe(true);
    expect(builder.take().rowCount).toBe(2);
    expect([builder.isFull, builder.rowCount]).toEqual([false, 0]);
    for (let i = 0; i < ROW_GROUP_ROWS_MAX; i++) {
      expect(builder.isFull).toBe(false);
      builder.push({ t: null });
    }
    expect(builder.isFull).toBe(true);
    expect(builder.take()).toMatchObject({
      rowCount: ROW_GROUP_ROWS_MAX,
      columns: [{ nullCount: ROW_GROUP_ROWS_MAX }],
    });
  });
});
