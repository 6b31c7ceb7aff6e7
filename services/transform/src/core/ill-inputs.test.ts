/** Files as nobody would wish them: each ends in a named rejection, or in rows that are all accounted for. */
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { type LimitName, pipeline } from '@tastetrend/contracts';
import { afterEach, describe, expect, test } from 'vitest';
import { isTexts, textAt } from './parquet/types.ts';
import { type RejectionRule, rejectionOf } from './rejection.ts';
import { ROW_GROUP_ROWS_MAX } from './review-table.ts';
import { CONTEXT, type openJsonLines, processed, rawBytes, rejectedBy, transformed } from './transformed.fixture.ts';

const untouched = structuredClone(pipeline.limits);
function setLimit(name: LimitName, value: number): void {
  pipeline.limits[name].value = value;
}
afterEach(() => {
  for (const name of Object.keys(untouched) as LimitName[]) setLimit(name, untouched[name].value);
});

const HEADER = 'review_id,rating,review_text';
/** Where the second row starts, behind a first one of six bytes. */
const ROW_2 = HEADER.length + 1 + 6;

describe('a file is rejected whole, with what to do about it', () => {
  test.each<[string, string | Buffer, string]>([
    ['nothing', '', 'empty_file'],
    ['a byte order mark alone', '\uFEFF', 'empty_file'],
    ['white space alone', ' \r\n\t\n\v\f\n', 'empty_file'],
    ['a byte order mark and line ends', '\uFEFF\r\n\r\n', 'empty_file'],
    ['an Excel workbook', Buffer.from('504b0304140006000800', 'hex'), 'excel_workbook'],
    ['an old Excel workbook', Buffer.from('d0cf11e0a1b11ae1', 'hex'), 'excel_workbook'],
    ['a PDF document', '%PDF-1.7\nrating,review_text\n', 'pdf_document'],
    ['the beginning of a gzip file', Buffer.from('1f8b0800000000', 'hex'), 'broken_compression'],
    ['the beginning of a zstd file', Buffer.from('28b52ffd0458', 'hex'), 'broken_compression'],
    ['UTF-16 without a mark', Buffer.from(`${HEADER}\n`, 'utf16le'), 'no_known_column'],
    ['no known column', 'a,b,c\n1,2,3\n', 'no_known_column'],
    ['prose', 'Dear team, here are the numbers; as asked.\n', 'no_known_column'],
    ['NUL bytes', Buffer.alloc(5000), 'no_known_column'],
    ['random high bytes', Buffer.from('fffefdfcfbfa80818283'.repeat(3), 'hex').subarray(1), 'no_known_column'],
    ['a quote in the header that is never closed', '"rating,review_text\n4,x\n', 'header_unreadable'],
    ['501 columns', `${['rating', ...Array.from({ length: 500 }, (_, i) => `c${i}`)].join()}\n`, 'too_many_columns'],
    ['a million columns', 'rating,'.repeat(1_000_000), 'too_many_columns'],
    ['a header of 70 KB', `rating,${'x'.repeat(70_000)}\n4,y\n`, 'header_too_long'],
    ['a header of 3 MB', `rating,${'x'.repeat(3_000_000)}\n4,y\n`, 'header_too_long'],
    ['a megabyte of empty lines before the header', `${'\n'.repeat(1 << 20)}${HEADER}\n1,4,x\n`, 'header_unreadable'],
  ])('%s', async (_name, bytes, rule) => {
    const result = await transformed(bytes);
    if (result.kind !== 'rejected') expect.fail('it was processed');
    expect(result.rejection.rule).toBe(rule);
    expect(result.rejection.message).toMatch(/^[A-Z].{20,400}\.$/s);
    expect(result.rejection.message).not.toMatch(/undefined|NaN/);
  });

  test.each<[RejectionRule, LimitName]>([
    ['unpacks_to_too_much', 'decompressed_bytes_max'],
    ['unpacks_to_too_much', 'decompression_ratio_max'],
    ['too_many_columns', 'columns_max'],
    ['header_too_long', 'header_bytes_max'],
    ['too_many_rows', 'rows_max'],
    ['file_too_large', 'file_bytes_max'],
    ['key_too_long', 'raw_key_bytes_max'],
  ])('%s tells the limit %s', (rule, limit) => {
    setLimit(limit, 12_345);
    expect(rejectionOf(rule)).toEqual({ rule, message: expect.stringContaining(' 12,345 '), line: null });
  });

  test.each([
    ['gzip', gzipSync],
    ['zstd', zstdCompressSync],
  ])('what unpacks to more than a file may have (%s)', async (_name, pack) => {
    const text = `${HEADER}\n${'1,4,x\n'.repeat(100)}`;
    setLimit('decompressed_bytes_max', text.length);
    expect((await processed(pack(text))).counts.rows_read).toBe(100);
    setLimit('decompressed_bytes_max', text.length - 1);
    expect(await rejectedBy(pack(text))).toBe('unpacks_to_too_much');
  });

  test('500 columns are not too many, 500 in the header', async () => {
    const header = ['rating', ...Array.from({ length: 499 }, (_, i) => `c${i}`)];
    const { rows } = await processed(`${header.join()}\n${header.map((_, i) => i % 5).join()}\n`);
    expect(Object.keys(JSON.parse(String(rows[0]?.extra)))).toHaveLength(499);
  });

  test.each([
    ['reviews', HEADER, '1,4,x', 'broken'],
    ['restaurant info', 'original_city,address', 'X,1 Row', 'broken'],
  ])('%s with more rows than allowed, also when the last are broken', async (_kind, header, row, broken) => {
    setLimit('rows_max', 5);
    const file = (rows: readonly string[]) => `${header}\n${rows.join('\n')}\n`;
    expect((await processed(file([row, row, row, row, broken]))).counts.rows_read).toBe(5);
    expect(await rejectedBy(file([row, row, row, row, row, row]))).toBe('too_many_rows');
    expect(await rejectedBy(file([row, row, row, broken, broken, broken]))).toBe('too_many_rows');
  });
});

