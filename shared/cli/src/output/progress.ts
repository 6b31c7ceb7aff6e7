/** Progress of files: lines that are drawn anew on a terminal, one line a change elsewhere. Goes to stderr. */
import { printable } from './table.ts';

const FRAME_MS = 100;
const ROWS_SHOWN_MAX = 12;

export interface ProgressView {
  /** What a file is at, in a few words. */
  set(name: string, state: string): void;
  /** A line of its own, above the files. */
  say(line: string): void;
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
    say: (line) => stream.write(`${line}\n`),
    close() {},
  };
}

function liveView(stream: NodeJS.WriteStream): ProgressView {
  const states = new Map<string, string>();
  let drawn = 0;
  let isDirty = false;
  const erase = () => {
    if (drawn > 0) stream.write(`\x1b[${drawn}F\x1b[0J`);
    drawn = 0;
  };
  const draw = () => {
    erase();
    const all = [...states];
    const shown = all.slice(-ROWS_SHOWN_MAX);
    const widest = Math.max(0, ...shown.map(([name]) => name.length));
    const lines = shown.map(([name, state]) => `  ${printable(name).padEnd(widest)}  ${printable(state)}`);
    if (all.length > shown.length) lines.unshift(`  … and ${all.length - shown.length} more files`);
    const columns = stream.columns || 80;
    stream.write(lines.map((line) => `${line.slice(0, columns - 1)}\n`).join(''));
    drawn = lines.length;
    isDirty = false;
  };
  const timer = setInterval(() => isDirty && draw(), FRAME_MS);
  timer.unref();
  return {
    set(name, state) {
      states.set(name, state);
      isDirty = true;
    },
    say(line) {
      erase();
      stream.write(`${line}\n`);
      isDirty = true;
    },
    close() {
      clearInterval(timer);
      draw();
    },
  };
}
