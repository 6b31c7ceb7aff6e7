import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ACTED_ON, filesBelow, GOOD, HOSTILE, POOR, put, tastetrend, testFolder } from '../command.fixture.ts';

const folder = testFolder();
const temp = join(folder, 'temp');
mkdirSync(temp);
const poor = put(folder, 'poor.csv', POOR);
const good = put(folder, 'good.csv', GOOD);
const workbook = put(folder, 'book.xlsx', Buffer.from('504b030414000600', 'hex'));

describe('tastetrend inspect', () => {
  it('says what was inferred on what evidence, the counts, the first bad rows and values, and writes nothing', async () => {
    const before = filesBelow(folder);
    const { code, stdout } = await tastetrend(folder, ['inspect', poor], { TMPDIR: temp });
    expect(code).toBe(1);
    const says = [
      /^ {2}separator +semicolon +separates the first line into 8 columns/m,
      /^ {2}encoding +utf-8 +(?:there are only ASCII|of \d+ lines)/m,
      /^ {2}rating scale +up to 10 .*ambiguous/m,
      /^ {2}dates with \/ +day first +3 dates can only be day first/m,
      /^ {2}Guest Name +customer_name +another name for it/m,
      /^ {2}Gender +gender +its name/m,
      /^ {2}Mood +extra +no column of ours/m,
      /^ {2}quarantined +2: 1 text_after_closing_quote \(line 4\), 1 wrong_field_count \(line 5\)/m,
      /^ {2}duplicates +1: 1 exact \(line 7\)/m,
      /^ {2}date_unreadable +8 +Visit Date +32\/02\/2026$/m,
      /^ {2}rating_out_of_scale +3 +Score +11$/m,
      /^ {2}total_spent_unreadable +6 +Amount +abc$/m,
      /^ +4 +146 +39 +text_after_closing_quote +3;Cy;31\/31\/2026;nine;"broken" x;3;M;sad$/m,
      /^ +5 +186 +20 +wrong_field_count +4;Di;13\/02\/2026;7;so$/m,
      /2 of 7 rows read .* could not be trusted/,
    ];
    for (const expression of says) expect(stdout).toMatch(expression);
    expect(filesBelow(folder)).toEqual(before);
    expect(readdirSync(temp)).toEqual([]);
  });

  it('--json: the same in one document, for several files, in their order; 1 when one would be rejected', async () => {
    const { code, stdout } = await tastetrend(folder, ['inspect', poor, workbook, good, '--json', '--jobs', '2']);
    expect(code).toBe(1);
    const document = JSON.parse(stdout);
    expect(document).toMatchObject({
      schema: 'tastetrend.inspection/1',
      failed: 2,
      files: [
        {
          key: 'poor.csv',
          status: 'fail',
          counts: { rows_read: 7, accepted: 4, duplicates: 1, quarantined: 2 },
          inferred: { delimiter: { value: ';' }, rating_scale: { value: 10, ambiguous: true } },
          bad_rows: [
            { line: 4, byte_offset: 146, byte_length: 39, reason: 'text_after_closing_quote' },
            { line: 5, byte_offset: 186, byte_length: 20, raw: { text: '4;Di;13/02/2026;7;so', is_cut: false } },
          ],
        },
        { key: 'book.xlsx', status: 'rejected', rejection: { rule: 'excel_workbook' }, inferred: null, bad_rows: [] },
        { key: 'good.csv', status: 'warn', counts: { rows_read: 614 }, bad_rows: [] },
      ],
    });
    const dates = document.files[0].rules.find(({ rule }: { rule: string }) => rule === 'date_unreadable');
    expect(dates).toMatchObject({
      count: 1,
      first_values: [{ line: 8, header: 'Visit Date', value: { text: '32/02/2026' } }],
    });
  });

  it('a file that would come through: 0, and stdout is one document', async () => {
    const { code, stdout } = await tastetrend(folder, ['inspect', good, '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout).failed).toBe(0);
  });

  it('hostile cells, headers and rows are shown without what a terminal would act on, and cut where they are long', async () => {
    const hostile = put(
      folder,
      'hostile.csv',
      Buffer.concat([
        Buffer.from(`review_id,date,rating,"x${HOSTILE}\n"\n`),
        Buffer.from(`1,"${HOSTILE}\r\n",${HOSTILE},\n`),
        Buffer.from(`2,too,few${HOSTILE}\n`),
        Buffer.from('3,2026-01-01,5,'),
        Buffer.from([0xe9, 0x9b, 0x0a]),
        Buffer.from(`4,${'long'.repeat(1000)}\n`),
      ]),
    );
    const [text, json] = await Promise.all([
      tastetrend(folder, ['inspect', hostile]),
      tastetrend(folder, ['inspect', hostile, '--json']),
    ]);
    expect(text.stdout).not.toMatch(ACTED_ON);
    expect(json.stdout).not.toMatch(ACTED_ON);
    expect(text.stdout).toContain(String.raw`not_the_files_encoding  3,2026-01-01,5,\xE9\x9B`);
    expect(text.stdout).toMatch(/wrong_field_count +4,(?:long)+(?:lo)? …$/m);
    const [file] = JSON.parse(json.stdout).files;
    expect(file.inferred.columns[3].header).toBe(`x${HOSTILE}`.trim());
    expect(file.bad_rows[0].raw.text).toBe(`2,too,few${HOSTILE}`);
    expect(file.bad_rows[2].raw).toEqual({ text: `4,${'long'.repeat(50)}`.slice(0, 200), is_cut: true });
  });
});
