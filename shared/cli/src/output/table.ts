/** Plain tables for a terminal. */

export type Align = 'left' | 'right';

/** Columns as wide as their widest cell, two blanks between them; no line ends in a blank. */
export function formatTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  align: readonly Align[],
): string {
  const widths = head.map((title, i) => Math.max(width(title), ...rows.map((row) => width(row[i] ?? ''))));
  const line = (cells: readonly string[]) =>
    cells
      .map((cell, i) => {
        const blanks = ' '.repeat(Math.max(0, (widths[i] ?? 0) - width(cell)));
        return align[i] === 'right' ? blanks + cell : cell + blanks;
      })
      .join('  ')
      .trimEnd();
  return [line(head), line(widths.map((n) => '─'.repeat(n))), ...rows.map(line)].join('\n');
}

const segmenter = new Intl.Segmenter();

function width(text: string): number {
  return [...segmenter.segment(text)].length;
}

/** Control characters, line separators and changes of direction: what a terminal acts on instead of showing it. */
export const UNPRINTABLE = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu;

/** What others wrote (keys, reasons, cells), made safe for a terminal. */
export function printable(text: string): string {
  return text.replaceAll(
    UNPRINTABLE,
    (character) => `\\u${(character.codePointAt(0) ?? 0).toString(16).padStart(4, '0')}`,
  );
}

export const count = (value: number) => value.toLocaleString('en-US');

/** `1,509 of 1,509 (100 %)`; the share is cut and not rounded, so that 100 % means all. */
export function countOf(part: number, whole: number): string {
  if (whole === 0) return 'none';
  const percent = Math.floor((part / whole) * 1000) / 10;
  return `${count(part)} of ${count(whole)} (${percent} %)`;
}

export function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 1)} s`;
}
