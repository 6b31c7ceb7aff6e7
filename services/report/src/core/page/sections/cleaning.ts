/** What the cleaning did: rows set aside, duplicates, values taken over or changed; and how the file was read. */
import type { Inference, Validation, ValidationFindings } from '@tastetrend/contracts';
import { count, counted, lines } from '../format.ts';
import { foreign, type Html, html, type Part } from '../html.ts';
import { folded, numberColumn, table } from '../table.ts';

const REASONS: Readonly<Record<string, string>> = {
  wrong_field_count: 'has more or fewer fields than the first line',
  quote_not_closed: 'opens a quote that is never closed',
  quote_in_unquoted_field: 'has a quote inside a field that is not quoted',
  text_after_quote: 'has text between a closing quote and the next separator',
  not_the_files_encoding: 'has bytes that are not of the file’s encoding',
  not_json: 'is no JSON',
  not_an_object: 'is no JSON object',
  field_too_long: 'has a field over the limit',
  row_too_long: 'is longer than the limit',
};

const RULES: Readonly<Record<string, string>> = {
  id_suffix_removed: 'A _dup or _copy suffix was removed from the review id',
  id_damaged: 'The id is spreadsheet damage or a word for “missing”: it counts as none',
  customer_prefix_removed: 'A Guest_ or Client_ prefix was removed from the name',
  date_unreadable: 'The date is none that we know; it is empty, and kept as uploaded in extra',
  rating_unreadable: 'The rating is neither a number nor stars',
  rating_out_of_scale: 'The rating is a number that its scale does not have',
  total_spent_unreadable: 'The amount is no number, or is negative',
  tip_amount_unreadable: 'The tip is no number, or is negative',
  tip_percentage_unreadable: 'The tip percentage is no number, or is negative',
  party_size_unreadable: 'The party size is no whole number of 1 or more',
  age_range_unreadable: 'The age range is none that we know; it stays as uploaded',
  gender_unreadable: 'The gender is none that we know; it stays as uploaded',
  ethnicity_unreadable: 'The ethnicity is none that we know; it stays as uploaded',
  word_for_missing: 'The cell says “null”, “N/A” or the like: it counts as missing',
  total_spent_filled: 'The total was computed from tip and tip percentage',
  tip_percentage_filled: 'The tip percentage was computed from tip and total',
  tip_percentage_capped: 'The tip percentage was over 30, and is 30 now',
  copy_not_held: 'A copy had values that could not be held for its original',
  avg_stars_unreadable: 'The average of stars is no number from 0 to 5',
  total_reviews_unreadable: 'The number of reviews is no whole number of 0 or more',
};

function findingRows(
  findings: readonly { readonly name: Part; readonly count: number; readonly first_lines: readonly number[] }[],
) {
  return findings.map(({ name, count: n, first_lines }) => [name, count(n), lines(first_lines, n)]);
}

/** Rows that could not be trusted, by reason. What they hold is in quarantine.jsonl and never here. */
export function quarantineSection({ findings, counts }: Validation): Html | null {
  if (findings === null || counts.quarantined === 0) return null;
  const rows = findingRows(
    findings.quarantine.map(({ reason, ...rest }) => ({
      name: `The row ${REASONS[reason] ?? reason.replaceAll('_', ' ')}`,
      ...rest,
    })),
  );
  return html`<section aria-labelledby="aside"><h2 id="aside">Rows set aside</h2>
<p class="lead">${counted(counts.quarantined, 'row')} could not be trusted. <code>quarantine.jsonl</code> has each with its line, its reason and its bytes as uploaded, so that it can be mended.</p>
${table('Rows set aside by reason', [{ head: 'Reason' }, numberColumn('Rows'), { head: 'Where' }], rows)}</section>`;
}

