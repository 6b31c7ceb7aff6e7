/** What is in the columns: charts of those that everybody asks for, and a table of all. */
import type { Histogram, ValidationFindings } from '@tastetrend/contracts';
import { type Bar, barChart } from '../charts/bars.ts';
import { shareBar } from '../charts/shares.ts';
import { count, day, percent, plain } from '../format.ts';
import { foreign, type Html, html } from '../html.ts';
import { folded, numberColumn, table } from '../table.ts';

type Column = ValidationFindings['columns'][number];

const CHARTS: Readonly<Record<string, { readonly title: string; readonly unit: string }>> = {
  rating_1_5: { title: 'Ratings', unit: 'scale 1 to 5' },
  review_date: { title: 'When guests visited', unit: 'by date of review' },
  total_spent: { title: 'Total spent', unit: 'file’s currency' },
  tip_percentage: { title: 'Tip', unit: 'percent of the bill' },
  tip_amount: { title: 'Tip amount', unit: 'file’s currency' },
  party_size: { title: 'Party size', unit: 'guests' },
  review_length: { title: 'Length of the texts', unit: 'characters' },
};
/** A tip in percent says what its amount says, and compares. */
const NOT_DRAWN = 'tip_amount';
/** More bars than have room are drawn as wider ones. */
const BARS_MAX = 48;

export function distributionsSection({ histograms, columns }: ValidationFindings): Html | null {
  const drawn = (histograms ?? []).filter(({ column }) => column !== NOT_DRAWN && column in CHARTS);
  if (drawn.length === 0) return null;
  return html`<section aria-labelledby="distributions"><h2 id="distributions">What is in the file</h2>
<p class="lead">Accepted rows only. A grey bar holds everything from there on.</p>
<div class="charts">${drawn.map((histogram) =>
    figure(
      histogram,
      columns.find(({ column }) => column === histogram.column),
    ),
  )}</div></section>`;
}

function figure(histogram: Histogram, column: Column | undefined): Html {
  const { title, unit } = CHARTS[histogram.column] ?? { title: histogram.column, unit: '' };
  const bars = barsOf(histogram);
  const rows = bars.map((bar) => [bar.label, count(bar.count)]);
  const numbers = table(`${title}: rows by value`, [{ head: 'From' }, numberColumn('Rows')], rows);
  return html`<figure><figcaption>${title} <small>${unit}${spreadOf(column)}</small></figcaption>${barChart(title, bars)}${folded(`Numbers: ${title.toLowerCase()}`, numbers)}</figure>`;
}

function spreadOf(column: Column | undefined): string {
  const median = column?.quantiles?.p50;
  if (column === undefined || median === undefined) return '';
  const written = (value: number | string) => (typeof value === 'string' ? day(value) : plain(value));
  const missing = column.missing > 0 ? ` · ${percent(column.missing_pct)} missing` : '';
  return ` · median ${written(median)}${missing}`;
}

function barsOf({ column, bins }: Histogram): Bar[] {
  if (column === 'review_date') return periods(bins);
  const whole = column === 'rating_1_5' && bins.every(({ from, count: n }) => n === 0 || Number.isInteger(from));
  const kept = column !== 'rating_1_5' ? bins : bins.filter(({ from, count: n }) => isRating(from, n, whole));
  return kept.map((bin) => {
    const isRest = bin.to === null && column !== 'rating_1_5';
    return { label: isRest ? `${plain(bin.from)}+` : plain(bin.from), count: bin.count, isRest };
  });
}

/** Whole stars where no half one occurs; below 1 only what occurs. */
function isRating(from: number | string, rows: number, areWhole: boolean): boolean {
  if (rows > 0) return true;
  return Number(from) >= 1 && (!areWhole || Number.isInteger(from));
}

/** Every period between the first and the last, and as long ones as there is room for. */
function periods(bins: Histogram['bins']): Bar[] {
  const known = new Map(bins.map((bin) => [String(bin.from), bin.count]));
  const months = everyPeriod(String(bins[0]?.from ?? ''), String(bins.at(-1)?.from ?? ''));
  const all = months.map((from) => ({ from, count: known.get(from) ?? 0 }));
  if (all.length <= BARS_MAX) return all.map(({ from, count: n }) => ({ label: from, count: n }));
  const years = new Map<string, number>();
  for (const { from, count: n } of all) years.set(from.slice(0, 4), (years.get(from.slice(0, 4)) ?? 0) + n);
  return [...years].slice(0, BARS_MAX).map(([label, n]) => ({ label, count: n }));
}