describe('files of one kind or another that are none the worse for it', () => {
  const ROWS = [
    { review_id: '1', rating_raw: '4', review_text: 'x' },
    { review_id: '2', rating_raw: '5', review_text: 'y' },
  ];
  test.each<[string, string, string]>([
    ['LF', `${HEADER}\n1,4,x\n2,5,y\n`, ','],
    ['CRLF', `${HEADER}\r\n1,4,x\r\n2,5,y\r\n`, ','],
    ['CR alone', `${HEADER}\r1,4,x\r2,5,y\r`, ','],
    ['no last line end', `${HEADER}\n1,4,x\n2,5,y`, ','],
    ['empty lines', `\n\r\n${HEADER}\n\n1,4,x\n\n\n2,5,y\n\n`, ','],
    ['a byte order mark', `\uFEFF${HEADER}\n1,4,x\n2,5,y\n`, ','],
    ['quotes everywhere', `"review_id","rating","review_text"\n"1","4","x"\n"2","5","y"\n`, ','],
    ['a byte order mark and quotes', `\uFEFF"review_id","rating","review_text"\n1,4,x\n2,5,y\n`, ','],
    ['semicolons', 'review_id;rating;review_text\n1;4;x\n2;5;y\n', ';'],
    ['tabs', 'review_id\trating\treview_text\n1\t4\tx\n2\t5\ty\n', '\t'],
    ['pipes', 'review_id|rating|review_text\n1|4|x\n2|5|y\n', '|'],
    ['semicolons, with commas in a header', 'review_id;rating;"review_text";"x, y, z, a, b"\n1;4;x;\n2;5;y;\n', ';'],
    ['semicolons, with more commas in a header', 'review_id;rating;review_text;a,b,c,d,e\n1;4;x;\n2;5;y;\n', ';'],
    ['headers as people write them', 'Review Number , STARS,Feedback  Comments\n1,4,x\n2,5,y\n', ','],
  ])('%s', async (_name, text, delimiter) => {
    const { rows, inferred, counts } = await processed(text);
    expect(rows).toMatchObject(ROWS);
    expect(counts).toEqual({ rows_read: 2, accepted: 2, duplicates: 0, quarantined: 0 });
    expect(inferred.delimiter?.value).toBe(delimiter);
    expect(inferred.encoding.byte_order_mark).toBe(text.startsWith('\uFEFF'));
  });

  test('a header alone is an empty table', async () => {
    for (const text of [HEADER, `${HEADER}\n`, `${HEADER}\r\n\r\n`]) {
      const { rows, counts, inferred } = await processed(text);
      expect(rows).toEqual([]);
      expect(counts).toEqual({ rows_read: 0, accepted: 0, duplicates: 0, quarantined: 0 });
      expect(inferred.rating_scale).toBeNull();
    }
  });

  test('one column is a table, in which a comma still needs its quotes', async () => {
    const { rows, quarantine } = await processed('review_text\nFine, thanks\n"Fine, thanks"\nBad\n');
    expect(rows.map((row) => row.review_text)).toEqual(['Fine, thanks', 'Bad']);
    expect(quarantine).toMatchObject([{ line: 2, raw: 'Fine, thanks' }]);
  });

  test('empty lines are counted, and are no rows', async () => {
    const { profile, counts } = await processed(`\n${HEADER}\n\n1,4,x\n\n\n`);
    expect([profile.blank_lines, counts.rows_read]).toEqual([3, 1]);
  });

  test('hostile headers keep their values, each under its own name', async () => {
    const headers = [
      '__proto__',
      'constructor',
      'rating',
      'x',
      'x',
      '',
      '"a ""b"", c"',
      'toString',
      '\u0000',
      '2',
      '1',
    ];
    const { rows } = await processed(`${headers.join()}\n${headers.map((_, i) => `v${i}`).join()}\n`);
    const extra = JSON.parse(String(rows[0]?.extra));
    expect(Object.getOwnPropertyDescriptor(extra, '__proto__')?.value).toBe('v0');
    expect(extra).toMatchObject({
      constructor: 'v1',
      rating: 'v2',
      x: 'v3',
      'x (2)': 'v4',
      column_6: 'v5',
      'a "b", c': 'v6',
      toString: 'v7',
      '\u0000': 'v8',
      2: 'v9',
      1: 'v10',
    });
    expect(Object.keys(extra)).toHaveLength(11);
  });

  test('NUL bytes, tabs and other control characters in a text are kept', async () => {
    const text = 'a\u0000b\u0001\tc\u007f\u0085\u2028';
    const { rows } = await processed(`${HEADER}\n1,4,"${text}"\n`);
    expect(rows[0]?.review_text).toBe(text);
  });

  test('a text of 4 MB is kept whole', async () => {
    const text = 'Gut, "sehr" gut 😀\n'.repeat(200_000);
    const { rows } = await processed(`${HEADER}\n1,4,"${text.replaceAll('"', '""')}"\n2,5,y\n`);
    expect(rows.map((row) => row.review_text)).toEqual([text, 'y']);
    expect(rows[0]?.review_length).toBe([...text].length);
  });

  test('rows that are all the same: one is kept, the others repeat its line', async () => {
    const { counts, duplicates, profile } = await processed(`${HEADER}\n${'1,4,x\n'.repeat(1000)}`);
    expect(counts).toEqual({ rows_read: 1000, accepted: 1, duplicates: 999, quarantined: 0 });
    expect(new Set(duplicates.map(({ rule, repeats_line }) => `${rule} ${repeats_line}`))).toEqual(
      new Set(['exact 2']),
    );
    expect(profile.duplicates.exact.first_lines).toEqual([3, 4, 5, 6, 7]);
  });

  test('twenty thousand rows that share what makes a review_uid are told apart', async () => {
    const lines = Array.from({ length: 20_000 }, (_, i) => `,${(i % 5) + 1},`);
    const { rows, counts } = await processed(`${HEADER}\n${lines.join('\n')}\n`);
    expect(counts.accepted).toBe(20_000);
    expect(new Set(rows.map((row) => row.review_uid)).size).toBe(20_000);
  });
});

