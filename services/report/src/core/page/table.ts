/** Tables: the numbers behind a chart, or what is best read as numbers. */
import { type Html, html, type Part } from './html.ts';

export interface TableColumn {
  readonly head: Part;
  readonly isNumber?: boolean;
  readonly isWide?: boolean;
}

export function numberColumn(head: Part): TableColumn {
  return { head, isNumber: true };
}

/** @param rows cells in the order of the columns; the first is the row's name */
export function table(caption: string, columns: readonly TableColumn[], rows: readonly (readonly Part[])[]): Html {
  const isFull = columns.some(({ isWide }) => isWide);
  const cell = (value: Part, i: number) => {
    const name = columns[i]?.isNumber ? html` class="num"` : columns[i]?.isWide ? html` class="wide"` : null;
    return i === 0 ? html`<th scope="row"${name}>${value}</th>` : html`<td${name}>${value}</td>`;
  };
  // It can be reached and scrolled by keyboard where it is wider than the screen.
  return html`<div class="scroll" role="region" aria-label="${caption}" tabindex="0"><table${isFull && html` class="full"`}><caption>${caption}</caption>
<thead><tr>${columns.map(({ head, isNumber }) => html`<th scope="col"${isNumber ? html` class="num"` : null}>${head}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr>${row.map(cell)}</tr>\n`)}</tbody></table></div>`;
}

/** What few ask for: folded, and in print unfolded. */
export function folded(summary: Part, content: Part): Html {
  return html`<details><summary>${summary}</summary>${content}</details>`;
}
