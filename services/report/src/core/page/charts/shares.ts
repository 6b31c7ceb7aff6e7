/** Parts of a whole as one bar, with nothing written in it: what it says stands beside. */
import { type Html, html } from '../html.ts';
import { px } from './bars.ts';

const WIDTH = 1_000;

/** @param parts by class; those of nothing are left out */
export function shareBar(
  className: string,
  parts: readonly { readonly className: string; readonly part: number }[],
  whole: number,
): Html {
  let x = 0;
  const shapes = parts.map(({ className: of, part }) => {
    if (part === 0 || whole === 0) return null;
    const width = Math.max(3, (part / whole) * WIDTH);
    const from = Math.min(x, WIDTH - width);
    x += width;
    return html`<rect class="${of}" x="${px(from)}" y="0" width="${px(width)}" height="10"/>`;
  });
  return html`<svg class="${className}" viewBox="0 0 ${WIDTH} 10" preserveAspectRatio="none" aria-hidden="true" focusable="false">
<rect class="track" width="${WIDTH}" height="10"/>${shapes}</svg>`;
}
