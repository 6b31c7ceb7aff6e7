/** What single rows of a file look like that were set aside, or that hold values which could not be read. */
import { createReadStream } from 'node:fs';
import { type Manifest, outputKey, type Profile } from '@tastetrend/contracts';
import { type OpenParquetWriter, RULES, type Rule, readHead, readRows } from '@tastetrend/transform';
import type { Folder } from './folder-ports.ts';

/** As much of what was uploaded as is shown. */
const EXCERPT_CHARS = 200;
const BAD_ROWS_SHOWN = 5;
const LF = 0x0a;

export interface Excerpt {
  /** As uploaded; a byte that is no UTF-8 as `\xE9`. */
  readonly text: string;
  /** There is more than is shown. */
  readonly is_cut: boolean;
}

export interface BadRow {
  readonly line: number;
  readonly byte_offset: number;
  readonly byte_length: number;
  readonly reason: string;
  readonly raw: Excerpt;
}

export interface AppliedRule {
  readonly rule: string;
  /** In words. */
  readonly meaning: string;
  readonly count: number;
  readonly first_lines: readonly number[];
  /** The first values that it is about, where it is about values of one column. */
  readonly first_values: readonly { readonly line: number; readonly header: string; readonly value: Excerpt }[];
}

export interface Details {
  /** The first of them, in the file's order. */
  readonly bad_rows: readonly BadRow[];
  readonly rules: readonly AppliedRule[];
}

/** The columns whose values a rule could not use. */
const COLUMN_OF_RULE: Partial<Record<Rule, string>> = {
  id_damaged: 'review_id',
  date_unreadable: 'review_date',
  rating_unreadable: 'rating',
  rating_out_of_scale: 'rating',
  total_spent_unreadable: 'total_spent',
  tip_amount_unreadable: 'tip_amount',
  tip_percentage_unreadable: 'tip_percentage',
  party_size_unreadable: 'party_size',
  age_range_unreadable: 'age_range',
  gender_unreadable: 'gender',
  ethnicity_unreadable: 'ethnicity',
  avg_stars_unreadable: 'avg_stars',
  total_reviews_unreadable: 'total_reviews',
};

/** Takes a table and keeps nothing of it. */
export const openNoWriter: OpenParquetWriter = async () => ({
  writeRowGroup: async () => {},
  finish: async () => {},
});

/** @param profile of the table that was made; null where none was */
export async function inspectFile(
  path: string,
  manifest: Manifest,
  profile: Profile | null,
  folder: Folder,
): Promise<Details> {
  if (profile === null || manifest.inferred === null) return { bad_rows: [], rules: [] };
  const headers = manifest.inferred.columns;
  const wanted = new Map<number, { rule: string; column: number }[]>();
  for (const [rule, { first_lines }] of Object.entries(profile.rules)) {
    const name = COLUMN_OF_RULE[rule as Rule];
    const column = headers.findIndex((one) => one.column !== null && one.column === name);
    if (column < 0) continue;
    for (const line of first_lines) wanted.set(line, [...(wanted.get(line) ?? []), { rule, column }]);
  }
  const cells = await cellsOn(new Set(wanted.keys()), path);
  const rules = Object.entries(profile.rules).map(([rule, { count, first_lines }]) => ({
    rule,
    meaning: RULES[rule as Rule],
    count,
    first_lines,
    first_values: first_lines.flatMap((line) =>
      (wanted.get(line) ?? [])
        .filter((one) => one.rule === rule)
        .map(({ column }) => ({
          line,
          header: headers[column]?.header ?? '',
          value: excerpt(cells.get(line)?.[column] ?? ''),
        })),
    ),
  }));
  return { bad_rows: await badRows(folder.pathOf(outputKey(manifest.identity, 'quarantine'))), rules };
}

class Enough extends Error {}

/** The cells of the rows that start on these lines; the file is read no further than the last of them. */
async function cellsOn(lines: ReadonlySet<number>, path: string): Promise<Map<number, readonly string[]>> {
  const found = new Map<number, readonly string[]>();
  const head = lines.size === 0 ? undefined : await readHead(path);
  if (head === undefined || 'rule' in head) return found;
  try {
    await readRows(head, {
      row(cells, { line }) {
        if (lines.has(line)) found.set(line, [...cells]);
        if (found.size === lines.size) throw new Enough();
      },
      quarantined: () => {},
      blank: () => {},
    });
  } catch (error) {
    if (!(error instanceof Enough)) throw error;
  }
  return found;
}

async function badRows(quarantine: string): Promise<BadRow[]> {
  const rows: BadRow[] = [];
  for await (const text of lines(quarantine)) {
    const { line, byte_offset, byte_length, reason, encoding, raw } = JSON.parse(text) as Omit<BadRow, 'raw'> & {
      encoding: 'utf-8' | 'base64';
      raw: string;
    };
    const shown = excerpt(encoding === 'base64' ? bytesAsText(Buffer.from(raw, 'base64')) : raw);
    rows.push({ line, byte_offset, byte_length, reason, raw: shown });
    if (rows.length === BAD_ROWS_SHOWN) break;
  }
  return rows;
}

/** The lines of a JSON Lines file. Not by node:readline, which also ends lines at U+2028, and that JSON may hold as it is. */
async function* lines(path: string): AsyncGenerator<string> {
  let parts: Buffer[] = [];
  for await (const chunk of createReadStream(path)) {
    let rest = chunk as Buffer;
    for (let end = rest.indexOf(LF); end >= 0; end = rest.indexOf(LF)) {
      yield Buffer.concat([...parts, rest.subarray(0, end)]).toString('utf8');
      parts = [];
      rest = rest.subarray(end + 1);
    }
    parts.push(rest);
  }
}

function excerpt(text: string): Excerpt {
  return { text: text.slice(0, EXCERPT_CHARS).toWellFormed(), is_cut: text.length > EXCERPT_CHARS };
}

/** ASCII as it is, every other byte as `\xE9`: of what is no UTF-8 nobody knows which characters it is. */
function bytesAsText(bytes: Buffer): string {
  return bytes
    .subarray(0, EXCERPT_CHARS + 1)
    .toString('latin1')
    .replaceAll(/[\x80-\xff]/g, (character) => `\\x${character.charCodeAt(0).toString(16).toUpperCase()}`);
}
