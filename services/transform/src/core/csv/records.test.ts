import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { RowBatch } from '../row-batch.ts';
import { type BrokenLine, CsvReader } from './records.ts';

interface Read {
  rows: string[][];
  lines: number[];
  offsets: number[];
  broken: (Omit<BrokenLine, 'raw'> & { raw: string })[];
  blanks: number;
}

const SETTINGS = { columnCount: 50, fieldBytesMax: 1_000_000, hasHeader: false };

function read(bytes: Buffer, cuts: readonly number[] = [], rowBytesMax = 1000, delimiter = ','): Read {
  const result: Read = { rows: [], lines: [], offsets: [], broken: [], blanks: 0 };
  const reader = new CsvReader(
    { ...SETTINGS, delimiter, rowBytesMax },
    {
      rows(batch) {
        for (let row = 0; row < batch.rowCount; row++) {
          result.rows.push(batch.cells(row));
          result.lines.push(batch.line(row));
          result.offsets.push(batch.byteOffset(row));
        }
      },
      broken({ raw, ...rest }: BrokenLine) {
        result.broken.push({ ...rest, raw: raw.toString('latin1') });
      },
      blank: (count) => {
        result.blanks += count;
      },
    },
  );
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    reader.write(bytes.subarray(from, cut));
    from = cut;
  }
  reader.end();
  reader.release();
  return result;
}

const rowsOf = (text: string) => read(Buffer.from(text)).rows;

describe('records', () => {
  test.each([
    [
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\r\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\r1,2\r',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,\n,b',
      [
        ['a', ''],
        ['', 'b'],
      ],
    ],
    ['a,', [['a', '']]],
    ['"a ""b"" c","d\r\ne"\n', [['a "b" c', 'd\r\ne']]],
    ['"",""', [['', '']]],
    ['"",x', [['', 'x']]],
    ['\uFEFFid,x', [['id', 'x']]],
    ['', []],
    ['\uFEFF', []],
    ['"😀","é"', [['😀', 'é']]],
  ])('%j', (text, rows) => {
    expect(rowsOf(text)).toEqual(rows);
  });

  test('a row names the physical line and the byte on which it starts', () => {
    const { lines, offsets } = read(Buffer.from('h,i\n"a\nb\r\nc",2\n\nx,y\n'));
    expect(lines).toEqual([1, 2, 6]);
    expect(offsets).toEqual([0, 4, 16]);
  });

  test.each(['\n', '\r\n', '\r'])('lines within a field count, when they end with %j', (end) => {
    expect(read(Buffer.from(['a', '"x', 'y', 'z"', 'b', ''].join(end))).lines).toEqual([1, 2, 5]);
  });

  test('an empty line is no row', () => {
    expect(read(Buffer.from('a\n\n\r\nb\n')).blanks).toBe(2);
  });
});

