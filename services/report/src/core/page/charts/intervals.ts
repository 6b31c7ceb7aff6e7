/** Groups below each other: a dot with its interval, and where all others are. */
import { type Html, html } from '../html.ts';
import { px } from './bars.ts';

export interface IntervalRow {
  readonly name: string;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  /** The same figure of everybody else. */
  readonly others: number | null;
  readonly isFlagged: boolean;
}

const WIDTH = 360;
const NAME_WIDTH = 112;
const VALUE_WIDTH = 58;
const ROW = 26;
const TOP = 6;
const BOTTOM = 22;
const TICKS = 4;

/**
 * @param name what is compared, for those who do not see it
 * @param written how a value is written
 */
export function intervalChart(name: string, rows: readonly IntervalRow[], written: (value: number) => string): Html {
  const axis = axisOf(rows);
  const height = TOP + rows.length * ROW + BOTTOM;
  const x = (value: number) =>
    px(NAME_WIDTH + ((value - axis.from) / (axis.to - axis.from)) * (WIDTH - NAME_WIDTH - VALUE_WIDTH));
  const bottom = height - BOTTOM;
  return html`<svg class="chart" viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${summaryOf(name, rows, written)}">
${axis.ticks.map(
  (tick) => html`<line class="grid" x1="${x(tick)}" y1="${TOP}" x2="${x(tick)}" y2="${bottom}"/>
<text class="mid" x="${x(tick)}" y="${height - 6}">${written(tick)}</text>`,
)}
${rows.map((row, i) => rowShapes(row, TOP + i * ROW + ROW / 2, x, written))}</svg>`;
}

function rowShapes(
  row: IntervalRow,
  y: number,
  x: (value: number) => string,
  written: (value: number) => string,
): Html {
  const { name, value, low, high, others, isFlagged } = row;
  return html`<g${isFlagged ? html` class="flag"` : null}>
<text class="name" x="0" y="${y + 4}">${isFlagged ? '▲ ' : ''}${name}</text>
${low !== null && high !== null && html`<line class="interval" x1="${x(low)}" y1="${y}" x2="${x(high)}" y2="${y}"/>`}
${others !== null && html`<circle class="other" cx="${x(others)}" cy="${y}" r="4"/>`}
<circle class="dot" cx="${x(value)}" cy="${y}" r="4.5"/>
<text class="value" x="${WIDTH}" y="${y + 4}">${written(value)}</text></g>`;
}

/** Round numbers around all that is drawn. */
function axisOf(rows: readonly IntervalRow[]): { from: number; to: number; ticks: number[] } {
  const drawn = rows.flatMap(({ value, low, high, others }) => [value, low ?? value, high ?? value, others ?? value]);
  const [least, most] = [Math.min(...drawn), Math.max(...drawn)];
  const reach = most - least || Math.abs(most) || 1;
  const power = 10 ** Math.floor(Math.log10(reach / TICKS));
  const step = ([1, 2, 5, 10].find((one) => one * power * TICKS >= reach) ?? 10) * power;
  const from = Math.floor(least / step + 1e-9);
  const to = Math.max(from + 1, Math.ceil(most / step - 1e-9));
  const every = to - from > TICKS ? 2 : 1;
  const ticks = [];
  for (let i = from; i <= to; i += every) ticks.push(Number((i * step).toPrecision(12)));
  return { from: from * step, to: to * step, ticks };
}

function summaryOf(name: string, rows: readonly IntervalRow[], written: (value: number) => string): string {
  const parts = rows.map((row) => `${row.name} ${written(row.value)}${row.isFlagged ? ' (flagged)' : ''}`);
  return `${name} with 95 % intervals: ${parts.join(', ')}. The table below has the numbers.`;
}
