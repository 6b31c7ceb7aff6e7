/** Words and spreadsheet errors that stand for "nothing here". They never make two rows equal. */
const WORDS_FOR_MISSING = new Set([
  'null',
  'none',
  'nil',
  'nan',
  'na',
  'n/a',
  'n.a.',
  'undefined',
  '-',
  '--',
  '?',
  '#name?',
  '#n/a',
  '#value!',
  '#ref!',
  '#null!',
  '#num!',
  '#div/0!',
]);

/** @param trimmed a cell without white space around it */
export function isWordForMissing(trimmed: string): boolean {
  return trimmed.length <= 9 && WORDS_FOR_MISSING.has(trimmed.toLowerCase());
}
