import { isUtf8 } from 'node:buffer';
import type { Inference } from '@tastetrend/contracts';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CsvReader } from './csv/records.ts';
import { decodeWindows1252 } from './source/windows1252.ts';
import { type Row, rawBytes, type Transformed, transformed } from './transformed.fixture.ts';

const HEADERS = [
  ...['review_id', 'customer_name', 'date', 'rating', 'review_text', 'location', 'restaurant', 'total_spent'],
  ...['tip_amount', 'tip_percentage', 'party_size', 'age_range', 'gender', 'ethnicity'],
  ...['Rating', 'stars', 'x', '', '__proto__', 'rating_out_of_10', 'ünknown', '1', 'column_2'],
];
const CELLS = [
  ...[
    '',
    ' ',
    'A',
    'A_dup',
    'A_copy',
    'null',
    'N/A',
    'Guest_',
    'Guest_Bo',
    ' Bo ',
    '4',
    '4.0',
    '7',
    '⭐⭐',
    '4/5',
    '80%',
  ],
  ...[
    'good',
    '2014-02-07',
    '07.02.2014',
    '06/09/2018',
    '12/24/2016',
    '31/31/2014',
    '50',
    '$50.00',
    '-5',
    '1e300',
    '40',
  ],
  ...[
    '1e-300',
    '0',
    '2.5',
    '18-25',
    '65+',
    'm',
    'Female',
    'x',
    'White',
    'elf',
    'e\u0301',
    'é',
    '😀',
    '\u0000',
    'a\tb',
    '\u2028',
  ],
];
const HOSTILE = ['"', '""', ',', '\n', '\r', '\r\n', '"a"b', 'a"', ';', '\uFEFF', '"x\ny"', '"a ""b"" c"', ',,,,,,'];

/** A table that is well-formed but for what is put in between. */
const table = fc
  .record({
    headers: fc.uniqueArray(fc.constantFrom(...HEADERS), { minLength: 1, maxLength: 8 }),
    rows: fc.array(fc.array(fc.constantFrom(...CELLS), { minLength: 8, maxLength: 8 }), { maxLength: 8 }),
    repeats: fc.array(fc.nat(7), { maxLength: 4 }),
    junk: fc.array(fc.tuple(fc.nat(400), fc.constantFrom(...HOSTILE)), { maxLength: 3 }),
    delimiter: fc.constantFrom(',', ';', '\t', '|'),
    lineEnd: fc.constantFrom('\n', '\r\n', '\r'),
    mark: fc.constantFrom('', '\uFEFF'),
    latin1: fc.boolean(),
  })
  .map(({ headers, rows, repeats, junk, delimiter, lineEnd, mark, latin1 }) => {
    const line = (cells: readonly string[]) => cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(delimiter);
    const all = [...rows, ...repeats.flatMap((i) => (rows[i] ? [rows[i]] : []))];
    let body = all.map((cells) => line(cells.slice(0, headers.length)) + lineEnd).join('');
    for (const [at, text] of junk) body = body.slice(0, at) + text + body.slice(at);
    return Buffer.concat([
      Buffer.from(`${mark}${line(headers)}${lineEnd}`),
      latin1 && junk.length > 0 ? Buffer.from(body, 'latin1') : Buffer.from(body),
    ]);
  });

const soup = fc
  .array(fc.constantFrom(...HEADERS, ...CELLS, ...HOSTILE, ',', ',', '\n', '\n'), { maxLength: 60, size: 'max' })
  .map((parts) => Buffer.from(parts.join('')));

const anyFile = fc.oneof(
  { weight: 6, arbitrary: table },
  { weight: 2, arbitrary: soup },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200, size: 'max' }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 1,
    arbitrary: fc
      .uint8Array({ maxLength: 200 })
      .map((bytes) => Buffer.concat([Buffer.from('id,rating,text\n'), bytes])),
  },
);

test('property: any bytes become outputs that account for every row and every cell, the same at each run', async () => {
  let processedCount = 0;
  await fc.assert(
    fc.asyncProperty(anyFile, async (bytes) => {
      // `transformed` asserts the sum, and that sizes and checksums are those of the bytes.
      const result = await transformed(bytes);
      const again = await transformed(bytes);
      if (result.kind === 'rejected' || again.kind === 'rejected') {
        expect(again).toEqual(result);
        return;
      }
      processedCount += 1;
      expect(again.outputs.map(({ sha256 }) => sha256)).toEqual(result.outputs.map(({ sha256 }) => sha256));
      expectEveryRow(bytes, result);
      if (result.fileKind === 'reviews') expectEveryCell(bytes, result);
    }),
    { numRuns: 400 },
  );
  // Or else the property would say little.
  expect(processedCount).toBeGreaterThan(150);
}, 60_000);

