/** What `inspect` says of a file: for people, and for programs. */
import type { Finding, Inference } from '@tastetrend/contracts';
import { hasFailed, reasonsOf, statusOf } from '../finished-file.ts';
import type { Excerpt } from '../local/inspect-file.ts';
import type { LocallyRun } from '../local/run-locally.ts';
import { count, countOf, formatTable, printable } from './table.ts';

const BY_WORDS = { name: 'its name', synonym: 'another name for it', none: 'no column of ours' } as const;
const FORMAT_WORDS: Record<Inference['format'], string> = { delimited: 'separated fields', json_lines: 'JSON Lines' };
const SEPARATOR_WORDS: Readonly<Record<string, string>> = { ',': 'comma', ';': 'semicolon', '\t': 'tab', '|': 'pipe' };

export function formatInspection(file: LocallyRun): string {
  const title = `${printable(file.path)} (${count(file.bytes)} bytes): ${verdict(file)}`;
  const sections = [
    section('Why', hasFailed(file) ? indented(reasonsOf(file)) : ''),
    section('To look at', indented(file.fetched?.validation?.warned ?? [])),
    ...(file.end.kind === 'reported' && file.end.manifest.inferred !== null
      ? inferenceSections(file.end.manifest.inferred)
      : []),
    section('Rows', rowLines(file)),
    section('What the rules did', ruleTable(file)),
    section('First values that could not be used', valueTable(file)),
    section('First bad rows', badRowTable(file)),
  ];
  return [title, ...sections.filter((text) => text !== '')].join('\n\n');
}

function verdict(file: LocallyRun): string {
  const status = statusOf(file);
  if (file.end.kind !== 'reported') return status;
  const { kind } = file.end.manifest;
  return kind === null
    ? `would be ${status}`
    : `${kind === 'reviews' ? 'reviews' : 'restaurant info'}, would ${status}`;
}

function section(title: string, text: string): string {
  return text === '' ? '' : `${title}:\n${text}`;
}

function indented(lines: readonly string[]): string {
  return lines.map((line) => `  ${printable(line)}`).join('\n');
}

function tableLines(...table: Parameters<typeof formatTable>): string {
  return table[1].length === 0 ? '' : formatTable(...table).replaceAll(/^/gm, '  ');
}

function inferenceSections({
  format,
  compression,
  encoding,
  delimiter,
  columns,
  rating_scale,
  date_orders,
}: Inference): string[] {
  const rows = [
    ['format', FORMAT_WORDS[format], compression === 'none' ? 'not packed' : `packed by ${compression}`],
    ['encoding', encoding.value, doubted(encoding.evidence, encoding.ambiguous, 'some lines are in another')],
    ...(delimiter === null
      ? []
      : [['separator', SEPARATOR_WORDS[delimiter.value] ?? delimiter.value, delimiter.evidence]]),
    rating_scale === null
      ? ['rating scale', '–', 'there are no ratings']
      : ['rating scale', `up to ${rating_scale.value}`, doubted(rating_scale.evidence, rating_scale.ambiguous)],
    ...date_orders.map(({ separator: between, value, evidence, ambiguous_values }) => [
      `dates with ${between}`,
      value.replace('_', ' '),
      doubted(evidence, ambiguous_values > 0, `${count(ambiguous_values)} could be read the other way`),
    ]),
  ];
  const mapped = columns.map(({ header, column, by }) => [header, column ?? 'extra', BY_WORDS[by]]);
  const shown = (table: readonly (readonly string[])[]) => table.map((row) => row.map(printable));
  return [
    section('Inferred', tableLines(['what', 'value', 'evidence'], shown(rows), ['left', 'left', 'left'])),
    section('Columns', tableLines(['header', 'read as', 'because of'], shown(mapped), ['left', 'left', 'left'])),
  ];
}

function doubted(evidence: string, isAmbiguous: boolean, doubt = 'some values are above it'): string {
  return isAmbiguous ? `${evidence} ← ambiguous: ${doubt}` : evidence;
}

