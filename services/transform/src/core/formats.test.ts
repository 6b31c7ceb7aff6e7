import { gzipSync, zstdCompressSync } from 'node:zlib';
import { generateSample } from '@tastetrend/testing';
import { parse } from 'csv-parse/sync';
import { describe, expect, test } from 'vitest';
import { processed, type Row, transformed } from './transformed.fixture.ts';

const sample = generateSample(7, 'eastside');
const csv = Buffer.from(sample.bytes).toString('utf8');
const [header = [], ...records] = parse(csv) as string[][];

const utf16 = (text: string, isBigEndian: boolean) => {
  const bytes = Buffer.from(`\uFEFF${text}`, 'utf16le');
  return isBigEndian ? bytes.swap16() : bytes;
};
const quoted = (cell: string) => `"${cell.replaceAll('"', '""')}"`;
const separated = (delimiter: string, lineEnd: string) =>
  [header, ...records].map((cells) => cells.map(quoted).join(delimiter) + lineEnd).join('');
const jsonl = records
  .map((cells) => JSON.stringify(Object.fromEntries(cells.map((cell, i) => [header[i], cell]))))
  .join('\n');

/** Rows without what says where they stood. */
const contentOf = (rows: readonly Row[]) => rows.map(({ source_line: _, ...content }) => content);

describe('the same table gives the same rows, however it is written', async () => {
  const plain = await processed(csv);
  test.each([
    ['UTF-8 with a byte order mark', Buffer.from(`\uFEFF${csv}`), 'utf-8', 'none'],
    ['UTF-16, little endian', utf16(csv, false), 'utf-16le', 'none'],
    ['UTF-16, big endian', utf16(csv, true), 'utf-16be', 'none'],
    ['gzip', gzipSync(csv), 'utf-8', 'gzip'],
    ['zstd', zstdCompressSync(csv), 'utf-8', 'zstd'],
    ['UTF-16 in gzip', gzipSync(utf16(csv, false)), 'utf-16le', 'gzip'],
    ['semicolons and CRLF', Buffer.from(separated(';', '\r\n')), 'utf-8', 'none'],
    ['tabs', Buffer.from(separated('\t', '\n')), 'utf-8', 'none'],
    ['pipes and CR', Buffer.from(separated('|', '\r')), 'utf-8', 'none'],
    ['JSON Lines', Buffer.from(jsonl), 'utf-8', 'none'],
    [
      'JSON Lines with CRLF, a mark and blank lines, in zstd',
      zstdCompressSync(`\uFEFF${jsonl.replaceAll('\n', '\r\n\r\n')}\r\n`),
      'utf-8',
      'zstd',
    ],
  ] as const)('%s', async (_name, bytes, encoding, compression) => {
    const found = await processed(bytes);
    expect(contentOf(found.rows)).toEqual(contentOf(plain.rows));
    expect(found.counts).toEqual(plain.counts);
    expect(found.inferred.encoding.value).toBe(encoding);
    expect(found.inferred.compression).toBe(compression);
  });
});

describe('Windows-1252', () => {
  const text = 'id,text,loyalty\n1,"Crème brûlée – 5 €",“gold”\n2,Größe,ok\n3,plain,ok\n';
  const bytes = Buffer.from(
    [...text].map(
      (character) => ({ '€': 0x80, '–': 0x96, '“': 0x93, '”': 0x94 })[character] ?? character.charCodeAt(0),
    ),
  );

  test('is found where no line beyond ASCII is UTF-8, and nothing is lost', async () => {
    const { rows, inferred, quarantine } = await processed(bytes);
    expect(rows.map(({ review_text }) => review_text)).toEqual(['Crème brûlée – 5 €', 'Größe', 'plain']);
    expect(rows[0]?.extra).toBe(JSON.stringify({ loyalty: '“gold”' }));
    expect(inferred.encoding).toMatchObject({ value: 'windows-1252', ambiguous: false });
    expect(quarantine).toEqual([]);
  });

  test('a line in twenty-one may be UTF-8 by chance, one in twenty is none', async () => {
    const older = (count: number) => Buffer.from('1,Gr\u00f6\u00dfe\n'.repeat(count), 'latin1');
    const chance = Buffer.from('2,\u00c3\u00a9\n', 'latin1');
    const textsOf = async (count: number) =>
      (await processed(Buffer.concat([Buffer.from('id,text\n'), older(count), chance]))).rows.map(
        (row) => row.review_text,
      );
    expect(await textsOf(20)).toEqual(['Gr\u00f6\u00dfe', '\u00c3\u00a9']);
    expect(await textsOf(19)).toEqual(['\u00e9']);
  });

  test('one broken row among rows of UTF-8 does not change the file: it is set aside, byte for byte', async () => {
    const utf8 = Buffer.from('id,text\n1,Crème\n2,Größe\n');
    const broken = Buffer.from([0x33, 0x2c, 0xe9, 0x0a]);
    const { rows, inferred, quarantine } = await processed(Buffer.concat([utf8, broken]));
    expect(rows.map(({ review_text }) => review_text)).toEqual(['Crème', 'Größe']);
    expect(inferred.encoding).toMatchObject({ value: 'utf-8', ambiguous: true });
    expect(quarantine).toMatchObject([{ reason: 'not_the_files_encoding', line: 4, encoding: 'base64' }]);
    expect(Buffer.from(quarantine[0]?.raw ?? '', 'base64')).toEqual(broken.subarray(0, 3));
  });
});

