/** Progress of files: lines that are drawn anew on a terminal, one line a change elsewhere. Goes to stderr. */
import { printable } from './table.ts';

const FRAME_MS = 100;
const ROWS_SHOWN_MAX = 12;

export interface Overall {
  readonly files: number;
  readonly filesAll: number;
  /** Of the files that are done, and of what is done of the others. */
  readonly bytes: number;
  readonly bytesAll: number;
}

export interface ProgressView {
  /** What a file is at, in a few words. */
  set(name: string, state: string): void;
  /** How much of all the work is done: a bar below the files, on a terminal only. */
  overall(done: Overall): void;
  close(): void;
}

export function progressView(stream: NodeJS.WriteStream = process.stderr): ProgressView {
  return stream.isTTY ? liveView(stream) : lineView(stream);
}

function lineView(stream: NodeJS.WriteStream): ProgressView {
  const states = new Map<string, string>();
  return {
    set(name, state) {
      if (states.get(name) !== state) stream.write(`  ${printable(name)}: ${printable(state)}\n`);
      states.set(name, state);
    },
    overall() {},
    close() {},
  };
}

const BAR_CHARS = 24;

/** `  ████████░░░░  2 of 3 files, 1.2 of 1.8 MB, 4 s` */
export function barLine({ files, filesAll, bytes, bytesAll }: Overall, ms: number): string {
  const share = bytesAll === 0 ? files / filesAll : bytes / bytesAll;
  const full = Math.floor(share * BAR_CHARS);
  const bar = '█'.repeat(full) + '░'.repeat(BAR_CHARS - full);
  const mb = (value: number) => (value / 1e6).toFixed(1);
  return `  ${bar}  ${files} of ${filesAll} files, ${mb(bytes)} of ${mb(bytesAll)} MB, ${Math.floor(ms / 1000)} s`;
}

function liveView(stream: NodeJS.WriteStream): ProgressView {
  const states = new Map<string, string>();
  let drawn = 0;
  let drawnText = '';
  let bar: Overall | undefined;
  const startedMs = performance.now();
  const draw = () => {
    const all = [...states].map(([name, state]) => [printable(name), printable(state)] as const);
    const shown = all.slice(-ROWS_SHOWN_MAX);
    const widest = Math.max(0, ...shown.map(([name]) => name.length));
    const lines = shown.map(([name, state]) => `  ${name.padEnd(widest)}  ${state}`);
    if (bar !== undefined) lines.push(barLine(bar, performance.now() - startedMs));
    if (all.length > shown.length) lines.unshift(`  … and ${all.length - shown.length} more files`);
    const columns = stream.columns || 80;
    const text = lines.map((line) => `${line.slice(0, columns - 1)}\n`).join('');
    if (text === drawnText) return;
    if (drawn > 0) stream.write(`\x1b[${drawn}F\x1b[0J`);
    stream.write(text);
    drawnText = text;
    drawn = lines.length;
  };
  const timer = setInterval(draw, FRAME_MS);
  timer.unref();
  return {
    set(name, state) {
      states.set(name, state);
    },
    overall(done) {
      bar = done;
    },
    close() {
      clearInterval(timer);
      draw();
    },
  };
}
