import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Line, LineReader } from './lines.ts';
import { parseJsonRow } from './objects.ts';

function linesOf(bytes: Buffer, cuts: readonly number[] = [], bytesMax = 1000) {
  const found: (Omit<Line, 'bytes'> & { text: string })[] = [];
  const reader = new LineReader(bytesMax, ({ bytes: held, ...place }) => {
    found.push({ ...place, text: held.toString('latin1') });
  });
  let from = 0;
  for (const cut of [...cuts, bytes.length]) {
    reader.write(bytes.subarray(from, cut));
    from = cut;
  }
  reader.end();
  return found;
}

describe('lines', () => {
  test('end with LF or CRLF, and know where they begin', () => {
    expect(linesOf(Buffer.from('ab\r\n\nc'))).toEqual([
      { text: 'ab', line: 1, byteOffset: 0 },
      { text: '', line: 2, byteOffset: 4 },
      { text: 'c', line: 3, byteOffset: 5 },
    ]);
  });

  test('one over the limit comes in parts, which together are the line', () => {
    expect(linesOf(Buffer.from(`${'x'.repeat(25)}\r\ny\n`), [], 10)).toEqual([
      { text: 'x'.repeat(10), line: 1, byteOffset: 0, part: 1 },
      { text: 'x'.repeat(10), line: 1, byteOffset: 10, part: 2 },
      { text: 'x'.repeat(5), line: 1, byteOffset: 20, part: 3 },
      { text: 'y', line: 2, byteOffset: 27 },
    ]);
  });

  test.each(['', '\n', '\r\n'])('one just as long as the limit is whole, ended by %j', (end) => {
    expect(linesOf(Buffer.from(`${'x'.repeat(10)}${end}`), [], 10)).toEqual([
      { text: 'x'.repeat(10), line: 1, byteOffset: 0 },
    ]);
  });

  test('property: they do not depend on where chunks are cut', () => {
    const parts = fc.array(fc.constantFrom('a', 'bcd', '\n', '\r', '\r\n'), { maxLength: 20 });
    fc.assert(
      fc.property(parts, fc.constantFrom(2, 1000), (made, bytesMax) => {
        const bytes = Buffer.from(made.join(''));
        const whole = linesOf(bytes, [], bytesMax);
        const everyByte = Array.from({ length: bytes.length }, (_, i) => i);
        expect(linesOf(bytes, everyByte, bytesMax)).toEqual(whole);
        for (const cut of everyByte) expect(linesOf(bytes, [cut], bytesMax)).toEqual(whole);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a line as cells', () => {
  test.each([
    ['{"a":"x","b":4.0,"c":null,"d":true}', { a: 'x', b: '4.0', c: '', d: 'true' }],
    ['{"id":12345678901234567890}', { id: '12345678901234567890' }],
    ['{"nested":{"n":1.50,"l":[1.0,"é"]}}', { nested: '{"n":1.50,"l":[1.0,"é"]}' }],
    ['{"__proto__":"p","a":"b"}', { ['__proto__']: 'p', a: 'b' }],
    [' {} ', {}],
  ])('%s', (text, cells) => {
    const row = parseJsonRow(text);
    expect(row.kind === 'fields' && [...row.fields]).toEqual(Object.entries(cells));
  });

  test.each(['', '{', "{'a':1}", 'nope', '{"a":1} x'])('%j is no JSON', (text) => {
    expect(parseJsonRow(text)).toEqual({ kind: 'not_json' });
  });

  test.each(['1', '"a"', '[1]', 'null', 'true'])('%j is no object', (text) => {
    expect(parseJsonRow(text)).toEqual({ kind: 'not_an_object' });
  });
});