describe('JSON Lines', () => {
  test('fields that only some objects have, numbers as they were written, nested values in extra', async () => {
    const lines = [
      '{"review_id": 12345678901234567890, "stars": 4.0, "text": "a\\u00e9"}',
      '{"stars": 5, "tags": ["x", {"n": 1.50}], "user": null}',
    ];
    const { rows } = await processed(lines.join('\n'));
    expect(rows).toMatchObject([
      { review_id: '12345678901234567890', rating_raw: '4.0', rating_1_5: 4, review_text: 'aé', extra: null },
      { review_id: null, rating_raw: '5', extra: JSON.stringify({ tags: '["x",{"n":1.50}]' }) },
    ]);
  });

  test('a line that is no JSON, or no object, is set aside with its reason', async () => {
    const { counts, quarantine } = await processed('{"stars":4}\n{"stars":\n[1]\n\n{"stars":5}\n');
    expect(counts).toEqual({ rows_read: 4, accepted: 2, duplicates: 0, quarantined: 2 });
    expect(quarantine).toMatchObject([
      { line: 2, reason: 'not_json', raw: '{"stars":' },
      { line: 3, reason: 'not_an_object', raw: '[1]' },
    ]);
  });

  test('one JSON array is rejected with what to do', async () => {
    expect(await transformed('[{"stars":4}]')).toMatchObject({ kind: 'rejected', rejection: { rule: 'json_array' } });
  });
});

describe('packed files that are no use are rejected by name', () => {
  const packed = gzipSync(csv);
  test.each([
    ['cut short', packed.subarray(0, packed.length - 100), 'broken_compression'],
    ['empty inside', gzipSync(''), 'empty_file'],
    ['a workbook inside', gzipSync(Buffer.from('504b030414000600', 'hex')), 'excel_workbook'],
    ['a trap', gzipSync(Buffer.alloc(64 << 20)), 'unpacks_to_too_much'],
  ])('%s', async (_name, bytes, rule) => {
    expect(await transformed(bytes)).toMatchObject({ kind: 'rejected', rejection: { rule } });
  });
});

describe('an encoding that only the end of a large file tells', () => {
  const ascii = Array.from({ length: 9_000 }, (_, i) => `${i},4,${'plain text '.repeat(12)}`);
  const older = Array.from({ length: 200 }, (_, i) => `L${i},5,Crème brûlée ${i}`);
  const table = (rows: readonly string[]) => Buffer.from(`id,rating,text\n${rows.join('\n')}\n`, 'latin1');

  test('Windows-1252: every text is read as it was written', async () => {
    const bytes = table([...ascii, ...older]);
    expect(bytes.length).toBeGreaterThan(1.2e6);
    const { rows, counts, inferred } = await processed(bytes);
    expect(counts).toEqual({ rows_read: 9_200, accepted: 9_200, duplicates: 0, quarantined: 0 });
    expect(rows.slice(-2).map((row) => row.review_text)).toEqual(['Crème brûlée 198', 'Crème brûlée 199']);
    expect(inferred.encoding).toMatchObject({ value: 'windows-1252', ambiguous: false });
    expect(inferred.encoding.evidence).toContain('200 lines');
  });

  test('UTF-8 with a few rows that are not: those alone are set aside', async () => {
    const utf8 = Buffer.from(`${Array.from({ length: 300 }, (_, i) => `U${i},5,Crème ${i}`).join('\n')}\n`);
    const bytes = Buffer.concat([table(ascii), utf8, Buffer.from(`${older.slice(0, 3).join('\n')}\n`, 'latin1')]);
    const { counts, inferred } = await processed(bytes);
    expect(counts).toEqual({ rows_read: 9_303, accepted: 9_300, duplicates: 0, quarantined: 3 });
    expect(inferred.encoding).toEqual({
      value: 'utf-8',
      byte_order_mark: false,
      evidence: 'of 303 rows with other than ASCII characters, 300 are UTF-8 and 3 are not',
      ambiguous: true,
    });
  });
});

test.each([
  ['id,name;rating,text\n1,a;4,x\n2,b;5,y\n', 'comma', ',', false, '3 columns, 2 of which we know; 2 of 2 rows'],
  ['id,rating;text\n1,4;x\n', 'either', ',', true, '2 columns, 1 of which we know; 1 of 1 rows'],
  ['id,text\n1,a\n2;b\n3;c\n4;d\n', 'few rows agree', ',', true, '2 columns, 2 of which we know; 1 of 4 rows'],
])(
  'the delimiter, what speaks for it, and whether it is in doubt: %j (%s)',
  async (text, _, value, ambiguous, evidence) => {
    const { inferred } = await processed(text);
    expect(inferred.delimiter).toMatchObject({ value, ambiguous });
    expect(inferred.delimiter?.evidence).toContain(evidence);
  },
);
