import { expect, test } from 'vitest';
import { remembering } from './remember.ts';

/** How often the function behind is asked about cells. */
function asked(cells: readonly string[], say: (cell: string) => string | undefined = (cell) => `${cell}!`) {
  const calls: string[] = [];
  const remembered = remembering((cell) => {
    calls.push(cell);
    return say(cell);
  });
  const answers = cells.map((cell) => remembered(cell));
  expect(answers).toEqual(cells.map(say));
  return calls;
}

test.each<[string, readonly string[], readonly string[]]>([
  ['a cell that comes again', ['a', 'b', 'a', 'b'], ['a', 'b']],
  ['an empty one', ['', ''], ['']],
  ['one of 64 characters', ['x'.repeat(64), 'x'.repeat(64)], ['x'.repeat(64)]],
  ['one of 65, which is not held', ['x'.repeat(65), 'x'.repeat(65)], ['x'.repeat(65), 'x'.repeat(65)]],
])('%s', (_name, cells, calls) => {
  expect(asked(cells)).toEqual(calls);
});

test('an answer of undefined is remembered as well', () => {
  expect(asked(['x', 'x'], () => undefined)).toEqual(['x']);
});

test('8,192 cells are held, and no more', () => {
  const cells = Array.from({ length: 8193 }, (_, i) => String(i));
  expect(asked([...cells, ...cells])).toEqual([...cells, '8192']);
});
