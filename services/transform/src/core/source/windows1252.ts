/**
 * Windows-1252, one byte a character; the five bytes that it leaves open are the control characters of the same number.
 * Source: WHATWG Encoding Standard, index windows-1252.
 */
const HIGH =
  '\u20AC\u0081\u201A\u0192\u201E\u2026\u2020\u2021\u02C6\u2030\u0160\u2039\u0152\u008D\u017D\u008F' +
  '\u0090\u2018\u2019\u201C\u201D\u2022\u2013\u2014\u02DC\u2122\u0161\u203A\u0153\u009D\u017E\u0178';
const OPEN = /[\u0080-\u009F]/g;

/** The text of bytes [start, end). */
export function decodeWindows1252(bytes: Buffer, start: number, end: number): string {
  const text = bytes.toString('latin1', start, end);
  return text.replace(OPEN, (character) => HIGH[character.charCodeAt(0) - 0x80] as string);
}
