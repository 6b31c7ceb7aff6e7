/** Bars over the bins of a column, as SVG. The figure's table says the same in numbers. */
import { count } from '../format.ts';
import { type Html, html } from '../html.ts';

export interface Bar {
  readonly label: string;
  readonly count: number;
  /** The open bin, which is of another width than the others. */
  readonly isRest?: boolean;
}

const WIDTH = 360;
const HEIGHT = 150;
const TOP = 16;
const BOTTOM = 22;
const LABELS_MAX = 6;
const LABEL_CHARS_MAX = 34;

/** @param name what is counted, for those who do not see it */
export function barChart(name: string, bars: readonly Bar[]): Html {
  const most = Math.max(1, ...bars.map((bar) => bar.count));
  const plot = HEIGHT - TOP - BOTTOM;
  const step = WIDTH / Math.max(1, bars.length);
  const gap = Math.min(4, step * 0.18);
  const shapes = bars.map(({ count: n, isRest }, i) => {
    const height = n === 0 ? 0 : Math.max(1.5, (n / most) * plot);
    const x = i * step + gap / 2;
    const y = HEIGHT - BOTTOM - height;
    return html`<rect class="${isRest ? 'bar rest' : 'bar'}" x="${px(x)}" y="${px(y)}" width="${px(step - gap)}" height="${px(height)}" rx="${px(Math.min(2, step / 6))}"/>`;
  });
  const largest = bars.findIndex((bar) => bar.count === most);
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${summaryOf(name, bars)}">
<line class="axis" x1="0" y1="${HEIGHT - BOTTOM + 0.5}" x2="${WIDTH}" y2="${HEIGHT - BOTTOM + 0.5}"/>${shapes}
${peakLabel(largest, most, step)}${axisLabels(bars, step)}</svg>`;
}

function peakLabel(at: number, most: number, step: number): Html | null {
  if (at < 0) return null;
  const text = count(most);
  const half = text.length * 3.4;
  const x = Math.min(WIDTH - half, Math.max(half, (at + 0.5) * step));
  return html`<text class="mid" x="${px(x)}" y="${TOP - 5}">${text}</text>`;
}

/** As many labels as have room, evenly. */
function axisLabels(bars: readonly Bar[], step: number): Html[] {
  const chars = Math.max(...bars.map(({ label }) => label.length), 1);
  const room = Math.max(1, Math.min(LABELS_MAX, Math.floor(LABEL_CHARS_MAX / chars)));
  const every = bars.length <= 13 && step > chars * 6.4 ? 1 : Math.ceil(bars.length / room);
  return bars.flatMap(({ label, isRest }, i) => {
    const isLast = i === bars.length - 1;
    if (i % every !== 0 && !(isLast && isRest)) return [];
    if (every > 1 && !isLast && isRestNear(bars, i, every)) return [];
    const half = label.length * 3.1;
    const x = Math.min(WIDTH - half, Math.max(half, (i + 0.5) * step));
    return [html`<text class="mid" x="${px(x)}" y="${HEIGHT - 6}">${label}</text>`];
  });
}

/** Whether the last bar's own label would lie over this one. */
function isRestNear(bars: readonly Bar[], i: number, every: number): boolean {
  return bars.at(-1)?.isRest === true && bars.length - 1 - i < every * 0.75;
}

function summaryOf(name: string, bars: readonly Bar[]): string {
  const total = bars.reduce((sum, bar) => sum + bar.count, 0);
  const best = bars.reduce((most, bar) => (bar.count > most.count ? bar : most), bars[0] as Bar);
  return `${name}: ${count(total)} rows in ${bars.length} bars, most (${count(best.count)}) at ${best.label}. The table below has the numbers.`;
}

/** A hundredth is far below what a screen shows. */
export function px(value: number): string {
  return String(Math.round(value * 100) / 100);
}
