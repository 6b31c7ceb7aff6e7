/** Mutants that nothing can tell from the original, each with the reason. `npm run breakages` fails when one is caught. */
export interface Equivalent {
  /** Below src/core. */
  readonly file: string;
  /** The mutant's line, before and after. */
  readonly before: string;
  readonly after: string;
  readonly why: string;
}

export const EQUIVALENTS: readonly Equivalent[] = [
  {
    file: 'clean-review.ts',
    before: 'return this.#parseDate(cell.trim());',
    after: 'return this.#parseDate(cell);',
    why: 'the parser behind it trims as well',
  },
  {
    file: 'values/demographics.ts',
    before: ".replace(/^(65)\\s*(?:\\+|and over|or older)$/, '$1+');",
    after: ".replace(/(65)\\s*(?:\\+|and over|or older)$/, '$1+');",
    why: 'what stands around stays in the text, and no age group has it',
  },
  {
    file: 'values/demographics.ts',
    before: ".replace(/^(65)\\s*(?:\\+|and over|or older)$/, '$1+');",
    after: ".replace(/^(65)\\s*(?:\\+|and over|or older)/, '$1+');",
    why: 'what stands around stays in the text, and no age group has it',
  },
  {
    file: 'values/missing.ts',
    before: 'return trimmed.length <= 9 && WORDS_FOR_MISSING.has(trimmed.toLowerCase());',
    after: 'return trimmed.length <= 10 && WORDS_FOR_MISSING.has(trimmed.toLowerCase());',
    why: 'no word has ten characters; the length saves a look-up',
  },
  {
    file: 'values/numbers.ts',
    before: 'const PLAIN = /^[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d{1,3})?$/;',
    after: 'const PLAIN = /^[+-]?(?:\\d+\\.?\\d*|\\.\\d+)(?:[eE][+-]?\\d{0,3})?$/;',
    why: '1e without digits becomes NaN, which is refused',
  },
  {
    file: 'values/numbers.ts',
    before: 'const CURRENCY = /^(?:[$€£]|USD|EUR|GBP)\\s*|\\s*(?:[$€£]|USD|EUR|GBP)$/gi;',
    after: 'const CURRENCY = /^(?:[$€£]|USD|EUR|GBP)|\\s*(?:[$€£]|USD|EUR|GBP)$/gi;',
    why: 'the parser behind it trims as well',
  },
  {
    file: 'values/numbers.ts',
    before: 'const CURRENCY = /^(?:[$€£]|USD|EUR|GBP)\\s*|\\s*(?:[$€£]|USD|EUR|GBP)$/gi;',
    after: 'const CURRENCY = /^(?:[$€£]|USD|EUR|GBP)\\s*|(?:[$€£]|USD|EUR|GBP)$/gi;',
    why: 'the parser behind it trims as well',
  },
  {
    file: 'values/numbers.ts',
    before: "const number = parseNumber(text.replace(/\\s*%$/, ''));",
    after: "const number = parseNumber(text.replace(/%$/, ''));",
    why: 'the parser behind it trims as well',
  },
  {
    file: 'values/rating.ts',
    before: 'const STARS = /^([+-]?[\\d.,]+)\\s*(?:stars?|[\\u2B50\\u2605]\\uFE0F?)$/iu;',
    after: 'const STARS = /^([+-]?[\\d.,]+)\\s*(?:stars?|[\\u2B50\\u2605]\\uFE0F?)$/i;',
    why: 'only the long s (U+017F) tells them apart, and nobody promised to read it',
  },
  {
    file: 'values/rating.ts',
    before: "const value = parseNumber(number ?? '');",
    after: 'const value = parseNumber(number);',
    why: 'the group is in every match, so that the default is never taken',
  },
  {
    file: 'values/rating.ts',
    before: "const value = parseNumber(number ?? '');",
    after: "const value = parseNumber(number ?? '~');",
    why: 'the group is in every match, so that the default is never taken',
  },
  {
    file: 'values/review-date.ts',
    before: 'const YEAR_FIRST = /^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})(?!\\d)/;',
    after: 'const YEAR_FIRST = /(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})(?!\\d)/;',
    why: 'what stands before shifts what is taken for the time, which then is none',
  },
  {
    file: 'values/review-date.ts',
    before: 'const YEAR_FIRST = /^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})(?!\\d)/;',
    after: 'const YEAR_FIRST = /^(\\d{4})([-/.])(\\d{0,2})\\2(\\d{1,2})(?!\\d)/;',
    why: 'without digits the number is 0, of which there is no day or month',
  },
  {
    file: 'values/review-date.ts',
    before: 'const YEAR_FIRST = /^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})(?!\\d)/;',
    after: 'const YEAR_FIRST = /^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{0,2})(?!\\d)/;',
    why: 'without digits the number is 0, of which there is no day or month',
  },
  {
    file: 'values/review-date.ts',
    before: 'const YEAR_FIRST = /^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})(?!\\d)/;',
    after: 'const YEAR_FIRST = /^(\\d{4})([-/.])(\\d{1,2})\\2(\\d{1,2})/;',
    why: 'a digit more stands where the time would, and is none',
  },
  {
    file: 'values/review-date.ts',
    before: 'const YEAR_LAST = /^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4})(?!\\d)/;',
    after: 'const YEAR_LAST = /(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4})(?!\\d)/;',
    why: 'what stands before shifts what is taken for the time, which then is none',
  },
  {
    file: 'values/review-date.ts',
    before: 'const YEAR_LAST = /^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4})(?!\\d)/;',
    after: 'const YEAR_LAST = /^(\\d{1,2})([-/.])(\\d{1,2})\\2(\\d{4})/;',
    why: 'a digit more stands where the time would, and is none',
  },
  {
    file: 'values/review-date.ts',
    before: 'const NAMED_DAY_FIRST = /^(\\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})\\.?,?[ -](\\d{4})(?!\\d)/;',
    after: 'const NAMED_DAY_FIRST = /(\\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})\\.?,?[ -](\\d{4})(?!\\d)/;',
    why: 'what stands before shifts what is taken for the time, which then is none',
  },
  {
    file: 'values/review-date.ts',
    before: 'const NAMED_DAY_FIRST = /^(\\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})\\.?,?[ -](\\d{4})(?!\\d)/;',
    after: 'const NAMED_DAY_FIRST = /^(\\d{0,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})\\.?,?[ -](\\d{4})(?!\\d)/;',
    why: 'without digits the number is 0, of which there is no day or month',
  },
  {
    file: 'values/review-date.ts',
    before: 'const NAMED_DAY_FIRST = /^(\\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})\\.?,?[ -](\\d{4})(?!\\d)/;',
    after: 'const NAMED_DAY_FIRST = /^(\\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{2,9})\\.?,?[ -](\\d{4})(?!\\d)/;',
    why: 'no month has a name of that length',
  },
  {
    file: 'values/review-date.ts',
    before: 'const NAMED_DAY_FIRST = /^(\\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})\\.?,?[ -](\\d{4})(?!\\d)/;',
    after: 'const NAMED_DAY_FIRST = /^(\\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,10})\\.?,?[ -](\\d{4})(?!\\d)/;',
    why: 'no month has a name of that length',
  },
  {
    file: 'values/review-date.ts',
    before: 'const NAMED_DAY_FIRST = /^(\\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})\\.?,?[ -](\\d{4})(?!\\d)/;',
    after: 'const NAMED_DAY_FIRST = /^(\\d{1,2})(?:st|nd|rd|th)?[ -]([A-Za-z]{3,9})\\.?,?[ -](\\d{4})/;',
    why: 'a digit more stands where the time would, and is none',
  },
  {
    file: 'values/review-date.ts',
    before: 'const NAMED_MONTH_FIRST = /^([A-Za-z]{3,9})\\.? (\\d{1,2})(?:st|nd|rd|th)?,? (\\d{4})(?!\\d)/;',
    after: 'const NAMED_MONTH_FIRST = /([A-Za-z]{3,9})\\.? (\\d{1,2})(?:st|nd|rd|th)?,? (\\d{4})(?!\\d)/;',
    why: 'what stands before shifts what is taken for the time, which then is none',
  },
  {
    file: 'values/review-date.ts',
    before: 'const NAMED_MONTH_FIRST = /^([A-Za-z]{3,9})\\.? (\\d{1,2})(?:st|nd|rd|th)?,? (\\d{4})(?!\\d)/;',
    after: 'const NAMED_MONTH_FIRST = /^([A-Za-z]{2,9})\\.? (\\d{1,2})(?:st|nd|rd|th)?,? (\\d{4})(?!\\d)/;',
    why: 'no month has a name of that length',
  },
  {
    file: 'values/review-date.ts',
    before: 'const NAMED_MONTH_FIRST = /^([A-Za-z]{3,9})\\.? (\\d{1,2})(?:st|nd|rd|th)?,? (\\d{4})(?!\\d)/;',
    after: 'const NAMED_MONTH_FIRST = /^([A-Za-z]{3,10})\\.? (\\d{1,2})(?:st|nd|rd|th)?,? (\\d{4})(?!\\d)/;',
    why: 'no month has a name of that length',
  },
  {
    file: 'values/review-date.ts',
    before: 'const NAMED_MONTH_FIRST = /^([A-Za-z]{3,9})\\.? (\\d{1,2})(?:st|nd|rd|th)?,? (\\d{4})(?!\\d)/;',
    after: 'const NAMED_MONTH_FIRST = /^([A-Za-z]{3,9})\\.? (\\d{0,2})(?:st|nd|rd|th)?,? (\\d{4})(?!\\d)/;',
    why: 'without digits the number is 0, of which there is no day or month',
  },
  {
    file: 'values/review-date.ts',
    before: 'const NAMED_MONTH_FIRST = /^([A-Za-z]{3,9})\\.? (\\d{1,2})(?:st|nd|rd|th)?,? (\\d{4})(?!\\d)/;',
    after: 'const NAMED_MONTH_FIRST = /^([A-Za-z]{3,9})\\.? (\\d{1,2})(?:st|nd|rd|th)?,? (\\d{4})/;',
    why: 'a digit more stands where the time would, and is none',
  },
  { file: 'values/review-date.ts', before: "'may',", after: "'may~',", why: 'May is found by its first three letters' },
  {
    file: 'values/review-date.ts',
    before: 'if (month < 1 || month > 12 || day < 1 || year < 1) return undefined;',
    after: 'if (month < 0 || month > 12 || day < 1 || year < 1) return undefined;',
    why: 'the calendar itself refuses it in the next lines',
  },
  {
    file: 'values/review-date.ts',
    before: 'if (month < 1 || month > 12 || day < 1 || year < 1) return undefined;',
    after: 'if (month < 1 && month > 12 || day < 1 || year < 1) return undefined;',
    why: 'the calendar itself refuses it in the next lines',
  },
  {
    file: 'values/review-date.ts',
    before: 'if (month < 1 || month > 12 || day < 1 || year < 1) return undefined;',
    after: 'if (month < 1 || month > 13 || day < 1 || year < 1) return undefined;',
    why: 'the calendar itself refuses it in the next lines',
  },
  {
    file: 'values/review-date.ts',
    before: 'if (month < 1 || month > 12 || day < 1 || year < 1) return undefined;',
    after: 'if (month < 1 || month > 12 && day < 1 || year < 1) return undefined;',
    why: 'the calendar itself refuses it in the next lines',
  },
  {
    file: 'values/review-date.ts',
    before: 'if (month < 1 || month > 12 || day < 1 || year < 1) return undefined;',
    after: 'if (month < 1 || month > 12 || day < 0 || year < 1) return undefined;',
    why: 'the calendar itself refuses it in the next lines',
  },
  {
    file: 'values/review-date.ts',
    before: 'if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;',
    after: 'if (date.getUTCMonth() !== month - 1 && date.getUTCDate() !== day) return undefined;',
    why: 'a day that does not exist changes month and day at once, and other months are refused before',
  },
  {
    file: 'values/review-date.ts',
    before: "[NAMED_DAY_FIRST, ([, day, name = '', year]) => dated(daysOf(Number(year), monthOf(name), Number(day)))],",
    after: "[NAMED_DAY_FIRST, ([, day, name = '~', year]) => dated(daysOf(Number(year), monthOf(name), Number(day)))],",
    why: 'the group is in every match, so that the default is never taken',
  },
  {
    file: 'values/review-date.ts',
    before:
      "[NAMED_MONTH_FIRST, ([, name = '', day, year]) => dated(daysOf(Number(year), monthOf(name), Number(day)))],",
    after:
      "[NAMED_MONTH_FIRST, ([, name = '~', day, year]) => dated(daysOf(Number(year), monthOf(name), Number(day)))],",
    why: 'the group is in every match, so that the default is never taken',
  },
  {
    file: 'values/review-date.ts',
    before: "if (reading.kind === 'unreadable') return undefined;",
    after: "if (reading.kind === 'unreadable~') return undefined;",
    why: 'without numbers there is no day either',
  },
  {
    file: 'values/review-id.ts',
    before: "const SUFFIX_CHARS_MAX = '_copy'.length;",
    after: "const SUFFIX_CHARS_MAX = '_copy~'.length;",
    why: 'the pattern is bound to the end, so that one character more changes nothing',
  },
  {
    file: 'values/review-text.ts',
    before: 'for (let i = 0; i < text.length - 1; i++) {',
    after: 'for (let i = 0; i <= text.length - 1; i++) {',
    why: 'behind the end there is no character, and so no surrogate',
  },
  {
    file: 'values/review-text.ts',
    before: 'for (let i = 0; i < text.length - 1; i++) {',
    after: 'for (let i = 0; i < text.length + 1; i++) {',
    why: 'behind the end there is no character, and so no surrogate',
  },
  {
    file: 'values/review-text.ts',
    before: 'for (let i = 0; i < text.length - 1; i++) {',
    after: 'for (let i = 0; i < text.length - 0; i++) {',
    why: 'behind the end there is no character, and so no surrogate',
  },
  { file: 'values/review-text.ts', before: 'i += 1;', after: ';', why: 'the second half of a pair begins none' },
  { file: 'values/review-text.ts', before: 'i += 1;', after: 'i += 0;', why: 'the second half of a pair begins none' },
  {
    file: 'values/review-text.ts',
    before: "return Buffer.byteLength(text, 'utf8') === text.length;",
    after: "return Buffer.byteLength(text, 'utf8~') === text.length;",
    why: 'an encoding that Node does not know is taken for UTF-8',
  },
];
