/** Lines out of a stream of bytes. */
import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';

/** CloudWatch Logs cuts events longer than this. */
const LINE_CHARS_MAX = 256 * 1024;

/**
 * Calls `take` for each line, split at LF alone: other separators of Unicode may stand inside a JSON line.
 * A line without an end is taken when the stream closes, and a longer one than the limit comes in parts.
 */
export function forEachLine(stream: Readable, take: (line: string) => void): void {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  stream.on('data', (chunk: Buffer) => {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line.endsWith('\r') ? line.slice(0, -1) : line);
    while (rest.length > LINE_CHARS_MAX) {
      take(rest.slice(0, LINE_CHARS_MAX));
      rest = rest.slice(LINE_CHARS_MAX);
    }
  });
  stream.on('close', () => {
    rest += decoder.end();
    if (rest !== '') take(rest);
    rest = '';
  });
  stream.on('error', () => {});
}