function rowLines({ end, fetched }: LocallyRun): string {
  const profile = fetched?.profile;
  if (end.kind !== 'reported' || profile === undefined) return '';
  const { rows_read, accepted, duplicates, quarantined } = end.manifest.counts;
  const { exact, copy } = profile.duplicates;
  const lines = [
    `read         ${count(rows_read)}`,
    `accepted     ${count(accepted)}`,
    `duplicates   ${count(duplicates)}${duplicates === 0 ? '' : `: ${foundIn({ exact, copy })}`}`,
    `quarantined  ${count(quarantined)}${quarantined === 0 ? '' : `: ${foundIn(profile.quarantine)}`}`,
  ];
  if (profile.blank_lines > 0) lines.push(`blank lines  ${count(profile.blank_lines)}, which are no rows`);
  if (profile.id_conflict_rows > 0) lines.push(`id conflicts ${count(profile.id_conflict_rows)} rows`);
  if (profile.kind === 'reviews') {
    const { ratings, dates, texts } = profile.readability;
    lines.push(
      `ratings      ${countOf(ratings.readable - ratings.out_of_scale, ratings.uploaded)}`,
      `dates        ${countOf(dates.readable, dates.uploaded)}`,
      `texts        ${countOf(texts.readable, texts.uploaded)}`,
    );
  }
  return indented(lines);
}

function foundIn(findings: Readonly<Record<string, Finding>>): string {
  return Object.entries(findings)
    .filter(([, finding]) => finding.count > 0)
    .map(([name, finding]) => `${count(finding.count)} ${name} (${firstLines(finding.first_lines, finding.count)})`)
    .join(', ');
}

function firstLines(lines: readonly number[], all: number): string {
  return `${all === 1 ? 'line' : 'lines'} ${lines.join(', ')}${all > lines.length ? ', …' : ''}`;
}

function ruleTable({ details }: LocallyRun): string {
  const rows = (details?.rules ?? []).map(({ rule, count: times, meaning }) => [rule, count(times), meaning]);
  return tableLines(['rule', 'values', 'meaning'], rows, ['left', 'right', 'left']);
}

function valueTable({ details }: LocallyRun): string {
  const rows = (details?.rules ?? []).flatMap(({ rule, first_values }) =>
    first_values.map(({ line, header, value }) => [rule, count(line), printable(header), shownExcerpt(value)]),
  );
  return tableLines(['rule', 'line', 'column', 'value'], rows, ['left', 'right', 'left', 'left']);
}

function badRowTable({ details }: LocallyRun): string {
  const rows = (details?.bad_rows ?? []).map(({ line, byte_offset, byte_length, reason, raw }) => [
    count(line),
    count(byte_offset),
    count(byte_length),
    reason,
    shownExcerpt(raw),
  ]);
  const head = ['line', 'byte offset', 'bytes', 'reason', 'as uploaded'];
  return tableLines(head, rows, ['right', 'right', 'right', 'left', 'left']);
}

function shownExcerpt({ text, is_cut }: Excerpt): string {
  return printable(text) + (is_cut ? ' …' : '');
}

/** For --json: the same, for programs. */
export function inspectionJson(files: readonly LocallyRun[]): unknown {
  return {
    schema: 'tastetrend.inspection/1',
    failed: files.filter(hasFailed).length,
    files: files.map((file) => {
      const { path, key, bytes, end, fetched, details } = file;
      const manifest = end.kind === 'reported' ? end.manifest : undefined;
      const profile = fetched?.profile;
      return {
        path,
        key,
        size_bytes: bytes,
        /** What the validation of the file would say; `rejected` and `failed` files have none. */
        status: statusOf(file),
        reasons: reasonsOf(file),
        warnings: fetched?.validation?.warned ?? [],
        kind: manifest?.kind ?? null,
        rejection: manifest?.rejection ?? null,
        inferred: manifest?.inferred ?? null,
        counts: manifest?.counts ?? null,
        blank_lines: profile?.blank_lines ?? null,
        id_conflict_rows: profile?.id_conflict_rows ?? null,
        duplicates: profile?.duplicates ?? null,
        quarantine: profile?.quarantine ?? null,
        readability: profile?.readability ?? null,
        rules: details?.rules ?? [],
        bad_rows: details?.bad_rows ?? [],
      };
    }),
  };
}