describe('a row that cannot be trusted as one costs itself alone', () => {
  test.each<[string, string | Buffer, string]>([
    ['a field too few', '2,5', 'wrong_field_count'],
    ['a field too many', '2,5,y,z', 'wrong_field_count'],
    ['600 fields', '2,'.repeat(600), 'wrong_field_count'],
    ['a quote in the middle of a field', '2,5,say "y"', 'quote_in_unquoted_field'],
    ['text behind a closing quote', '2,5,"y"z', 'text_after_closing_quote'],
    ['a quote that is never closed', '2,5,"y', 'quote_not_closed'],
    ['Latin-1', Buffer.from('2,5,café', 'latin1'), 'not_the_files_encoding'],
    [
      'Latin-1 long before its field ends',
      Buffer.from(`2,5,café${'x'.repeat(50)}`, 'latin1'),
      'not_the_files_encoding',
    ],
    ['half a character', Buffer.from('2,5,😀').subarray(0, -1), 'not_the_files_encoding'],
    ['half a surrogate, encoded', Buffer.from('322c352ceda080', 'hex'), 'not_the_files_encoding'],
  ])('%s', async (_name, broken, reason) => {
    // The last row says that the file is in UTF-8.
    const bytes = Buffer.concat([Buffer.from(`${HEADER}\n1,4,x\n`), Buffer.from(broken), Buffer.from('\n3,3,é\n')]);
    const { rows, quarantine, profile } = await processed(bytes);
    expect(rows.map((row) => row.review_id)).toEqual(['1', '3']);
    expect(quarantine).toMatchObject([{ line: 3, byte_offset: ROW_2, byte_length: broken.length, reason }]);
    expect(quarantine.map(rawBytes)).toEqual([Buffer.from(broken)]);
    expect(profile.quarantine).toEqual({ [reason]: { count: 1, first_lines: [3] } });
  });

  test('over the limit on a field', async () => {
    setLimit('field_bytes_max', 10);
    const { rows, quarantine } = await processed(`${HEADER}\n1,4,0123456789\n2,5,01234567890\n3,3,éééééé\n`);
    expect(rows.map((row) => row.review_id)).toEqual(['1']);
    expect(quarantine).toMatchObject([
      { line: 3, reason: 'field_too_long', raw: '2,5,01234567890' },
      { line: 4, reason: 'field_too_long', raw: '3,3,éééééé' },
    ]);
  });

  test('over the limit on a field in quotes', async () => {
    setLimit('field_bytes_max', 10);
    const { rows, quarantine } = await processed(`${HEADER}\n1,4,"0123456789"\n2,5,"01234567890"\n`);
    expect(rows.map((row) => row.review_text)).toEqual(['0123456789']);
    expect(quarantine).toMatchObject([{ line: 3, reason: 'field_too_long', raw: '2,5,"01234567890"' }]);
  });

  test('a field too many in thousands of rows', async () => {
    const { counts, profile } = await processed(`${HEADER}\n${'1,4,x,y\n'.repeat(5000)}`);
    expect(counts).toEqual({ rows_read: 5000, accepted: 0, duplicates: 0, quarantined: 5000 });
    expect(profile.quarantine.wrong_field_count?.count).toBe(5000);
  });

  test.each([
    ['delimited', `${HEADER}\n1,4,x\n`, `2,5,${'é'.repeat(100)}`, '\n3,3,z\n'],
    ['JSON Lines', '{"id":"1","rating":4}\n', `{"id":"2","text":"${'é'.repeat(100)}"}`, '\n{"id":"3"}\n'],
  ])('over the limit on a row: it is kept whole, in parts (%s)', async (_, before, long, behind) => {
    setLimit('row_bytes_max', 40);
    const { rows, quarantine, counts } = await processed(before + long + behind);
    expect(rows.map((row) => row.review_id)).toEqual(['1', '3']);
    expect(counts).toEqual({ rows_read: 3, accepted: 2, duplicates: 0, quarantined: 1 });
    const start = Buffer.byteLength(before);
    expect(quarantine.map(({ byte_offset, byte_length }) => byte_offset + byte_length - start).slice(0, 2)).toEqual([
      40, 80,
    ]);
    expect(quarantine.map(({ part }) => part)).toEqual(quarantine.map((_part, i) => i + 1));
    const line = before.split('\n').length;
    expect(new Set(quarantine.map((part) => `${part.reason} ${part.line}`))).toEqual(new Set([`row_too_long ${line}`]));
    expect(Buffer.concat(quarantine.map(rawBytes)).toString()).toBe(long);
  });

  test('a quote that is never closed says how far it reaches', async () => {
    const { quarantine, counts } = await processed(`${HEADER}\n1,4,x\n2,5,"open\n3,3,z\n4,2,y\n`);
    expect(counts).toEqual({ rows_read: 4, accepted: 3, duplicates: 0, quarantined: 1 });
    expect(quarantine).toMatchObject([{ reason: 'quote_not_closed', line: 3, reaches_line: 5 }]);
  });

  test('over both limits, and the last line', async () => {
    setLimit('row_bytes_max', 40);
    const { counts } = await processed(`${HEADER}\n1,4,"${'x\n'.repeat(30)}`);
    expect(counts).toEqual({ rows_read: 30, accepted: 0, duplicates: 0, quarantined: 30 });
  });

  test('a file of nothing but broken rows is an empty table', async () => {
    const { counts, quarantine } = await processed(`${HEADER}\na\nb,"\nc,d\n`);
    expect(counts).toEqual({ rows_read: 3, accepted: 0, duplicates: 0, quarantined: 3 });
    expect(quarantine.map(({ reason }) => reason)).toEqual([
      'wrong_field_count',
      'quote_not_closed',
      'wrong_field_count',
    ]);
  });
});