export function changesSection(findings: ValidationFindings): Html | null {
  const { duplicates, recovered, rules, id_conflict_rows: conflicts } = findings;
  const copies = [
    { name: 'Marked as a copy (_dup, _copy) of another row, and agreeing with it', ...duplicates.copy },
    { name: 'Equal to an earlier row in every column', ...duplicates.exact },
  ].filter(({ count: n }) => n > 0);
  const changed = rules.map(({ rule, ...rest }) => ({ name: RULES[rule] ?? rule.replaceAll('_', ' '), ...rest }));
  if (copies.length + changed.length + recovered.length + conflicts === 0) return null;
  const head = [{ head: 'What' }, numberColumn('Rows'), { head: 'Where' }];
  return html`<section aria-labelledby="changes"><h2 id="changes">What the cleaning did</h2>
${copies.length > 0 && html`<h3>Duplicates</h3>${table('Duplicates by rule', head, findingRows(copies))}`}
${
  recovered.length > 0 &&
  html`<h3>Recovered values</h3><p class="lead">A copy often has what its original lacks: the kept row took these over.</p>
${table(
  'Values recovered from copies',
  [{ head: 'Column' }, numberColumn('Values')],
  recovered.map(({ column, count: n }) => [html`<code>${column}</code>`, count(n)]),
)}`
}
${conflicts > 0 && html`<h3>Shared review ids</h3><p>${counted(conflicts, 'accepted row')} ${conflicts === 1 ? 'shares its' : 'share their'} review id with another visit. They are kept and marked <code>id_conflict</code>.</p>`}
${changed.length > 0 && html`<h3>Values</h3>${table('Values changed or not usable, by rule', head, findingRows(changed))}`}</section>`;
}

const ENCODINGS: Readonly<Record<string, string>> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16 (little endian)',
  'utf-16be': 'UTF-16 (big endian)',
  'windows-1252': 'Windows-1252',
};
const DELIMITERS: Readonly<Record<string, string>> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'pipe' };

/** What was inferred, on what evidence, and what stayed ambiguous. */
export function readingSection(inferred: Inference | null): Html | null {
  if (inferred === null) return null;
  const { format, compression, encoding, delimiter, rating_scale: scale, date_orders: orders, columns } = inferred;
  const packing = compression === 'none' ? '' : `, packed with ${compression}`;
  const unused = columns.filter(({ column }) => column === null).length;
  return html`<section aria-labelledby="reading"><h2 id="reading">How the file was read</h2>
<p class="lead">Nobody said any of this: it was told from the whole file, on this evidence.</p>
<dl class="facts">${fact('Format', `${format === 'delimited' ? 'Text with separated fields' : 'JSON Lines'}${packing}`, null, false)}
${fact('Encoding', `${ENCODINGS[encoding.value] ?? encoding.value}${encoding.byte_order_mark ? ', with a byte order mark' : ''}`, encoding.evidence, encoding.ambiguous)}
${delimiter !== null && fact('Separator', DELIMITERS[delimiter.value] ?? delimiter.value, delimiter.evidence, delimiter.ambiguous)}
${scale !== null && fact('Rating scale', `1 to ${scale.value}`, scale.evidence, scale.ambiguous)}
${orders.map(({ separator, value, evidence, ambiguous_values: open }) => {
  const either = open > 0 && `; ${counted(open, 'date')} could be read either way`;
  return fact(
    `Dates with “${separator}”`,
    value === 'month_first' ? 'Month first' : 'Day first',
    evidence,
    open > 0,
    either,
  );
})}</dl>
<h3>Columns</h3><p class="lead">${counted(columns.length, 'column')}${unused > 0 && `, of which ${count(unused)} ${unused === 1 ? 'is' : 'are'} none of ours: ${unused === 1 ? 'its' : 'their'} values are kept in extra`}.</p>
${folded('Which column became which', table('Columns of the file', [{ head: 'In the file' }, { head: 'Read as' }, { head: 'Because' }], columnRows(columns)))}</section>`;
}

const COLUMNS_LISTED_MAX = 200;

function columnRows(columns: Inference['columns']): Part[][] {
  const why = { name: 'of its name', synonym: 'it is another name for it', none: 'the name is none that we know' };
  const rows: Part[][] = columns
    .slice(0, COLUMNS_LISTED_MAX)
    .map(({ header, column, by }) => [
      foreign(header),
      column === null ? 'kept in extra' : html`<code>${column}</code>`,
      why[by],
    ]);
  const more = columns.length - COLUMNS_LISTED_MAX;
  return more > 0 ? [...rows, [`and ${count(more)} more`, '', 'the manifest has them all']] : rows;
}

function fact(name: string, value: string, evidence: string | null, isAmbiguous: boolean, more: Part = null): Html {
  return html`<div><dt>${name}</dt><dd>${value}${isAmbiguous && html` <strong>(not certain)</strong>`}${evidence !== null && html`<small>${foreign(evidence, 400)}${more}</small>`}</dd></div>`;
}
