import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { ReadbackEnded, ReadbackTimeout, ReaderUnavailable, UnreadableParquet } from './errors.ts';
import { LineProcess } from './line-process.ts';
import { findPython } from './python.ts';
import { openReaders, type ParquetReaders, readParquet } from './readback.ts';

const SCRIPT = fileURLToPath(new URL('../../python/readback.py', import.meta.url));
const ENGINES = ['pyarrow', 'duckdb'] as const;

const WRITE_FIXTURE = `
import sys, datetime as d, pyarrow as pa, pyarrow.parquet as pq
schema = pa.schema([pa.field('text', pa.string()), pa.field('number', pa.float64()), pa.field('small', pa.int32(), nullable=False),
  pa.field('big', pa.int64()), pa.field('flag', pa.bool_()), pa.field('day', pa.date32()), pa.field('at', pa.timestamp('ms', tz='UTC'))])
table = pa.table({'text': ['a', None, 'it\\'s 🍔, "x"\\n'], 'number': [0.1 + 0.2, None, -0.0], 'small': [1, 2, 3], 'big': [2**53 + 1, None, -5],
  'flag': [True, None, False], 'day': [d.date(2014, 2, 7), None, d.date(1969, 12, 31)],
  'at': pa.array([1700000000123, None, -1], pa.timestamp('ms', tz='UTC'))}, schema=schema)
with pq.ParquetWriter(sys.argv[1], schema, store_schema=False) as writer:
  writer.write_table(table, row_group_size=2)
  writer.add_key_value_metadata({'made by': 'a täst'})
`;
const SCHEMA = [
  { name: 'text', type: 'string', nullable: true },
  { name: 'number', type: 'double', nullable: true },
  { name: 'small', type: 'int32', nullable: false },
  { name: 'big', type: 'int64', nullable: true },
  { name: 'flag', type: 'boolean', nullable: true },
  { name: 'day', type: 'date', nullable: true },
  { name: 'at', type: 'timestamp_ms', nullable: true },
];
const ROWS = [
  {
    text: 'a',
    number: 0.1 + 0.2,
    small: 1,
    big: '9007199254740993',
    flag: true,
    day: '2014-02-07',
    at: '2023-11-14T22:13:20.123Z',
  },
  { text: null, number: null, small: 2, big: null, flag: null, day: null, at: null },
  {
    text: 'it\'s 🍔, "x"\n',
    number: -0,
    small: 3,
    big: '-5',
    flag: false,
    day: '1969-12-31',
    at: '1969-12-31T23:59:59.999Z',
  },
];

const dir = mkdtempSync(join(tmpdir(), 'tastetrend-readback-'));
const fixture = join(dir, "it's a fixture.parquet");
let readers: ParquetReaders | undefined;
let whyNot = '';

beforeAll(async () => {
  try {
    const python = await findPython();
    readers = await openReaders();
    const { status, stderr } = spawnSync(python, ['-c', WRITE_FIXTURE, fixture], { encoding: 'utf8', timeout: 60_000 });
    expect(status, stderr).toBe(0);
  } catch (error) {
    if (!(error instanceof ReaderUnavailable)) throw error;
    whyNot = error.message;
    console.warn(`reading parquet back is not tested: ${whyNot}`);
  }
}, 300_000);

afterAll(async () => {
  await readers?.close();
  rmSync(dir, { recursive: true, force: true });
});