describe('money', () => {
  const rowsOf = async (...lines: string[]) =>
    await processed(
      `total_spent,tip_amount,tip_percentage,review_text\n${lines.map((line, i) => `${line},t${i}`).join('\n')}\n`,
    );
  const money = ['total_spent', 'tip_amount', 'tip_percentage', 'log_total_spent'] as const;

  test.each<[string, readonly (number | null)[], readonly string[]]>([
    ['50,9,18', [50, 9, 18, Math.log(51)], []],
    [',9,18', [50, 9, 18, Math.log(51)], ['total_spent_filled']],
    ['50,9,', [50, 9, 18, Math.log(51)], ['tip_percentage_filled']],
    // The total follows from the percentage before the cap, and so does a percentage from the amounts.
    [',20,40', [50, 20, 30, Math.log(51)], ['tip_percentage_capped', 'total_spent_filled']],
    ['50,20,', [50, 20, 30, Math.log(51)], ['tip_percentage_capped', 'tip_percentage_filled']],
    ['50,20,40', [50, 20, 30, Math.log(51)], ['tip_percentage_capped']],
    ['50,15,30', [50, 15, 30, Math.log(51)], []],
    [',9,0', [null, 9, 0, null], []],
    [',0,0', [null, 0, 0, null], []],
    ['0,9,', [0, 9, null, 0], []],
    ['0,0,', [0, 0, null, 0], []],
    [',,18', [null, null, 18, null], []],
    ['50,,18', [50, null, 18, Math.log(51)], []],
    [',9,', [null, 9, null, null], []],
    ['-5,9,18', [50, 9, 18, Math.log(51)], ['total_spent_filled', 'total_spent_unreadable']],
    ['-0,-0,-0', [0, 0, 0, 0], []],
    [',1e300,1e-300', [null, 1e300, 1e-300, null], []],
    ['1e-300,1e300,', [1e-300, 1e300, null, 1e-300], []],
  ])('%s', async (line, values, rules) => {
    const { rows, profile } = await rowsOf(line);
    values.forEach((value, i) => {
      const found = rows[0]?.[money[i] as (typeof money)[number]];
      if (value === null) expect(found).toBeNull();
      else expect(found).toBeCloseTo(value, 9);
    });
    expect(Object.keys(profile.rules)).toEqual(rules);
  });
});

