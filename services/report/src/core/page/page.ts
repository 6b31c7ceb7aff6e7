/** The page of one upload: a function of its two summaries, so that the same version has the same bytes. */
import type { Bias, Validation } from '@tastetrend/contracts';
import { documentOf } from './document.ts';
import { type Html, html, shortened } from './html.ts';
import { changesSection, quarantineSection, readingSection } from './sections/cleaning.ts';
import { columnsSection, distributionsSection, missingSection } from './sections/distributions.ts';
import { cleaningSection, groupsSection } from './sections/groups.ts';
import { checksSection, fileName, header, rowsSection } from './sections/status.ts';

/**
 * One HTML file that needs nothing else: no script, no font, no image, no network, and a policy that refuses them.
 * @param bias null when the one that is kept is of an earlier schema
 */
export function pageOf(validation: Validation, bias: Bias | null): string {
  const { findings, source, outcome, inferred } = validation;
  const hasRows = outcome === 'processed';
  const sections: readonly (readonly [string, string, Html | null])[] = [
    ['checks', 'What to do', checksSection(validation)],
    ['rows', 'Rows', hasRows ? rowsSection(validation) : null],
    ['distributions', 'Distributions', findings && distributionsSection(findings)],
    ['missing', 'Missing values', findings && missingSection(findings)],
    ['columns', 'Columns', findings && columnsSection(findings)],
    ['groups', 'Groups', hasRows ? groupsSection(bias) : null],
    ['dropped', 'Dropped rows', cleaningSection(bias)],
    ['aside', 'Set aside', quarantineSection(validation)],
    ['changes', 'Cleaning', findings && changesSection(findings)],
    ['reading', 'How it was read', readingSection(inferred)],
  ];
  const there = sections.filter(([, , section]) => section !== null && section.text !== '');
  const nav = html`<nav class="wrap" aria-label="On this page"><ul>${there.map(([id, name]) => html`<li><a href="#${id}">${name}</a></li>`)}</ul></nav>`;
  const body = html`${header(validation)}${there.length > 1 && nav}
<main class="wrap" id="main">${there.map(([, , section]) => section)}</main>${footer(validation)}`;
  return documentOf(`${shortened(fileName(source.key), 80)} – upload report`, body);
}

function footer({ identity, transform_version, source, completion_id }: Validation): Html {
  return html`<footer class="wrap"><p>TasteTrend · version <code>${shortened(source.version_id, 80)}</code> of <code>${shortened(source.key, 300)}</code> · rules ${transform_version} · identity <code>${identity}</code> · completion <code>${completion_id.slice(0, 12)}…</code></p>
<p>The validation and bias summaries beside this page hold every figure, to all digits.</p></footer>`;
}