describe('readers', () => {
  let open: ParquetReaders;
  beforeEach((context) => {
    if (!readers) return context.skip(whyNot);
    open = readers;
  });

  test.each(ENGINES)('%s: schema, metadata, row groups and rows come in the canonical form', async (engine) => {
    const contents = await open.read(fixture, engine);
    expect(contents.schema).toEqual(SCHEMA);
    expect(contents.metadata).toEqual({ 'made by': 'a täst' });
    expect(contents.rowGroups).toBe(2);
    expect(contents.rows).toEqual(ROWS);
    expect(Object.is(contents.rows[2]?.number, -0)).toBe(true);
  });

  test.each(
    ENGINES.flatMap((engine) =>
      (
        [
          ['big > 5', [0]],
          ['big <= 5', [2]],
          ['small >= 1.5', [1, 2]],
          ["text = 'it''s 🍔, \"x\"\n'", [2]],
          ['"text" != \'a\'', [2]],
          ['number < 0.5', [0, 2]],
          ['number = 0', [2]],
          ['flag = true', [0]],
          ["day = DATE '2014-02-07'", [0]],
          ["day < DATE '1970-01-01'", [2]],
          ["at >= TIMESTAMP '2023-11-14T22:13:20.123Z'", [0]],
          ["at < TIMESTAMP '1970-01-01T00:00:00.000Z'", [2]],
          ['day IS NULL', [1]],
          ['day is not null', [0, 2]],
          ['small > 99', []],
        ] as const
      ).map(([where, rows]) => [engine, where, rows] as const),
    ),
  )('%s: where %s', async (engine, where, rows) => {
    const contents = await open.read(fixture, engine, where);
    expect(contents.rows).toEqual(rows.map((index) => ROWS[index]));
    expect(contents.schema).toEqual(SCHEMA);
  });

  test.each(ENGINES)('%s: what cannot be read is named, and the readers go on', async (engine) => {
    const broken = join(dir, 'broken.parquet');
    writeFileSync(broken, 'PAR1 this is none PAR1');
    await expect(open.read(broken, engine)).rejects.toThrow(UnreadableParquet);
    await expect(open.read(join(dir, 'none.parquet'), engine)).rejects.toThrow(/none\.parquet/);
    await expect(open.read(fixture, engine, 'small = 1; DROP TABLE x')).rejects.toThrow(/not COLUMN OP LITERAL/);
    await expect(open.read(fixture, engine, 'nowhere = 1')).rejects.toThrow(UnreadableParquet);
    expect((await open.read(fixture, engine)).rows).toHaveLength(3);
  });

  test('reads asked at once are answered each with its own file', async () => {
    const answers = await Promise.all(
      ROWS.map((_, i) => open.read(fixture, ENGINES[i % 2] ?? 'duckdb', `small = ${i + 1}`)),
    );
    expect(answers.map(({ rows }) => rows)).toEqual(ROWS.map((row) => [row]));
  });

  test.each(ENGINES)('%s: the command prints the same as JSON lines', async (engine) => {
    const args = [SCRIPT, fixture, '--engine', engine, '--where', 'small != 2'];
    const { stdout, stderr } = spawnSync(await findPython(), args, { encoding: 'utf8', timeout: 60_000 });
    const [head, ...rows] = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as object);
    expect(head, stderr).toMatchObject({ schema: SCHEMA, row_groups: 2 });
    expect(rows).toEqual([ROWS[0], ROWS[2]]);
  });

  test('closed readers refuse, and closing twice is harmless', async () => {
    const own = await openReaders();
    await own.close();
    await own.close();
    await expect(own.read(fixture, 'pyarrow')).rejects.toThrow(ReadbackEnded);
  });

  test('one file can be read without keeping a process', async () => {
    expect((await readParquet(fixture, 'duckdb', 'small = 2')).rows).toEqual([ROWS[1]]);
  });
});

describe('without readers', () => {
  afterEach(() => vi.unstubAllEnvs());

  test.each(['/no/such/python', process.execPath])(
    '%s: a Python that does not do is ReaderUnavailable',
    async (python) => {
      vi.stubEnv('TASTETREND_READBACK_PYTHON', python);
      await expect(openReaders()).rejects.toThrow(ReaderUnavailable);
      await expect(readParquet('any.parquet', 'pyarrow')).rejects.toThrow(ReaderUnavailable);
    },
  );
});

describe('a process that answers lines', () => {
  const script = (code: string, timeoutMs: number) => new LineProcess(process.execPath, ['-e', code], timeoutMs);

  test('is killed when it does not answer in time', async () => {
    const child = script('process.stdin.resume()', 300);
    await expect(child.nextLine()).rejects.toThrow(ReadbackTimeout);
    await expect(child.nextLine()).rejects.toThrow(ReadbackTimeout);
    await child.end();
  });

  test('ends what waits for it when it dies, with the end of its stderr', async () => {
    const child = script("process.stderr.write('out of cheese'); process.exitCode = 3", 10_000);
    await expect(child.nextLine()).rejects.toThrow(/exit code 3.*out of cheese/);
    await child.end();
  });
});