test('a rating out of scale is no rating, harms no other, and is counted', async () => {
  const lines = Array.from({ length: 100 }, (_, i) => `${i},${i === 50 ? '7.0' : '4.0'},`);
  const { rows, profile, inferred } = await processed(`${HEADER}\n${lines.join('\n')}\n`);
  expect(rows.map((row) => row.rating_1_5)).toEqual(lines.map((_, i) => (i === 50 ? null : 4)));
  expect(rows[50]).toMatchObject({ rating_raw: '7.0', rating_scale: 5 });
  expect(profile.rules.rating_out_of_scale).toEqual({ count: 1, first_lines: [52] });
  expect(profile.readability.ratings).toEqual({ uploaded: 100, readable: 100, out_of_scale: 1 });
  expect(inferred.rating_scale).toMatchObject({ value: 5, ambiguous: true });
});

test('what the whole file says of scale and dates holds of its first row too', async () => {
  const { rows } = await processed('id,rating,date\n1,4,06/09/2018\n2,9,24/12/2016\n3,8,25/12/2016\n');
  const day = (...date: [number, number, number]) => Date.UTC(...date) / 86_400_000;
  expect(rows.map((row) => [row.rating_scale, row.rating_1_5, row.review_date])).toEqual([
    [10, 2, day(2018, 8, 6)],
    [10, 4.5, day(2016, 11, 24)],
    [10, 4, day(2016, 11, 25)],
  ]);
});

