import { PassThrough } from 'node:stream';
import { finished } from 'node:stream/promises';
import { expect, it } from 'vitest';
import { forEachLine } from './output-lines.ts';

async function linesOf(...chunks: Buffer[]): Promise<string[]> {
  const stream = new PassThrough();
  const lines: string[] = [];
  forEachLine(stream, (line) => lines.push(line));
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
  await finished(stream);
  return lines;
}

it('finds the same lines, wherever the chunks are cut', async () => {
  const text = Buffer.from('eins\nzwei é €\u2028 still zwei\r\n\nlast 😀');
  for (let cut = 0; cut <= text.length; cut++) {
    const lines = await linesOf(text.subarray(0, cut), text.subarray(cut));
    expect(lines).toEqual(['eins', 'zwei é €\u2028 still zwei', '', 'last 😀']);
  }
});

it('parts a line that is longer than a log event may be', async () => {
  const lines = await linesOf(Buffer.from('x'.repeat(300 * 1024)), Buffer.from('\ny\n'));
  expect(lines.map((line) => line.length)).toEqual([256 * 1024, 44 * 1024, 1]);
});