function everyPeriod(first: string, last: string): string[] {
  const byMonth = first.length === 7;
  const number = (text: string) => {
    const [year, month] = text.split('-').map(Number) as [number, number | undefined];
    return byMonth ? year * 12 + (month ?? 1) - 1 : year;
  };
  const text = (n: number) =>
    byMonth
      ? `${String(Math.floor(n / 12)).padStart(4, '0')}-${String((n % 12) + 1).padStart(2, '0')}`
      : String(n).padStart(4, '0');
  const length = Math.min(5_000, number(last) - number(first) + 1);
  return Array.from({ length: Math.max(0, length) }, (_, i) => text(number(first) + i));
}

/** Made by the cleaning of other columns, or holding what no column is for: missing there is nothing to mend. */
const NOT_UPLOADED = [
  'rating_raw',
  'rating_scale',
  'gender_norm',
  'ethnicity_norm',
  'age_group',
  'log_total_spent',
  'review_length',
  'extra',
  'review_uid',
  'id_conflict',
  'source_file',
  'source_version',
  'uploaded_at',
  'source_line',
];

/** Which values are missing, the most first. */
export function missingSection({ columns }: ValidationFindings): Html {
  const uploaded = columns.filter(({ column }) => !NOT_UPLOADED.includes(column));
  const lacking = uploaded.filter(({ missing, present }) => missing > 0 && present > 0);
  const complete = uploaded.filter(({ missing }) => missing === 0);
  const empty = uploaded.filter(({ missing, present }) => missing > 0 && present === 0);
  const rows = lacking
    .sort((a, b) => b.missing - a.missing)
    .map(({ column, present, missing, missing_pct }) => [
      html`<code>${column}</code>`,
      percent(missing_pct),
      count(missing),
      shareBar('mini', [{ className: 'bar', part: missing }], present + missing),
    ]);
  const heads = [
    { head: 'Column' },
    numberColumn('Missing'),
    numberColumn('Rows'),
    { head: 'Share of accepted rows', isWide: true },
  ];
  return html`<section aria-labelledby="missing"><h2 id="missing">What is missing</h2>
<p class="lead">${rows.length === 0 ? 'No column has gaps.' : 'Accepted rows without a value, by column.'}</p>
${rows.length > 0 && table('Missing values by column', heads, rows)}
${empty.length > 0 && html`<p><strong>Without any value:</strong> ${names(empty)}. The file has no such column, or nothing usable in it.</p>`}
${complete.length > 0 && html`<p class="lead"><strong>Complete:</strong> ${names(complete)}.</p>`}</section>`;
}

function names(columns: readonly Column[]): Html[] {
  return columns.map(({ column }, i) => html`${i > 0 && ', '}<code>${column}</code>`);
}

/** Every column in numbers. */
export function columnsSection({ columns }: ValidationFindings): Html {
  const told = columns.filter(({ distinct, invalid }) => (distinct ?? 0) > 0 || (invalid?.length ?? 0) > 0);
  if (told.length === 0) return html``;
  const cell = (value: number | string | null | undefined) => (value == null ? '–' : plain(value));
  const rows = told.map(({ column, distinct, min, quantiles, max, top_values, invalid }) => [
    html`<code>${column}</code>`,
    distinct == null ? '–' : count(distinct),
    cell(min),
    cell(quantiles?.p25),
    cell(quantiles?.p50),
    cell(quantiles?.p75),
    cell(max),
    (top_values ?? []).length === 0
      ? '–'
      : (top_values ?? [])
          .slice(0, 5)
          .map(({ value, count: n }, i) => html`${i > 0 && ', '}${foreign(value, 40)} (${count(n)})`),
    count((invalid ?? []).reduce((sum, { count: n }) => sum + n, 0)),
  ]);
  return html`<section aria-labelledby="columns"><h2 id="columns">Column by column</h2>
<p class="lead">Names, texts and what guests said of themselves are never listed.</p>
${table(
  'Values of each column',
  [
    { head: 'Column' },
    numberColumn('Different'),
    numberColumn('Least'),
    numberColumn('Quarter'),
    numberColumn('Median'),
    numberColumn('Three quarters'),
    numberColumn('Most'),
    { head: 'Most frequent (rows)', isWide: true },
    numberColumn('Not usable'),
  ],
  rows,
)}</section>`;
}
