/** Two distributions over the same bins, side by side. The table below has the numbers. */
import { share } from '../format.ts';
import { type Html, html } from '../html.ts';
import { px } from './bars.ts';

export interface ChangedBin {
  readonly label: string;
  /** Shares, from 0 to 1. */
  readonly before: number;
  readonly now: number;
}

const WIDTH = 360;
const HEIGHT = 150;
const TOP = 16;
const BOTTOM = 22;

/** @param name what is counted, for those who do not see it */
export function beforeAfterChart(name: string, bins: readonly ChangedBin[]): Html {
  const most = Math.max(...bins.flatMap(({ before, now }) => [before, now]), Number.EPSILON);
  const step = WIDTH / Math.max(1, bins.length);
  const gap = step * 0.14;
  const width = (step - 2 * gap) / 2;
  const floor = HEIGHT - BOTTOM;
  const bar = (className: string, value: number, x: number) => {
    const height = value === 0 ? 0 : Math.max(1.5, (value / most) * (floor - TOP));
    return html`<rect class="${className}" x="${px(x)}" y="${px(floor - height)}" width="${px(width)}" height="${px(height)}" rx="1.5"/>`;
  };
  const peak = bins.findIndex(({ before, now }) => Math.max(before, now) === most);
  const label = (x: number, y: number, text: string) =>
    html`<text class="mid" x="${px(Math.min(WIDTH - 16, Math.max(16, x)))}" y="${y}">${text}</text>`;
  const parts = bins.map(({ label: bin, before, now }, i) => {
    const x = i * step + gap;
    return html`${bar('bar rest', before, x)}${bar('bar', now, x + width)}${label((i + 0.5) * step, HEIGHT - 6, bin)}`;
  });
  const said = bins.map(({ label: bin, before, now }) => `${bin}: ${share(before, 0)}, now ${share(now, 0)}`);
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${`${name}, before and now. ${said.join('; ')}. The table below has the numbers.`}">
<line class="axis" x1="0" y1="${floor + 0.5}" x2="${WIDTH}" y2="${floor + 0.5}"/>${parts}
${peak >= 0 && label((peak + 0.5) * step, TOP - 5, share(most, 0))}</svg>`;
}
