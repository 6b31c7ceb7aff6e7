/** The head of the page: which file, how it ended, and what to do. */
import type { Check, CheckStatus, Validation } from '@tastetrend/contracts';
import { shareBar } from '../charts/shares.ts';
import { count, counted, moment, percent, plain, share } from '../format.ts';
import { foreign, type Html, html } from '../html.ts';
import { folded, numberColumn, table } from '../table.ts';

const ICONS: Readonly<Record<CheckStatus, string>> = {
  pass: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20Zm4.6 7.7-5.4 6a1 1 0 0 1-1.45.03l-2.6-2.6 1.4-1.42 1.87 1.86 4.7-5.2Z',
  warn: 'M12 2.5 1.2 21.5h21.6Zm-1 7h2v6h-2Zm0 7.5h2v2h-2Z',
  fail: 'M12 2a10 10 0 1 0 0 20 10 10 0 0 0 0-20Zm4.3 12.9-1.4 1.4-2.9-2.9-2.9 2.9-1.4-1.4 2.9-2.9-2.9-2.9 1.4-1.4 2.9 2.9 2.9-2.9 1.4 1.4-2.9 2.9Z',
};

export function icon(status: CheckStatus): Html {
  return html`<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false"><path fill="currentColor" fill-rule="evenodd" d="${ICONS[status]}"/></svg>`;
}

/** The file's own name, without its folders. */
export function fileName(key: string): string {
  return key.slice(key.lastIndexOf('/') + 1) || key;
}

export function header(validation: Validation): Html {
  const { source, status } = validation;
  const folder = source.key.slice(0, source.key.lastIndexOf('/') + 1);
  const uploaded = source.uploaded_at === null ? 'Upload time unknown' : `Uploaded ${moment(source.uploaded_at)}`;
  const { title, text } = headline(validation);
  return html`<header class="wrap"><p class="kicker">Upload report · ${uploaded}${folder !== '' && html` · in ${foreign(folder)}`}</p>
<h1>${foreign(fileName(source.key), 200)}</h1>
<div class="status ${status}">${icon(status)}<p>${title} <span>${text}</span></p></div></header>`;
}

function headline({ outcome, checks, status }: Validation): { title: string; text: string } {
  if (outcome === 'rejected') {
    return { title: 'Rejected.', text: 'Nothing of this file was used. The table stays what it was before.' };
  }
  if (outcome === 'gone') {
    return { title: 'Gone before it was read.', text: 'This version was deleted, so nothing of it was processed.' };
  }
  const [failed, warned] = (['fail', 'warn'] as const).map(
    (wanted) => checks.filter((check) => check.status === wanted).length,
  ) as [number, number];
  const of = counted(checks.length, 'check');
  if (status === 'fail')
    return {
      title: 'Failed.',
      text: `${failed} of ${of} failed${warned > 0 ? `, ${warned} warn` : ''}. See what to do below.`,
    };
  if (status === 'warn')
    return { title: 'Usable, with warnings.', text: `${warned} of ${of} ${warned === 1 ? 'wants' : 'want'} a look.` };
  return { title: 'All good.', text: `${checks.length === 1 ? 'The check' : `All ${of}`} passed.` };
}

/** Where every row went. */
export function rowsSection({ counts, conservation, findings }: Validation): Html {
  const { rows_read, accepted, duplicates, quarantined } = counts;
  const of = (part: number) => (rows_read === 0 ? null : html`<small>${share(part / rows_read)} of all rows</small>`);
  const parts = (['accepted', 'duplicates', 'quarantined'] as const).map((className) => ({
    className,
    part: counts[className],
  }));
  const blank = findings?.blank_lines ?? 0;
  return html`<section aria-labelledby="rows"><h2 id="rows">Where every row went</h2>
<dl class="tiles"><div><dt>Rows read</dt><dd>${count(rows_read)}<small>below the header</small></dd></div>
<div><dt><span class="key accepted"></span>Accepted</dt><dd>${count(accepted)}${of(accepted)}</dd></div>
<div><dt><span class="key duplicates"></span>Duplicates</dt><dd>${count(duplicates)}${of(duplicates)}</dd></div>
<div><dt><span class="key quarantined"></span>Set aside</dt><dd>${count(quarantined)}${of(quarantined)}</dd></div></dl>
${shareBar('sum', parts, rows_read)}
<p class="equation">${count(accepted)} accepted + ${count(duplicates)} duplicates + ${count(quarantined)} set aside = ${count(conservation.accounted_for)}: every row read is accounted for.${blank > 0 && ` ${counted(blank, 'blank line')} ${blank === 1 ? 'is' : 'are'} no rows.`}</p></section>`;
}

const ORDER: readonly CheckStatus[] = ['fail', 'warn', 'pass'];

/** What failed first, then what warns, each with what to do; what passed is folded. */
export function checksSection({ checks }: Validation): Html {
  const inOrder = ORDER.flatMap((status) => checks.filter((check) => check.status === status));
  const toDo = inOrder.filter(({ status }) => status !== 'pass');
  const passed = inOrder.filter(({ status }) => status === 'pass');
  const list = html`<ul class="checks">${toDo.map(
    (check) => html`<li class="${check.status}">${icon(check.status)}<div>
<p><strong>${check.status === 'fail' ? 'Failed' : 'Warning'}: ${titleOf(check)}.</strong> ${foreign(check.message, 600)}</p>
${check.what_to_do !== null && html`<p>${check.what_to_do}</p>`}</div></li>\n`,
  )}</ul>`;
  const title = toDo.length === 0 ? 'Nothing to do' : 'What to do';
  return html`<section aria-labelledby="checks"><h2 id="checks">${title}</h2>
${toDo.length === 0 ? html`<p class="lead">Every check passed.</p>` : list}
${passed.length > 0 && folded(`${counted(passed.length, 'check')} passed`, passedTable(passed))}</section>`;
}

function passedTable(passed: readonly Check[]): Html {
  return table(
    'Checks that passed',
    [{ head: 'Check' }, numberColumn('Found'), numberColumn('Warns'), numberColumn('Fails')],
    passed.map((check) => {
      const { unit, observed, threshold } = check;
      const written = (value: number) => (unit === 'percent' ? percent(value) : plain(value));
      const limit = (value: number | null | undefined) =>
        value == null ? '–' : `${threshold?.direction ?? 'over'} ${written(value)}`;
      const found = observed === null ? 'nothing to check' : written(observed);
      return [titleOf(check), found, limit(threshold?.warn), limit(threshold?.fail)];
    }),
  );
}

const TITLES: Readonly<Record<string, string>> = {
  review_text_missing_pct: 'Reviews without a text',
  age_range_missing_pct: 'Guests without an age range',
  id_conflict_rows: 'Review ids shared by different visits',
  quarantined_pct: 'Rows set aside',
  rating_out_of_scale_pct: 'Ratings off the scale',
  rating_unreadable_pct: 'Unreadable ratings',
  date_unreadable_pct: 'Unreadable dates',
  accepted_rows_min: 'Rows accepted',
  file_readable: 'The file could not be used',
  file_present: 'The version is gone',
};

function titleOf({ name }: Check): string {
  return TITLES[name] ?? name.replaceAll('_', ' ');
}
