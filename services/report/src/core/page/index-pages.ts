/** Pages that list the uploads, the newest first, and one of the rollup: where to begin to read. */
import type { CheckStatus, Comparison, Rollup, Validation } from '@tastetrend/contracts';
import { changesOf } from './changes.ts';
import { documentOf } from './document.ts';
import { count, day, decimal, moment, share } from './format.ts';
import { foreign, type Html, html, type Part } from './html.ts';
import { icon } from './sections/status.ts';
import { numberColumn, table } from './table.ts';

const UPLOADS_A_PAGE = 100;
/** Of the rollup's cells the newest months: the rest is in the JSON beside. */
const CELLS_SHOWN_MAX = 400;

export interface ListedUpload {
  readonly validation: Validation;
  /** Where its page lies, from where the index lies. */
  readonly href: string;
  /** With the upload before, and where its page lies, which it has where something changed; null where there is none. */
  readonly changes?: { readonly comparison: Comparison; readonly href: string } | null;
}

/** @returns the name of the n-th page, from 1 on; the first is where to begin */
export function indexPageName(page: number): string {
  return page === 1 ? 'index.html' : `index_${page}.html`;
}

/**
 * @param uploads the newest first
 * @returns the pages in their order; one at least
 */
export function indexPagesOf(uploads: readonly ListedUpload[]): string[] {
  const pages = Math.max(1, Math.ceil(uploads.length / UPLOADS_A_PAGE));
  return Array.from({ length: pages }, (_, i) => {
    const shown = uploads.slice(i * UPLOADS_A_PAGE, (i + 1) * UPLOADS_A_PAGE);
    const nav = html`<nav class="wrap" aria-label="Pages"><ul>${links(i + 1, pages)}<li><a href="months.html">By restaurant and month</a></li></ul></nav>`;
    const statuses = (['fail', 'warn', 'pass'] as const).map((status) => {
      const of = uploads.filter(({ validation }) => validation.status === status).length;
      return html`<div><dt>${WORDS[status]}</dt><dd>${count(of)}</dd></div>`;
    });
    const body = html`<header class="wrap"><p class="kicker">TasteTrend${pages > 1 && ` · page ${i + 1} of ${pages}`}</p><h1>Uploads</h1></header>${nav}
<main class="wrap" id="main"><section aria-labelledby="glance"><h2 id="glance">At a glance</h2><dl class="tiles"><div><dt>Uploads</dt><dd>${count(uploads.length)}</dd></div>${statuses}</dl></section>
<section aria-labelledby="uploads"><h2 id="uploads">The newest first</h2>${shown.length === 0 ? html`<p class="lead">There is none yet.</p>` : uploadTable(shown)}</section></main>`;
    return documentOf(`Uploads${pages > 1 ? `, page ${i + 1}` : ''}`, body);
  });
}

const WORDS: Readonly<Record<CheckStatus, string>> = { pass: 'Good', warn: 'With warnings', fail: 'Failed' };

function links(at: number, pages: number): Html[] {
  return Array.from({ length: pages }, (_, i) => i + 1).map((page) =>
    page === at
      ? html`<li><strong aria-current="page">Page ${page}</strong></li>`
      : html`<li><a href="${indexPageName(page)}">Page ${page}</a></li>`,
  );
}

function uploadTable(uploads: readonly ListedUpload[]): Html {
  const rows = uploads.map(({ validation, href, changes }): Part[] => {
    const { source, status, outcome, counts, checks } = validation;
    const wrong = checks.filter((check) => check.status !== 'pass').length;
    return [
      html`<a class="file" href="${href}">${foreign(source.key)}</a><small>${source.uploaded_at === null ? 'unknown time' : moment(source.uploaded_at)}</small>`,
      html`<span class="${status} state">${icon(status)}${outcome === 'processed' ? WORDS[status] : outcome === 'rejected' ? 'Rejected' : 'Gone'}</span>`,
      changesCell(changes ?? null),
      count(wrong),
      count(counts.rows_read),
      count(counts.accepted),
      count(counts.duplicates),
      count(counts.quarantined),
    ];
  });
  const heads = [
    { head: 'File, and when it was uploaded' },
    { head: 'Status' },
    { head: 'Since the upload before', isWide: true },
    numberColumn('Checks to see'),
    numberColumn('Read'),
    numberColumn('Accepted'),
    numberColumn('Duplicates'),
    numberColumn('Set aside'),
  ];
  return table('Uploads, the newest first', heads, rows);
}

const CHANGES_NAMED_MAX = 2;

/** The surest changes by name, and how many more: what one would look at next. */
function changesCell(changes: NonNullable<ListedUpload['changes']> | null): Part {
  if (changes === null) return '–';
  const { comparison, href } = changes;
  const flagged = changesOf(comparison).filter((one) => one.flagged);
  if (flagged.length === 0) return 'No more than chance';
  const named = flagged.slice(0, CHANGES_NAMED_MAX);
  const more = flagged.length - named.length;
  const title = flagged.length === 1 ? '1 change' : `${count(flagged.length)} changes`;
  return html`<a href="${href}">${title}</a><small>${named.map(({ title: of, before, now }, i) => html`${i > 0 && '; '}${foreign(of)} ${before} → ${now}`)}${more > 0 && ` and ${count(more)} more`}</small>`;
}

/** The rollup as a page: each restaurant's months, the newest first. */
export function monthsPageOf({ cells, files }: Rollup): string {
  const newest = cells.toSorted((a, b) =>
    (a.month ?? '') < (b.month ?? '') ? 1 : (a.month ?? '') > (b.month ?? '') ? -1 : 0,
  );
  const shown = newest.slice(0, CELLS_SHOWN_MAX);
  const rows = shown.map((cell): Part[] => [
    cell.restaurant === null ? 'unknown' : foreign(cell.restaurant),
    cell.month === null ? 'undated' : day(cell.month),
    count(cell.rows),
    cell.rated === 0 ? '–' : decimal(cell.rating_sum_hundredths / 100 / cell.rated),
    cell.rated === 0 ? '–' : share(cell.rating_4_or_more / cell.rated, 0),
    share(cell.with_text / Math.max(1, cell.rows), 0),
    cell.with_total === 0 ? '–' : decimal(cell.total_spent_cents / 100 / cell.with_total),
  ]);
  const heads = [
    { head: 'Restaurant' },
    { head: 'Month' },
    numberColumn('Visits'),
    numberColumn('Mean rating'),
    numberColumn('4 or more'),
    numberColumn('With text'),
    numberColumn('Mean bill'),
  ];
  const more =
    cells.length > shown.length
      ? ` The newest ${count(shown.length)} of ${count(cells.length)}; months.json has all.`
      : '';
  const body = html`<header class="wrap"><p class="kicker">TasteTrend</p><h1>By restaurant and month</h1></header>
<nav class="wrap" aria-label="Pages"><ul><li><a href="index.html">Uploads</a></li></ul></nav>
<main class="wrap" id="main"><section aria-labelledby="months"><h2 id="months">Visits</h2><p class="lead">Accepted rows of the current tables of ${count(files)} files.${more}</p>
${table('Visits by restaurant and month', heads, rows)}</section></main>`;
  return documentOf('By restaurant and month', body);
}