describe('broken quoting costs its own line and no other', () => {
  test.each([
    ['quote_in_unquoted_field', 'a,b\n1,2"3\n4,5\n', '1,2"3', undefined],
    ['text_after_closing_quote', 'a,b\n"1"x,2\n4,5\n', '"1"x,2', undefined],
    ['quote_not_closed', 'a,b\n"1,2\n4,5\n', '"1,2', 3],
  ])('%s', (reason, text, raw, reachesLine) => {
    const { rows, lines, broken } = read(Buffer.from(text));
    expect(rows).toEqual([
      ['a', 'b'],
      ['4', '5'],
    ]);
    expect(broken).toEqual([{ reason, line: 2, byteOffset: 4, raw, reachesLine }]);
    expect(lines).toEqual([1, 3]);
  });

  test('a quote that is never closed does not swallow the rows behind it, even past the row limit', () => {
    const rows = Array.from({ length: 100 }, (_, i) => `${i},some text of row ${i}`);
    const { rows: found, broken } = read(Buffer.from(`h,t\nx,"open\n${rows.join('\n')}\n`), [], 200);
    expect(found).toHaveLength(101);
    // Within 200 bytes of the quote.
    expect(broken).toMatchObject([{ reason: 'quote_not_closed', line: 2, reachesLine: 12 }]);
  });

  test.each([
    ['h\n"a\nb', 3],
    ['h\n"a\nb\n', 3],
    ['h\n"a\r\nb\rc\n', 4],
    ['h\n"a', 2],
    ['h\n"a\n', 2],
    ['h\n"a\r', 2],
    ['h\n"a\nb\r', 3],
  ])('of %j it says how far the open quote reaches', (text, reachesLine) => {
    expect(read(Buffer.from(text)).broken).toMatchObject([{ reason: 'quote_not_closed', line: 2, reachesLine }]);
  });

  test('also where lines end with CR', () => {
    const { rows, lines, broken } = read(Buffer.from('a,b\r1,2"3\r4,5\r'));
    expect(rows).toEqual([
      ['a', 'b'],
      ['4', '5'],
    ]);
    expect(lines).toEqual([1, 3]);
    expect(broken).toEqual([{ reason: 'quote_in_unquoted_field', line: 2, byteOffset: 4, raw: '1,2"3' }]);
  });

  test('a row just as long as the limit is one, one byte more is over it', () => {
    const rowsWith = (length: number) =>
      read(Buffer.from(`a,b\n1,${'x'.repeat(length - 2)}\n2,3\n`), [], 20).rows.length;
    expect([rowsWith(20), rowsWith(21)]).toEqual([3, 2]);
  });

  test('a broken line just as long as the row limit keeps its reason, one byte more is over it', () => {
    const reasonOf = (line: string) => read(Buffer.from(`a,b\n${line}\n2,3\n`), [], 20).broken[0]?.reason;
    for (const end of ['', '\r']) {
      expect(reasonOf(`"1"x,${'y'.repeat(15)}${end}`)).toBe('text_after_closing_quote');
      expect(reasonOf(`"1"x,${'y'.repeat(16)}${end}`)).toBe('row_too_long');
    }
  });

  test('a line over the row limit is set aside whole, in parts', () => {
    const long = `${'x'.repeat(250)},1`;
    const { rows, broken } = read(Buffer.from(`a,b\n${long}\n2,3\n`), [], 100);
    expect(rows).toEqual([
      ['a', 'b'],
      ['2', '3'],
    ]);
    expect(broken).toMatchObject([
      { reason: 'row_too_long', line: 2, byteOffset: 4, part: 1 },
      { reason: 'row_too_long', line: 2, byteOffset: 104, part: 2 },
      { reason: 'row_too_long', line: 2, byteOffset: 204, part: 3 },
    ]);
    expect(broken.map(({ raw }) => raw).join('')).toBe(long);
  });
});

/** Text that is made of what matters to the grammar, so that every state is met often. */
const hostile = fc
  .array(
    fc.constantFrom(
      '"',
      '""',
      ',',
      '\n',
      '\r',
      '\r\n',
      'a',
      'bc',
      '"x"',
      ' ',
      'é',
      '😀',
      '\n\n',
      'sixteen letters!',
      'a\nlonger than\r\nsixteen',
    ),
    {
      maxLength: 40,
      size: 'max',
    },
  )
  .map((parts) => parts.join(''));

