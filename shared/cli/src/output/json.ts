/** JSON for stdout: for programs, and harmless on a terminal. */
import { UNPRINTABLE } from './table.ts';

/** Two blanks of indentation; what a terminal could act on is escaped, so that it parses to the same value. */
export function printableJson(value: unknown): string {
  // Outside of strings JSON has no such character but its own line ends, which stay.
  return JSON.stringify(value, null, 2).replaceAll(UNPRINTABLE, (character) =>
    character === '\n' ? character : `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}