/** What stands on which line, by the reader of records alone, which has tests of its own. */
function recordsOf(bytes: Buffer, { delimiter, encoding }: Transformed['inferred']) {
  const isOlder = encoding.value === 'windows-1252';
  const decode = isOlder ? decodeWindows1252 : undefined;
  const cells = new Map<number, string[]>();
  const broken: number[] = [];
  const reader = new CsvReader(
    {
      delimiter: delimiter?.value ?? ',',
      rowBytesMax: 1 << 20,
      fieldBytesMax: 1 << 20,
      columnCount: 500,
      hasHeader: false,
    },
    {
      rows(batch) {
        for (let row = 0; row < batch.rowCount; row++) {
          const line = batch.line(row);
          if (!isOlder && !isUtf8(batch.raw(row))) broken.push(line);
          else cells.set(line, batch.cells(row, decode));
        }
      },
      broken: ({ line }) => broken.push(line),
      blank() {},
    },
  );
  reader.write(bytes);
  reader.end();
  reader.release();
  return { cells, broken };
}

function expectEveryRow(bytes: Buffer, result: Transformed): void {
  const { cells, broken } = recordsOf(bytes, result.inferred);
  const lines = [...cells.keys(), ...broken].sort((a, b) => a - b).slice(1);
  const found = [
    ...result.rows.map((row) => Number(row.source_line)),
    ...result.duplicates.map(({ line }) => line),
    ...result.quarantine.map(({ line }) => line),
  ];
  expect(found.sort((a, b) => a - b)).toEqual(lines);
  const accepted = new Set(result.rows.map((row) => Number(row.source_line)));
  for (const row of result.duplicates) {
    expect(accepted.has(row.repeats_line)).toBe(true);
    const raw = rawBytes(row);
    expect(bytes.subarray(row.byte_offset, row.byte_offset + raw.length).equals(raw)).toBe(true);
  }
  for (const row of result.quarantine) {
    expect(bytes.subarray(row.byte_offset, row.byte_offset + row.byte_length).equals(rawBytes(row))).toBe(true);
  }
}

function expectEveryCell(bytes: Buffer, { rows, inferred }: Transformed): void {
  const { cells } = recordsOf(bytes, inferred);
  expect(new Set(rows.map((row) => row.review_uid)).size).toBe(rows.length);
  for (const row of rows) {
    const uploaded = cells.get(Number(row.source_line)) ?? expect.fail('an accepted row is a record');
    const extra = new Map<string, string>(Object.entries(row.extra === null ? {} : JSON.parse(String(row.extra))));
    inferred.columns.forEach((column, i) => {
      const cell = uploaded[i] ?? expect.fail();
      expect(isFound(column, cell, row, extra.get(column.header)), `${column.header}: ${JSON.stringify(cell)}`).toBe(
        true,
      );
      extra.delete(column.header);
    });
    expect([...extra]).toEqual([]);
    for (const value of Object.values(row)) {
      if (typeof value === 'number') expect(Number.isFinite(value) && !Object.is(value, -0)).toBe(true);
    }
    if (row.rating_1_5 !== null) expect(Number(row.rating_1_5) > 0 && Number(row.rating_1_5) <= 5).toBe(true);
    expect(row.review_length).toBe(row.review_text === null ? null : [...String(row.review_text)].length);
  }
}

const OURS: Record<string, keyof Row> = { rating: 'rating_raw' };

/** Whether the cell stands in its column as the column's rule says, or else in `extra`, to the letter. */
function isFound(column: Inference['columns'][number], cell: string, row: Row, kept: string | undefined): boolean {
  const trimmed = cell.trim();
  if (column.column === null) return kept === (cell === '' ? undefined : cell);
  // An empty cell says nothing; what then stands in its column came from a copy, or from the other amounts.
  if (trimmed === '') return kept === undefined;
  if (kept !== undefined && kept !== cell) return false;
  const isKept = kept !== undefined;
  const value = row[(OURS[column.column] ?? column.column) as keyof Row];
  switch (column.column) {
    case 'review_id':
      return (value === trimmed) !== isKept;
    case 'customer_name':
      return trimmed.endsWith(String(value)) || isKept;
    case 'review_text':
      return value === cell.replaceAll('\r\n', '\n').replaceAll('\r', '\n').normalize('NFC');
    case 'location':
    case 'restaurant_name':
      return value === trimmed;
    case 'review_date':
      return isKept ? value === null : trimmed.includes(new Date(Number(value) * 86_400_000).toISOString().slice(0, 4));
    case 'rating':
      return value === trimmed || isKept;
    case 'age_range':
    case 'gender':
    case 'ethnicity':
      return value === (isKept ? null : trimmed);
    default: {
      // A total or a percentage that cannot be read may have been filled in.
      if (isKept) return value === null || column.column === 'total_spent' || column.column === 'tip_percentage';
      // Where a comma got in, its meaning is a matter of its own tests.
      if (trimmed.includes(',')) return value !== null;
      const number = Number(trimmed.replaceAll(/[$%]/g, ''));
      return value === (column.column === 'tip_percentage' ? Math.min(number, 30) : number);
    }
  }
}