describe('property: reading', () => {
  test('does not depend on where chunks are cut, at any byte', () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom(5, 12, 1000), (text, rowBytesMax) => {
        const bytes = Buffer.from(text);
        const whole = read(bytes, [], rowBytesMax);
        for (let cut = 0; cut <= bytes.length; cut++) expect(read(bytes, [cut], rowBytesMax)).toEqual(whole);
        const everyByte = Array.from({ length: bytes.length }, (_, i) => i);
        expect(read(bytes, everyByte, rowBytesMax)).toEqual(whole);
      }),
      { numRuns: 700 },
    );
  });

  test('agrees with csv-parse on every well-formed table', () => {
    const cell = fc.array(
      fc.constantFrom('"', ',', '\n', '\r\n', 'a', 'ü', '😀', ' ', ';', 'fifteen letters', 'and, seventeen ..'),
      { maxLength: 6 },
    );
    fc.assert(
      fc.property(
        fc.array(fc.array(cell, { minLength: 2, maxLength: 4 }), { maxLength: 6 }),
        fc.constantFrom('\n', '\r\n'),
        fc.boolean(),
        (table, lineEnd, isClosed) => {
          const lines = table.map((row) => row.map((parts) => `"${parts.join('').replaceAll('"', '""')}"`).join(','));
          const text = lines.join(lineEnd) + (isClosed && lines.length > 0 ? lineEnd : '');
          const oracle: string[][] = parse(text, { relax_column_count: true, record_delimiter: lineEnd });
          expect(rowsOf(text)).toEqual(oracle);
        },
      ),
      { numRuns: 10_000 },
    );
  });

  test('is as strict as csv-parse: it finds fault exactly where the oracle throws', () => {
    const lfOnly = hostile.map((text) => text.replaceAll('\r', ''));
    fc.assert(
      fc.property(lfOnly, (text) => {
        let oracle: string[][] | undefined;
        try {
          oracle = parse(text, { relax_column_count: true, record_delimiter: '\n', skip_empty_lines: true });
        } catch {
          oracle = undefined;
        }
        const { rows, broken } = read(Buffer.from(text), [], 100_000);
        if (oracle === undefined) expect(broken.length).toBeGreaterThan(0);
        else expect({ rows, broken }).toEqual({ rows: oracle, broken: [] });
      }),
      { numRuns: 20_000 },
    );
  });

  test('agrees with csv-parse on review files with a few bytes changed, or finds fault where it does', () => {
    const review = [
      'R1,Ann,2024-02-07,4.0,"Good ""soup"", bad\nmusic; we stayed 😀",Downtown',
      'R2,,07.02.2014,,,Downtown',
    ];
    const file = [
      'review_id,name,date,rating,text,location',
      ...review,
      ...review,
      'R3,"Bo, jr.",x,5,"",Uptown',
      '',
    ].join('\n');
    const change = fc.tuple(
      fc.nat(file.length),
      fc.nat(3),
      fc.constantFrom('"', ',', '\n', '""', 'x', '', '😀', '","'),
    );
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 4 }), fc.boolean(), (changes, isCut) => {
        const text = changes.reduce((was, [at, gone, put]) => was.slice(0, at) + put + was.slice(at + gone), file);
        const bytes = Buffer.from(text);
        let oracle: string[][] | undefined;
        try {
          oracle = parse(bytes, { relax_column_count: true, record_delimiter: '\n', skip_empty_lines: true });
        } catch {
          oracle = undefined;
        }
        const cuts = isCut ? Array.from({ length: bytes.length }, (_, i) => i) : [];
        const { rows, broken } = read(bytes, cuts, 100_000);
        if (oracle === undefined) expect(broken.length).toBeGreaterThan(0);
        else expect({ rows, broken }).toEqual({ rows: oracle, broken: [] });
      }),
      { numRuns: 20_000 },
    );
  });

  test('accounts for every byte: records, set-aside lines, line ends and nothing else', () => {
    fc.assert(
      fc.property(hostile, fc.constantFrom(5, 1000), (text, rowBytesMax) => {
        const bytes = Buffer.from(text);
        let covered = 0;
        const reader = new CsvReader(
          { ...SETTINGS, delimiter: ',', rowBytesMax },
          {
            rows: (batch: RowBatch) => {
              for (let row = 0; row < batch.rowCount; row++) covered += batch.raw(row).length;
            },
            broken: ({ raw }) => {
              covered += raw.length;
            },
            blank: () => {},
          },
        );
        reader.write(bytes);
        reader.end();
        reader.release();
        const lineEnds = [...bytes].filter((byte) => byte === 10 || byte === 13).length;
        expect(covered).toBeLessThanOrEqual(bytes.length);
        expect(covered).toBeGreaterThanOrEqual(bytes.length - lineEnds);
      }),
      { numRuns: 2000 },
    );
  });
});