test('suffixes and prefixes are counted by line, in a file that is otherwise plain', async () => {
  const { rows, profile } = await processed('id,name,text\nR1,Ann,a\nR2_copy,Guest_Bo,b\nR3,Client_Cy,c\n');
  expect(profile.rules).toEqual({
    customer_prefix_removed: { count: 2, first_lines: [3, 4] },
    id_suffix_removed: { count: 1, first_lines: [3] },
  });
  expect(rows.map((row) => row.extra)).toEqual([null, '{"id":"R2_copy"}', null]);
});

test('unknown columns tell rows apart, and stay with their rows', async () => {
  const { rows, duplicates } = await processed('id,text,note\nR1,a,x\nR1,a,x\nR1,a,y\nR1,a,\n');
  expect(rows.map(({ source_line, extra }) => [source_line, extra])).toEqual([
    [2, '{"note":"x"}'],
    [4, '{"note":"y"}'],
    [5, null],
  ]);
  expect(duplicates).toMatchObject([{ line: 3, rule: 'exact', repeats_line: 2 }]);
});

test('what cannot be read of a row says nothing of rows thousands of lines on', async () => {
  const odd = Array.from({ length: 6000 }, (_, i) => `R${i},x${i},x${i}`);
  const plain = ['P,5,9', 'Q,5,9', 'P,5,9'];
  const { duplicates, counts } = await processed(`id,total,tip\n${[...odd, ...plain].join('\n')}\n`);
  expect(counts).toEqual({ rows_read: 6003, accepted: 6002, duplicates: 1, quarantined: 0 });
  expect(duplicates).toMatchObject([{ line: 6004, rule: 'exact', repeats_line: 6002 }]);
});

test('cells of which a file has more than may be numbered are read and counted like any other', async () => {
  const count = 40_000;
  const cells = Array.from({ length: count }, (_, i) => [String(i), `${1 + i / 10_000}`, `no date ${i}`]);
  const { rows, profile } = await processed(`id,rating,date\n${cells.map((row) => row.join()).join('\n')}\n`);
  expect(rows.map((row) => row.rating_raw)).toEqual(cells.map(([, rating]) => rating));
  expect(profile.readability).toMatchObject({
    ratings: { uploaded: count, readable: count, out_of_scale: 0 },
    dates: { uploaded: count, readable: 0 },
  });
  expect(profile.rules.date_unreadable?.count).toBe(count);
  expect(Object.values(profile.ratings).reduce((sum, n) => sum + n, 0)).toBe(count);
});

test('rows of which nobody knows whose they are have a review_uid by what they hold, not by where they stand', async () => {
  const cells = ['4', '4.0', '⭐⭐⭐⭐', '4/5', '5'];
  const uidsOf = async (order: readonly string[]) => {
    const { rows } = await processed(`rating,location\n${order.map((cell) => `${cell},x`).join('\n')}\n`);
    return Object.fromEntries(rows.map((row) => [row.rating_raw, row.review_uid]));
  };
  expect(await uidsOf(cells.toReversed())).toEqual(await uidsOf(cells));
});

test('ratings and dates of duplicates alone are none of the table', async () => {
  const { profile } = await processed(
    'id,date,rating,text\nR1,2014-02-07,4,a\nR1_dup,2014-02-07,3,a\n,2015-01-01,2,b\n,2015-01-01,2,b\n',
  );
  expect(profile.ratings).toEqual({ 200: 1, 400: 1 });
  expect(profile.review_dates).toEqual({ first: '2014-02-07', last: '2015-01-01' });
});

test('what cannot be read is counted apart from what says that it is missing', async () => {
  const { profile } = await processed('id,rating,date,text\n1,good,soon,a\n2,N/A,null,b\n3,,,\n4,4,2014-02-07,c\n');
  expect(profile.readability).toEqual({
    ratings: { uploaded: 2, readable: 1, out_of_scale: 0 },
    dates: { uploaded: 2, readable: 1 },
    texts: { uploaded: 3, readable: 3 },
  });
  expect(profile.rules).toEqual({
    date_unreadable: { count: 1, first_lines: [2] },
    rating_unreadable: { count: 1, first_lines: [2] },
    word_for_missing: { count: 2, first_lines: [3, 3] },
  });
});

