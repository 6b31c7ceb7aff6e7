/** The full text: NFC, line ends as LF, nothing cut and nothing trimmed. A cell of white space alone is missing. */
export function parseReviewText(cell: string): string | null {
  if (cell.trim() === '') return null;
  const text = cell.includes('\r') ? cell.replaceAll(/\r\n?/g, '\n') : cell;
  // ASCII is in NFC as it is.
  return isAsciiText(text) ? text : text.normalize('NFC');
}

/** Unicode code points of a text: what a person counts, apart from combined emoji. */
export function codePointCount(text: string): number {
  let count = text.length;
  for (let i = 0; i < text.length - 1; i++) {
    const isPair = (text.charCodeAt(i) & 0xfc00) === 0xd800 && (text.charCodeAt(i + 1) & 0xfc00) === 0xdc00;
    if (isPair) {
      count -= 1;
      i += 1;
    }
  }
  return count;
}

/** Every character of ASCII is one byte of UTF-8, and no other character is. The count is taken without a copy. */
function isAsciiText(text: string): boolean {
  return Buffer.byteLength(text, 'utf8') === text.length;
}