test('what a kept row takes over is read on the scale of the file, counted, and fills what follows from it', async () => {
  const header = 'id,name,rating_out_of_10,text,venue,establishment,total,tip,tip_pct,party';
  const { rows, profile } = await processed(`${header}\nR1,,,,,,,9,18,2\nR1_dup,Ann,7.0,T,V,E,51,9,18,2\n`);
  expect(rows).toMatchObject([
    {
      customer_name: 'Ann',
      rating_raw: '7.0',
      rating_scale: 10,
      rating_1_5: 3.5,
      review_text: 'T',
      review_length: 1,
      location: 'V',
      restaurant_name: 'E',
      total_spent: 51,
    },
  ]);
  expect(profile.recovered).toEqual({
    customer_name: 1,
    location: 1,
    rating: 1,
    restaurant_name: 1,
    review_text: 1,
    total_spent: 1,
  });
  expect(profile.rules.total_spent_filled).toBeUndefined();
});

test('a kept row keeps what it has, whatever its copy says', async () => {
  const { rows, profile } = await processed('id,name,rating,text,total\nR1,Ann,4,T,50\nR1_dup,Bo,5,U,60\n');
  const own = { customer_name: 'Ann', rating_raw: '4', review_text: 'T', total_spent: 50 };
  expect(rows).toMatchObject([own]);
  expect(profile.recovered).toEqual({});
  const after = await processed('id,name,rating,text,total\nR1_dup,Bo,5,U,60\nR1,Ann,4,T,50\n');
  expect(after.rows).toMatchObject([own]);
  expect(after.profile.recovered).toEqual({});
});

test('copies whose values could not be held are counted by line', async () => {
  setLimit('recovered_bytes_max', 1);
  const { rows, profile } = await processed('id,rating\nR1,\nR1_dup,4\n');
  expect(rows).toMatchObject([{ rating_raw: null }]);
  expect(profile.rules.copy_not_held).toEqual({ count: 1, first_lines: [3] });
});

test('rows are never held: row groups are written while the file is read', async () => {
  const groups: number[] = [];
  const texts: string[] = [];
  const counting: typeof openJsonLines = async () => ({
    async writeRowGroup({ rowCount, columns }) {
      groups.push(rowCount);
      const { values } = columns.find(({ column }) => column.name === 'review_text') ?? expect.fail();
      if (isTexts(values)) for (let i = 0; i < rowCount; i++) texts.push(textAt(values, i));
    },
    async finish() {},
  });
  const count = ROW_GROUP_ROWS_MAX + 20_000;
  const lines = Array.from({ length: count }, (_, i) => `${i},4,${'x'.repeat(60)} ${i}`);
  await transformed(`${HEADER}\n${lines.join('\n')}\n`, CONTEXT, counting);
  expect(groups.reduce((sum, rows) => sum + rows, 0)).toBe(count);
  expect(texts).toEqual(lines.map((line) => line.split(',')[2]));
  expect(groups.length).toBeGreaterThan(1);
  expect(Math.max(...groups)).toBeLessThan(ROW_GROUP_ROWS_MAX + 10_000);
});

test('a failing table writer is thrown, and no file stays open', async () => {
  const broken: typeof openJsonLines = async () => ({
    async writeRowGroup() {
      throw new Error('disk full');
    },
    async finish() {},
  });
  await expect(transformed(`${HEADER}\n1,4,x\n`, CONTEXT, broken)).rejects.toThrow('disk full');
});

test('groups of words that we do not know are "unreadable", and of none "missing"', async () => {
  const { profile } = await processed('id,gender\n1,m\n2,x\n3,\n4,n/a\n1_dup,m\nbroken\n');
  const groups = profile.groups.gender_norm ?? {};
  expect(
    Object.fromEntries(
      Object.entries(groups).map(([g, c]) => [g, [c.uploaded, c.accepted, c.duplicates, c.quarantined]]),
    ),
  ).toEqual({
    male: [2, 1, 1, 0],
    missing: [2, 2, 0, 0],
    unreadable: [2, 1, 0, 1],
  });
});
